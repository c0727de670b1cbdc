import { describe, expect, it } from "vitest";
import { shapesShard } from "../../test/files/cifar";
import { presetSettings } from "../domain/presets";
import { readPictures } from "./formats/read";
import { memorySource } from "./formats/source";
import { finishDataset, summarise } from "./load";
import { resizePictures } from "./resize";
import { makeShapes } from "./shapes";

const settings = presetSettings("tiny");
const readShard = (count: number) => readPictures([memorySource("shard.bin", shapesShard(count))]);

describe("finishDataset", () => {
  it("averages down, splits and measures", async () => {
    const raw = makeShapes({ seed: 1, count: 100 });
    const dataset = await finishDataset(raw, settings);
    expect(dataset.size).toBe(16);
    expect(dataset.pixels).toEqual(resizePictures(raw.pixels, 32, 16));
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
    const raw = await readShard(40);
    const before = raw.pixels.slice();
    const small = await finishDataset(raw, settings);
    const large = await finishDataset(raw, { ...settings, imageSize: "32", testFraction: 0.5 });
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

  it("refuses too few pictures", async () => {
    await expect(finishDataset(await readShard(3), settings)).rejects.toThrow(/Too few pictures/);
  });

  it("takes coarse labels and grey when asked", async () => {
    const raw = makeShapes({ seed: 1, count: 20 });
    const coarse = {
      classNames: ["round", "edged"],
      labels: Uint16Array.from(raw.labels, (label) => (label < 2 ? 0 : 1)),
    };
    const dataset = await finishDataset({ ...raw, coarse }, { ...settings, labels: "coarse", colour: "grey" });
    expect(dataset).toMatchObject({ classNames: coarse.classNames, labels: coarse.labels });
    for (let i = 0; i < dataset.pixels.length; i += 3) expect(dataset.pixels[i]).toBe(dataset.pixels[i + 1]);
    // A set without coarse labels keeps its own.
    expect((await finishDataset(raw, { ...settings, labels: "coarse" })).classNames).toEqual(raw.classNames);
  });
});

describe("summarise", () => {
  it("shows ten pictures of each class, spread over the set", async () => {
    const raw = makeShapes({ seed: 1, count: 400 });
    const dataset = await finishDataset(raw, settings);
    const summary = summarise(dataset, raw);
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
    const raw = makeShapes({ seed: 1, count: 25 });
    const dataset = await finishDataset(raw, settings);
    const summary = summarise(dataset, raw);
    expect(summary.preview.map((row) => row.length)).toEqual([3, 3, 3, 3, 3, 2, 2, 2, 2, 2]);
    const before = dataset.pixels.slice();
    summary.preview[0]?.[0]?.fill(0);
    expect(dataset.pixels).toEqual(before);
  });
});
