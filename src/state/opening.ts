/** Reads what is dropped, opened or pasted, unless it is a data set. Loaded when there is something to read. */
import { GENOTYPE_TEXT_LIMIT, readGenotype } from "../domain/genotype-reader";
import { parseRunFile, RUN_FILE_LIMIT } from "../domain/run-file";
import type { Imported } from "./app-state";
import { type FileKind, fileKind, HEAD_BYTES } from "./file-kind";

const megabytes = (bytes: number) => Math.round(bytes / 1e6);

function checkSize({ name, size }: File, what: string, limit: number): void {
  if (size > limit) throw new Error(`${name} has ${megabytes(size)} MB; ${what} of up to ${limit / 1e6} MB are read.`);
}

function importedRun(text: string, name: string): Imported {
  return { kind: "run", name, run: parseRunFile(text, name) };
}

/**
 * What a file holds to look at.
 * @param readBundle the text of the run in a zip, null when it holds none
 * @returns null when it is to be read as pictures
 * @throws Error whose message a person can read
 */
export async function openFile(
  file: File,
  readBundle: (file: File) => Promise<string | null>,
): Promise<Imported | null> {
  const { name } = file;
  const kind: FileKind = fileKind(name, new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer()));
  switch (kind) {
    case "zip": {
      const text = await readBundle(file);
      return text === null ? null : importedRun(text, name);
    }
    case "run":
      checkSize(file, "run files", RUN_FILE_LIMIT);
      return importedRun(await file.text(), name);
    case "genotype":
      checkSize(file, "genotypes", GENOTYPE_TEXT_LIMIT);
      return { kind: "genotype", name, read: readGenotype(await file.text(), name) };
    case "table":
      throw new Error(
        `${name} is a table of a chart, which can be looked at elsewhere but not loaded. Open the run's JSON or its bundle instead.`,
      );
    case "drawing":
      throw new Error(
        `${name} is a drawing, which cannot be loaded. Open the run's JSON, its bundle or a genotype instead.`,
      );
    case "data":
      return null;
    default:
      return kind satisfies never;
  }
}

/** What a pasted text holds: a run file or a genotype. @throws Error whose message a person can read */
export function openText(text: string, name: string): Imported {
  const isRun =
    fileKind("", new TextEncoder().encode(text.slice(0, HEAD_BYTES))) === "run" && text.includes("searchlight-run");
  return isRun ? importedRun(text, name) : { kind: "genotype", name, read: readGenotype(text, name) };
}
