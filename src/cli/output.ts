/** Writes the run file, and whatever else must be whole. */
import { rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { RunFile } from "../domain/run";
import { runFileText } from "../domain/run-file";
import { UsageError } from "./arguments";

/** Looks before a long run whether the file can be written. @throws UsageError */
export async function checkOutput(path: string, flag = "--out"): Promise<void> {
  const folder = await stat(dirname(path)).catch(() => null);
  if (!folder?.isDirectory()) throw new UsageError(`${flag}: there is no folder ${dirname(path)}.`);
  const file = await stat(path).catch(() => null);
  if (file?.isDirectory()) throw new UsageError(`${flag}: ${path} is a folder.`);
}

export function writeRun(path: string, run: RunFile): Promise<void> {
  return writeWhole(path, runFileText(run));
}

/** Writes beside the file and renames, so that an older file is whole until the new one is. */
export async function writeWhole(path: string, contents: string | Uint8Array): Promise<void> {
  const part = `${path}.part`;
  try {
    await writeFile(part, contents);
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw new Error(`${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}
