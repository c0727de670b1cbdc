/** Writes the run file. */
import { rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { RunFile } from "../domain/run";
import { UsageError } from "./arguments";

/** Looks before a long run whether the file can be written. @throws UsageError */
export async function checkOutput(path: string): Promise<void> {
  const folder = await stat(dirname(path)).catch(() => null);
  if (!folder?.isDirectory()) throw new UsageError(`--out: there is no folder ${dirname(path)}.`);
  const file = await stat(path).catch(() => null);
  if (file?.isDirectory()) throw new UsageError(`--out: ${path} is a folder.`);
}

/** Writes beside the file and renames, so that an older file is whole until the new one is. */
export async function writeRun(path: string, run: RunFile): Promise<void> {
  const part = `${path}.part`;
  try {
    await writeFile(part, `${JSON.stringify(run, null, 2)}\n`);
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw new Error(`${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}
