/** The smallest search that uses every part, for tests. */
import { finishDataset } from "../src/data/load";
import { makeShapes } from "../src/data/shapes";
import { presetSettings } from "../src/domain/presets";
import type { Engine } from "../src/domain/run";
import type { Settings } from "../src/domain/settings";
import { Search } from "../src/engine/run/search";

const SMALL = {
  initChannels: 2,
  imageSize: "16",
  batchSize: 2,
  audienceWidth: 2,
  iterations: 60,
  autotune: false,
} as const;

export async function smallSearch(engine: Engine, changes: Partial<Settings> = {}): Promise<Search> {
  const settings: Settings = { ...presetSettings("tiny"), ...SMALL, ...changes };
  const dataset = await finishDataset(makeShapes({ seed: 1, count: 60 }), settings);
  return Search.create({ settings, dataset, engine, version: "test", runtime: "test" });
}

/** A run file without what may differ between two equal runs: times. */
export async function repeatable(search: Search): Promise<string> {
  const { created: _created, records, ...file } = await search.file();
  return JSON.stringify({ ...file, records: records.map(({ milliseconds: _milliseconds, ...record }) => record) });
}
