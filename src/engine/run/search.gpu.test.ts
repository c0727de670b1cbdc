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

  it("holds as many tensors and GPU bytes after 50 iterations as after 5", async () => {
    const search = await smallSearch(engine);
    for (let i = 0; i < 5; i++) await search.iterate();
    const after5 = engineMemory();
    for (let i = 0; i < 45; i++) await search.iterate();
    expect(engineMemory()).toEqual(after5);
    search.dispose();
  }, 300_000);
});
