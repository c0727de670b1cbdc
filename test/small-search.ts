/** The smallest search that uses every part, for tests. */
import { packCheckpoint, unpackCheckpoint } from "../src/data/checkpoint";
import { finishDataset } from "../src/data/load";
import { makeShapes } from "../src/data/shapes";
import type { Dataset } from "../src/domain/dataset";
import { presetSettings } from "../src/domain/presets";
import type { Engine } from "../src/domain/run";
import type { Settings, StrategyName } from "../src/domain/settings";
import { Search } from "../src/engine/run/search";

const MICRO = { initChannels: 2, batchSize: 2, audienceWidth: 2, autotune: false } as const;

/** What the smallest network of a strategy needs besides. */
const MICRO_OF: Readonly<Record<StrategyName, Partial<Settings>>> = {
  darts: {},
  // Two channels go through the operations, the fewest that a skip of stride 2 can halve.
  "pc-darts": { initChannels: 4, partialChannels: 2 },
  "p-darts": {},
  gdas: {},
  "msg-das": {},
};

/** Tiny with the smallest networks of its strategy. */
export function microSettings(changes: Partial<Settings> = {}): Settings {
  const tiny = presetSettings("tiny", changes);
  return { ...tiny, ...MICRO, ...MICRO_OF[tiny.strategy], ...changes };
}

const PLACE = { version: "test", runtime: "test" } as const;

export function someShapes(settings: Settings, seed = 1): Promise<Dataset> {
  return finishDataset(makeShapes({ seed, count: 60 }), settings);
}

/** A search on a few shapes. */
export async function searchShapes(engine: Engine, settings: Settings): Promise<Search> {
  return Search.create({ settings, dataset: await someShapes(settings), engine, ...PLACE });
}

/** The search as another visit finds it: by the bytes of its checkpoint alone. The one before is released. */
export async function goOnFromCheckpoint(engine: Engine, search: Search): Promise<Search> {
  const bytes = await packCheckpoint(await search.checkpoint());
  const dataset = await someShapes(search.settings);
  search.dispose();
  return Search.restore({ dataset, engine, ...PLACE }, await unpackCheckpoint(bytes));
}

export function smallSearch(engine: Engine, changes: Partial<Settings> = {}): Promise<Search> {
  return searchShapes(engine, microSettings(changes));
}

/** A run file without what may differ between two equal runs: times. */
export async function repeatable(search: Search): Promise<string> {
  const { created: _created, records, ...file } = await search.file();
  return JSON.stringify({ ...file, records: records.map(({ milliseconds: _milliseconds, ...record }) => record) });
}
