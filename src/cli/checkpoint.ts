/** Checkpoints of the headless search as files. */
import { readFile } from "node:fs/promises";
import { packCheckpoint, unpackCheckpoint } from "../data/checkpoint";
import { type Checkpoint, CheckpointError } from "../domain/checkpoint";
import { BUILT_IN } from "../domain/dataset";
import type { Search } from "../engine/run/search";
import { type DataChoice, UsageError } from "./arguments";
import { writeWhole } from "./output";

/** Milliseconds between two writings. */
const EVERY_MS = 60_000;

/** @throws Error that says why the run cannot go on from the file */
export async function readCheckpoint(path: string): Promise<Checkpoint> {
  const bytes = await readFile(path).catch(() => {
    throw new UsageError(`--resume: there is no file ${path}.`);
  });
  return unpackCheckpoint(bytes).catch((error: unknown) => {
    throw error instanceof CheckpointError ? new Error(`${path}: ${error.message}`) : error;
  });
}

/** What a run was made of, where it is built in. @throws UsageError where it is not */
export function dataOfRun({ run: { data } }: Checkpoint): DataChoice {
  const name = BUILT_IN.find((one) => one === data.name.toLowerCase());
  if (data.source === "built in" && name) return { kind: "built-in", name };
  throw new UsageError(`--resume: the run was made of ${data.name} (${data.source}); name its files with --data.`);
}

/** Writes the checkpoint of a run now and then. @param path null to write none */
export function checkpointWriter(path: string | null, search: Search) {
  let [iteration, at] = [search.iteration, performance.now()];
  return {
    get isDue(): boolean {
      return path !== null && performance.now() - at >= EVERY_MS;
    },
    /** Writes, unless nothing has changed. */
    write: async () => {
      if (path === null || search.iteration === iteration) return;
      await writeWhole(path, await packCheckpoint(await search.checkpoint()));
      [iteration, at] = [search.iteration, performance.now()];
    },
  };
}
