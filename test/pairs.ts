/** Every search method with every objective, as the table of settings lists them. */
import { expect } from "vitest";
import { presetSettings } from "../src/domain/presets";
import { type Engine, runFileSchema } from "../src/domain/run";
import {
  methodSettings,
  OBJECTIVES,
  type ObjectiveName,
  SEARCH_METHODS,
  type SearchMethod,
  type Settings,
} from "../src/domain/settings";
import { goOnFromCheckpoint, microSettings, repeatable, searchShapes } from "./small-search";

export interface Pair {
  readonly method: SearchMethod;
  readonly objective: ObjectiveName;
}

export const PAIRS: readonly Pair[] = SEARCH_METHODS.flatMap((method) =>
  OBJECTIVES.map((objective) => ({ method, objective })),
);

/** `npm run test:matrix` asks for Tiny on both backends. */
export const TINY = import.meta.env.VITE_PAIRS === "tiny";

const ITERATIONS = 3;

function settingsOf({ method, objective }: Pair): Settings {
  const chosen = { ...methodSettings(method), objective };
  const length = { iterations: ITERATIONS, autotune: false };
  return TINY
    ? { ...presetSettings("tiny", chosen), ...length }
    : microSettings({ ...chosen, ...length, audienceWidth: 1 });
}

/** A run of some iterations as its file, and its first record alone. @param interrupted goes on from a checkpoint after these */
async function run(engine: Engine, settings: Settings, iterations: number, interrupted?: number) {
  let search = await searchShapes(engine, settings);
  for (let i = 0; i < iterations; i++) {
    if (i === interrupted) search = await goOnFromCheckpoint(engine, search);
    await search.iterate();
  }
  const file = await search.file();
  const [text, moved] = [await repeatable(search), file.records.some(({ hypergradientNorm }) => hypergradientNorm)];
  search.dispose();
  const { milliseconds: _milliseconds, ...first } = file.records[0] ?? { milliseconds: 0 };
  expect(runFileSchema.safeParse(JSON.parse(JSON.stringify(file))).error).toBeUndefined();
  return { text, moved, first: JSON.stringify(first) };
}

/**
 * A pair searches three iterations, writes a valid genotype, repeats to the last bit when it is interrupted and goes on from
 * its checkpoint, and differs with another seed.
 */
export async function checkPair(engine: Engine, pair: Pair): Promise<void> {
  const settings = settingsOf(pair);
  const [once, again] = [await run(engine, settings, ITERATIONS), await run(engine, settings, ITERATIONS, 2)];
  const other = await run(engine, { ...settings, seed: settings.seed + 1 }, 1);
  expect(once.moved).toBe(true);
  expect(again.text).toBe(once.text);
  expect(other.first).not.toBe(once.first);
}
