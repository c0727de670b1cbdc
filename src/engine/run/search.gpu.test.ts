/** Whole searches on WebGPU. */
import { beforeAll, describe, expect, it } from "vitest";
import { openGpu } from "../../../test/gpu-engine";
import { goOnFromCheckpoint, repeatable, smallSearch } from "../../../test/small-search";
import type { Engine } from "../../domain/run";
import { engineMemory } from "../gpu/backend";

let engine: Engine;
beforeAll(async () => {
  engine = await openGpu();
});

describe("a LeaSE search on WebGPU", () => {
  it("repeats with its seed to the last bit, whether or not iterations begin ahead and it goes on from a checkpoint", async () => {
    const files: string[] = [];
    for (const { seed, ahead } of [
      { seed: 1, ahead: false },
      { seed: 1, ahead: true },
      { seed: 2, ahead: false },
    ]) {
      let search = await smallSearch(engine, { seed });
      for (const more of [ahead, ahead, false]) {
        await search.iterate(undefined, more);
        expect(search.isAhead).toBe(more);
        if (more) await expect(search.checkpoint()).rejects.toThrow("under way");
      }
      if (ahead) search = await goOnFromCheckpoint(engine, search);
      await search.iterate();
      files.push(await repeatable(search));
      search.dispose();
    }
    expect(files[1]).toBe(files[0]);
    expect(files[2]).not.toBe(files[0]);
  });

  it("begins nothing ahead while it explains, and takes no settings while an iteration is ahead", async () => {
    const search = await smallSearch(engine);
    await search.iterate(() => undefined, true);
    expect(search.isAhead).toBe(false);
    await search.iterate(undefined, true);
    expect(() => search.change({ gamma: 2 })).toThrow("under way");
    await search.iterate();
    expect(search.change({ gamma: 2 })).toHaveLength(1);
    search.dispose();
  });

  it("says before its first iteration how much memory it will use, within 10 %", async () => {
    const before = engineMemory().bytes;
    const search = await smallSearch(engine, { batchSize: 4 });
    const planned: number[] = [];
    await search.prepare((doing) => {
      if (doing.kind === "planned") planned.push(doing.bytes);
    });
    for (let i = 0; i < 5; i++) await search.iterate(() => undefined);
    const used = engineMemory().bytes - before;
    expect(planned).toHaveLength(1);
    expect(Math.abs((planned[0] ?? 0) / used - 1)).toBeLessThan(0.1);
    search.dispose();
  });

  it("is profiled without a trace, and counts the operations of its kernels", async () => {
    const [search, undisturbed] = [await smallSearch(engine), await smallSearch(engine)];
    await search.iterate();
    await undisturbed.iterate();
    const profile = await search.profile();
    const kernels = profile?.kernels ?? [];
    const times = kernels.map(({ milliseconds }) => milliseconds);
    expect(times).toEqual(times.toSorted((a, b) => b - a));
    expect(times.reduce((a, b) => a + b, 0)).toBeGreaterThan(0);
    expect(kernels.find(({ name }) => name === "Convolution")?.operations).toBeGreaterThan(1e6);
    expect(kernels.find(({ name }) => name === "BatchNormMixedGradSums")?.operations).toBeGreaterThan(1e4);
    expect(kernels.find(({ name }) => name === "MaskedInput")?.operations ?? 0).toBe(0);
    expect(profile?.bytes).toBeGreaterThan(1e6);
    await search.iterate();
    await undisturbed.iterate();
    expect(await repeatable(search)).toBe(await repeatable(undisturbed));
    search.dispose();
    undisturbed.dispose();
  });

  it("holds as many tensors and GPU bytes after 50 iterations as after 5", async () => {
    const search = await smallSearch(engine);
    for (let i = 0; i < 5; i++) await search.iterate();
    const after5 = engineMemory();
    for (let i = 0; i < 45; i++) await search.iterate();
    expect(engineMemory()).toEqual(after5);
    search.dispose();
  }, 300_000);
});
