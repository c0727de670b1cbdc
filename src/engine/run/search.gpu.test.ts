/** Whole searches on WebGPU. */
import { beforeAll, describe, expect, it } from "vitest";
import { repeatable, smallSearch } from "../../../test/small-search";
import type { Engine } from "../../domain/run";
import { engineMemory, openEngine } from "../gpu/backend";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine("webgpu", navigator.gpu, () => Promise.resolve("webgpu"));
});

describe("a LeaSE search on WebGPU", () => {
  it("repeats with its seed to the last bit", async () => {
    const files: string[] = [];
    for (const seed of [1, 1, 2]) {
      const search = await smallSearch(engine, { seed });
      for (let i = 0; i < 2; i++) await search.iterate();
      files.push(await repeatable(search));
      search.dispose();
    }
    expect(files[1]).toBe(files[0]);
    expect(files[2]).not.toBe(files[0]);
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

  it("is profiled without a trace, and counts the operations of its convolutions", async () => {
    const [search, undisturbed] = [await smallSearch(engine), await smallSearch(engine)];
    await search.iterate();
    await undisturbed.iterate();
    const profile = await search.profile();
    const kernels = profile?.kernels ?? [];
    const times = kernels.map(({ milliseconds }) => milliseconds);
    expect(times).toEqual(times.toSorted((a, b) => b - a));
    expect(times.reduce((a, b) => a + b, 0)).toBeGreaterThan(0);
    expect(kernels.find(({ name }) => name === "Convolution")?.operations).toBeGreaterThan(1e6);
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
