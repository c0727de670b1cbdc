import { describe, expect, it } from "vitest";
import { presetSettings } from "./presets";
import {
  differingData,
  differingSettings,
  nextSeeds,
  onePerSeed,
  type SettledRun,
  sameButSeed,
  seedGroups,
} from "./seed-group";
import type { Settings } from "./settings";

const data = { name: "CIFAR-10", source: "cifar.tar.gz", hash: "a", classes: 10, pictures: 50_000 };

function run(values: Partial<Settings>, more: Partial<SettledRun["data"]> = {}): SettledRun {
  return { settings: { ...presetSettings("tiny"), ...values }, data: { ...data, ...more } };
}

describe("settings that differ", () => {
  it("names those that play a part, in the order of the table", () => {
    const all = [run({}), run({ momentum: 0.5, seed: 3 }), run({ layers: 5 })].map(({ settings }) => settings);
    expect(differingSettings(all)).toEqual(["layers", "momentum", "seed"]);
    expect(differingSettings(all.slice(0, 1))).toEqual([]);
    expect(differingSettings([])).toEqual([]);
  });

  it("passes over those that the search does not use", () => {
    const bilevel = (values: Partial<Settings>) => run({ objective: "bilevel", ...values }).settings;
    expect(differingSettings([bilevel({}), bilevel({ gamma: 2, partialChannels: 2, epochs: 7 })])).toEqual([]);
    expect(differingSettings([bilevel({ iterations: 0 }), bilevel({ iterations: 0, epochs: 7 })])).toEqual(["epochs"]);
    // One of the two uses γ.
    expect(differingSettings([bilevel({ gamma: 2 }), run({}).settings])).toEqual(["objective", "gamma"]);
  });
});

describe("data that differ", () => {
  const of = (...all: Partial<SettledRun["data"]>[]) => differingData(all.map((more) => ({ ...data, ...more })));

  it("are named, with their hashes where names do not tell them apart", () => {
    expect(of({}, { name: "Emoji-8", hash: "b" })).toEqual(["CIFAR-10", "Emoji-8"]);
    expect(of({ hash: "0123456789ab" }, { hash: "f".repeat(64) }, { name: "Emoji-8", hash: "b" })).toEqual([
      "CIFAR-10 (hash 0123456789ab)",
      "CIFAR-10 (hash ffffffffffff)",
      "Emoji-8",
    ]);
  });

  it("are none where all are the same", () => {
    expect(of({}, {})).toBe(null);
    expect(of()).toBe(null);
  });
});

describe("groups of seeds", () => {
  it("agree in everything but the seed", () => {
    expect(sameButSeed(run({ seed: 1 }), run({ seed: 2 }))).toBe(true);
    expect(sameButSeed(run({ seed: 1 }), run({ seed: 2, batchSize: 16 }))).toBe(false);
    expect(sameButSeed(run({ seed: 1 }), run({ seed: 2 }, { hash: "b" }))).toBe(false);
  });

  it("take a built-in set as one, though each seed draws other pictures", () => {
    const shapes = { name: "Shapes", source: "built in", pictures: 1500 };
    expect(sameButSeed(run({}, { ...shapes, hash: "a" }), run({ seed: 2 }, { ...shapes, hash: "b" }))).toBe(true);
    expect(sameButSeed(run({}, shapes), run({}, { ...shapes, name: "Emoji-8", hash: "b" }))).toBe(false);
  });

  it("keep the order of runs", () => {
    const [a, b, c, d] = [run({ seed: 4 }), run({ layers: 4 }), run({ seed: 1 }), run({ seed: 4, layers: 4 })];
    expect(seedGroups([a, b, c, d])).toEqual([
      [a, c],
      [b, d],
    ]);
    expect(seedGroups([])).toEqual([]);
  });

  it("hold one run for each seed", () => {
    const again = { ...run({ seed: 4 }), id: "later" };
    expect(onePerSeed([run({ seed: 4 }), run({ seed: 1 }), again])).toEqual([run({ seed: 1 }), run({ seed: 4 })]);
  });
});

it("takes the next seeds that are free", () => {
  expect(nextSeeds(1, 3, new Set([1, 3]))).toEqual([2, 4, 5]);
  expect(nextSeeds(4294967294, 3, new Set())).toEqual([4294967294, 4294967295]);
});
