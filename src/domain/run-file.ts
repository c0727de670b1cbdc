/** Writing and reading run files. A file from outside is data only: parsed as JSON, checked, never run. */

import { type ImportedRun, type RunFile, runFileSchema } from "./run";
import type { z } from "./zod";

/** Largest run file that is read, in bytes. A record takes about 1 kB, so the longest Paper run (MSG-DAS) takes about 50 MB. */
export const RUN_FILE_LIMIT = 128_000_000;

/** The text of the file: JSON, indented for people but for the records, of which each has a line. */
export function runFileText(run: RunFile): string {
  const lines = (values: readonly unknown[]) =>
    `[\n${values.map((value) => `  ${JSON.stringify(value)}`).join(",\n")}\n ]`;
  const fields = Object.entries(run).map(([name, value]: [string, unknown]) => {
    const text = name === "records" ? lines(run.records) : JSON.stringify(value, null, 1).replaceAll("\n", "\n ");
    return ` ${JSON.stringify(name)}: ${text}`;
  });
  return `{\n${fields.join(",\n")}\n}\n`;
}

/** A file that is no run file. The message says what is wrong and what to do. */
export class RunFileError extends Error {
  override readonly name = "RunFileError";
}

/** "genotype.normal[2]" */
function place(path: readonly PropertyKey[]): string {
  return path.map((key, i) => (typeof key === "number" ? `[${key}]` : `${i > 0 ? "." : ""}${String(key)}`)).join("");
}

function describe(issues: readonly z.core.$ZodIssue[]): string {
  const first = issues[0];
  if (!first) return "Its contents do not fit.";
  const where = first.path.length > 0 ? `At "${place(first.path)}": ` : "";
  const more = issues.length > 1 ? ` (${issues.length - 1} more)` : "";
  return `${where}${first.message}${more}.`;
}

/**
 * Checks the text of a run file.
 * @throws RunFileError
 */
export function parseRunFile(text: string, name: string): ImportedRun {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new RunFileError(`${name} is not JSON. Choose a file that Searchlight exported.`);
  }
  if (typeof value !== "object" || value === null || !("format" in value) || value.format !== "searchlight-run") {
    throw new RunFileError(`${name} is not a Searchlight run: its "format" is not "searchlight-run".`);
  }
  const result = runFileSchema.safeParse(value);
  if (result.success) return result.data;
  throw new RunFileError(`${name} cannot be read. ${describe(result.error.issues)}`);
}
