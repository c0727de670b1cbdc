import { describe, expect, it } from "vitest";
import { shapesShard } from "../../test/cifar-file";
import { DataError } from "../domain/dataset";
import { finishDataset, readShard, summarise } from "./load";
import { averageDown } from "./resize";
import { makeShapes } from "./shapes";

const settings = { imageSize: "16", testFraction: 0.2, seed: 1 } as const;

describe("finishDataset", () => {
  it("averages down, splits and measures", async () => {
    const raw = makeShapes({ seed: 1, count: 100 });
    const dataset = await finishDataset(raw, settings);
    expect(dataset.size).toBe(16);
    expect(dataset.pixels).toEqual(averageDown(raw.pixels, 32, 16));
    expect(dataset.labels).toEqual(raw.labels);
    expect([dataset.splits.train.length, dataset.splits.validation.length, dataset.splits.test.length]).toEqual([
      40, 40, 20,
    ]);
    for (const value of [...dataset.mean, ...dataset.std]) {
      expect(value).toBeGreaterThan(0.1);
      expect(value).toBeLessThan(0.9);
    }
    expect(dataset).not.toHaveProperty("attribution");
  });

  it("assembles the same pictures again for other settings, with the same hash", async () => {
    const raw = readShard("shard.bin", shapesShard(40).buffer);
    const before = raw.pixels.slice();
    const small = await finishDataset(raw, settings);
    const large = await finishDataset(raw, { imageSize: "32", testFraction: 0.5, seed: 2 });
    expect(raw.pixels).toEqual(before);
    expect(large.size).toBe(32);
    expect(large.splits.test).toHaveLength(20);
    expect(large.hash).toBe(small.hash);
    expect(small.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(await finishDataset(raw, settings)).toEqual(small);
  });

  it("measures mean and spread on the search-train split alone", async () => {
    const raw = makeShapes({ seed: 1, count: 20 });
    const changed = raw.pixels.slice();
    changed.fill(255, 8 * 3072); // all but the eight pictures of search-train
    const plain = await finishDataset(raw, settings);
    const other = await finishDataset({ ...raw, pixels: changed }, settings);
    expect(plain.splits.train).toHaveLength(8);
    expect([other.mean, other.std]).toEqual([plain.mean, plain.std]);
    expect(other.hash).not.toBe(plain.hash);
  });

  it("refuses too few pictures and pictures smaller than the picture side", async () => {
    await expect(finishDataset(readShard("one.bin", shapesShard(1).buffer), settings)).rejects.toThrow(
      /Too few pictures/,
    );
    const tiny = { ...makeShapes({ seed: 1, count: 10 }), size: 8, pixels: new Uint8Array(10 * 8 * 8 * 3) };
    await expect(finishDataset(tiny, settings)).rejects.toThrow(DataError);
  });
});

describe("summarise", () => {
  it("shows ten pictures of each class, spread over the set", async () => {
    const dataset = await finishDataset(makeShapes({ seed: 1, count: 400 }), settings);
    const summary = summarise(dataset);
    expect(summary.classCounts).toEqual(new Array(10).fill(40));
    expect(summary).toMatchObject({ used: 400, size: 16, splitSizes: { train: 160, validation: 160, test: 80 } });
    expect(summary.preview.map((row) => row.length)).toEqual(new Array(10).fill(10));
    // Class 3 has the pictures 3, 13, …, 393; every fourth of them is shown.
    summary.preview[3]?.forEach((picture, i) => {
      const at = (3 + 40 * i) * 16 * 16 * 3;
      expect(picture).toEqual(dataset.pixels.slice(at, at + 16 * 16 * 3));
    });
  });

  it("shows what there is of a small class, as copies", async () => {
    const dataset = await finishDataset(makeShapes({ seed: 1, count: 25 }), settings);
    const summary = summarise(dataset);
    expect(summary.preview.map((row) => row.length)).toEqual([3, 3, 3, 3, 3, 2, 2, 2, 2, 2]);
    const before = dataset.pixels.slice();
    summary.preview[0]?.[0]?.fill(0);
    expect(dataset.pixels).toEqual(before);
  });
});
