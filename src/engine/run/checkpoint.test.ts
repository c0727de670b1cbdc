/** Searches that go on from a checkpoint, on the CPU reference. Every method with every objective: test/pairs.test.ts. */
import { beforeAll, describe, expect, it } from "vitest";
import { goOnFromCheckpoint, repeatable, smallSearch, someShapes } from "../../../test/small-search";
import { HASH_VERSION } from "../../domain/dataset";
import type { Engine } from "../../domain/run";
import type { Settings } from "../../domain/settings";
import { openEngine } from "../gpu/backend";
import { tf } from "../gpu/tensorflow";
import { Search } from "./search";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine("cpu", undefined, () => Promise.resolve("cpu"));
});

async function iterate(search: Search, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await search.iterate();
}

/** The file after so many iterations, with and without an interruption before each of the given ones (the first is 0). */
async function bothWays(settings: Partial<Settings>, iterations: number, interrupted: readonly number[]) {
  const ways: string[] = [];
  for (const before of [[], interrupted]) {
    let search = await smallSearch(engine, settings);
    for (let i = 0; i < iterations; i++) {
      if (before.includes(i)) search = await goOnFromCheckpoint(engine, search);
      await search.iterate();
    }
    ways.push(await repeatable(search));
    search.dispose();
  }
  return ways;
}

describe("a search that goes on from a checkpoint", () => {
  it("ends as one that was never interrupted: P-DARTS inside its stages, at their boundaries and while the alphas rest", async () => {
    const staged: Partial<Settings> = {
      ...{ strategy: "p-darts", objective: "bilevel", layers: 3, stage2Layers: 0, stage3Layers: 1 },
      ...{ iterations: 6, alphaWarmUp: 0.4 },
    };
    const [undisturbed, interrupted] = await bothWays(staged, 6, [0, 1, 2, 5]);
    expect(interrupted).toBe(undisturbed);
  });

  it("keeps settings that were changed, and networks as they were built before the change", async () => {
    const files: string[] = [];
    for (const interrupted of [false, true]) {
      let search = await smallSearch(engine, { strategy: "msg-das", objective: "bilevel", iterations: 3 });
      await search.iterate();
      search.change({ dropBlockSize: 1, guidance: false, momentum: 0.5 });
      if (interrupted) search = await goOnFromCheckpoint(engine, search);
      await search.iterate();
      if (interrupted) search = await goOnFromCheckpoint(engine, search);
      await search.iterate();
      files.push(await repeatable(search));
      search.dispose();
    }
    expect(files[1]).toBe(files[0]);
  });

  it("holds as many tensors as before", async () => {
    const before = tf.memory().numTensors;
    let search = await smallSearch(engine);
    await iterate(search, 1);
    const held = tf.memory().numTensors;
    search = await goOnFromCheckpoint(engine, search);
    expect(tf.memory().numTensors).toBe(held);
    await iterate(search, 1);
    expect(tf.memory().numTensors).toBe(held);
    search.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it("says where it was before, when it goes on elsewhere", async () => {
    const search = await smallSearch(engine, { objective: "bilevel" });
    await iterate(search, 2);
    const checkpoint = await search.checkpoint();
    expect(checkpoint.run.earlier).toBeUndefined();
    search.dispose();
    const dataset = await someShapes(search.settings);
    const moved = await Search.restore({ dataset, engine, version: "later", runtime: "test" }, checkpoint);
    const file = await moved.file();
    expect(file.environment.version).toBe("later");
    expect(file.earlier).toEqual([{ version: "test", runtime: "test", backend: "cpu", adapter: "CPU", iterations: 2 }]);
    moved.dispose();
  });

  it("refuses other pictures and other networks, and leaves nothing behind", async () => {
    const search = await smallSearch(engine, { objective: "bilevel" });
    const checkpoint = await search.checkpoint();
    const { settings } = search;
    search.dispose();
    const tensors = tf.memory().numTensors;
    const place = { engine, version: "test", runtime: "test" };
    await expect(Search.restore({ ...place, dataset: await someShapes(settings, 2) }, checkpoint)).rejects.toThrow(
      /made of Shapes \(built in, hash \w{12}\), and these are Shapes \(hash \w{12}\)\. Load those/,
    );
    const { hashVersion, ...data } = checkpoint.run.data;
    expect(hashVersion).toBe(HASH_VERSION);
    const old = { ...checkpoint, run: { ...checkpoint.run, data: { ...data, hash: "0".repeat(64) } } };
    await expect(Search.restore({ ...place, dataset: await someShapes(settings) }, old)).rejects.toThrow(
      /made of Shapes \(built in\) by an earlier version of Searchlight.*cannot be matched/,
    );
    const cut = { ...checkpoint.stage.tensors, explainerWeights: new Float32Array(3) };
    await expect(
      Search.restore(
        { ...place, dataset: await someShapes(settings) },
        { ...checkpoint, stage: { ...checkpoint.stage, tensors: cut } },
      ),
    ).rejects.toThrow("cannot go on with this version of Searchlight: explainerWeights has 3 values");
    expect(tf.memory().numTensors).toBe(tensors);
  });
});
