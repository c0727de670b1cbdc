/** A run that is made again: its file or bundle, and what is taken from it. */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { readBundle } from "../data/bundle";
import { memorySource } from "../data/formats/source";
import { BUILT_IN, type BuiltIn, DataError } from "../domain/dataset";
import { presetSettings } from "../domain/presets";
import type { ImportedRun, RunFile } from "../domain/run";
import { parseRunFile } from "../domain/run-file";
import { parseSettings, type Settings } from "../domain/settings";
import { type DataChoice, UsageError } from "./arguments";
import { diskError } from "./files";

/** @throws Error that says what is wrong with the file */
export async function readRepeated(path: string): Promise<ImportedRun> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw diskError(path, error);
  });
  const name = basename(path);
  // "PK": a zip.
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) return parseRunFile(bytes.toString("utf8"), name);
  const text = await readBundle(memorySource(name, new Uint8Array(bytes)));
  if (text === null)
    throw new DataError(`${name} holds no run. Give a run file or a bundle that Searchlight exported.`);
  return parseRunFile(text, name);
}

/** The settings of the run, under those that are given. @throws SettingsError */
export function repeatedSettings(run: Pick<ImportedRun, "settings">, given: Partial<Settings>): Settings {
  return parseSettings(given, parseSettings(run.settings, presetSettings("tiny")));
}

/** The names by which the built-in sets are known in run files. */
const NAMES: Readonly<Record<BuiltIn, RegExp>> = { "emoji-8": /^emoji/i, shapes: /^shapes/i };

/** The built-in set that the run was made on. @throws UsageError when it was another */
export function repeatedData({ data }: Pick<ImportedRun, "data">): DataChoice {
  const name = data.source === "built in" ? BUILT_IN.find((builtIn) => NAMES[builtIn].test(data.name)) : undefined;
  if (!name) throw new UsageError(`The run was made on ${data.name}, which is not built in: give its files by --data.`);
  return { kind: "built-in", name };
}

/** How a repetition came out; null when it is not as long as the run. */
export function sameAlphas(run: Pick<ImportedRun, "alphas" | "iterations">, again: RunFile): boolean | null {
  if (run.iterations !== again.iterations) return null;
  return JSON.stringify(run.alphas) === JSON.stringify(again.alphas);
}
