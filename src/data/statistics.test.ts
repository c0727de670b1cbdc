import { createHash } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import { makeShapes } from "./shapes";
import { channelStatistics, classCounts, classWeights, hashPictures } from "./statistics";

describe("classCounts", () => {
  it("counts all pictures or the picked ones, and classes without any", () => {
    const labels = Uint16Array.of(0, 2, 2, 0, 2);
    expect(classCounts(labels, 4)).toEqual([2, 0, 3, 0]);
    expect(classCounts(labels, 4, [1, 2])).toEqual([0, 0, 2, 0]);
  });
});

describe("channelStatistics", () => {
  it("agrees with the two-pass formula over the picked pictures", () => {
    const { pixels } = makeShapes({ seed: 1, count: 6 });
    const picked = Uint32Array.of(1, 4);
    const { mean, std } = channelStatistics(pixels, 32, picked);
    for (const channel of [0, 1, 2] as const) {
      const values = [...picked].flatMap((i) =>
        [...pixels.subarray(i * 3072, (i + 1) * 3072)].filter((_, j) => j % 3 === channel).map((value) => value / 255),
      );
      const expected = values.reduce((sum, value) => sum + value, 0) / values.length;
      const variance = values.reduce((sum, value) => sum + (value - expected) ** 2, 0) / values.length;
      expect(mean[channel]).toBeCloseTo(expected, 10);
      expect(std[channel]).toBeCloseTo(Math.sqrt(variance), 10);
    }
  });

  it("never gives a spread of 0", () => {
    const { mean, std } = channelStatistics(new Uint8Array(2 * 2 * 3).fill(255), 2, Uint32Array.of(0));
    expect(mean).toEqual([1, 1, 1]);
    expect(std).toEqual([1 / 255, 1 / 255, 1 / 255]);
  });
});

describe("hashPictures", () => {
  const pictures = { ...makeShapes({ seed: 1, count: 4 }), classNames: ["a", "b"] };

  it("is the SHA-256 of class names, size, count, labels and the SHA-256 of the pixels", async () => {
    const expected = createHash("sha256")
      .update('{"classNames":["a","b"],"size":32,"count":4}')
      .update(Uint8Array.of(0, 1, 2, 3, 0, 0, 0, 0))
      .update(createHash("sha256").update(pictures.pixels).digest())
      .digest("hex");
    expect(await hashPictures(pictures)).toBe(expected);
  });

  it("changes with a name, a label and a pixel", async () => {
    const otherPixels = pictures.pixels.slice();
    otherPixels[77] = (otherPixels[77] ?? 0) ^ 1;
    const hashes = await Promise.all([
      hashPictures(pictures),
      hashPictures({ ...pictures, classNames: ["a", "c"] }),
      hashPictures({ ...pictures, labels: Uint16Array.of(0, 1, 2, 256) }),
      hashPictures({ ...pictures, pixels: otherPixels }),
    ]);
    expect(new Set(hashes).size).toBe(4);
  });

  it("is the same where the browser hides WebCrypto", async () => {
    const known = await hashPictures(pictures);
    vi.stubGlobal("crypto", {});
    try {
      expect(await hashPictures(pictures)).toBe(known);
    } finally {
      vi.unstubAllGlobals();
    }
  });
});

describe("classWeights", () => {
  it("makes each class present count the same", () => {
    const counts = [10, 30, 0, 60];
    const weights = classWeights(counts);
    expect(weights[2]).toBe(1);
    for (const label of [0, 1, 3]) expect((weights[label] ?? 0) * (counts[label] ?? 0)).toBeCloseTo(100 / 3, 4);
  });

  it("is 1 for equal classes", () => {
    expect([...classWeights([5, 5, 5])]).toEqual([1, 1, 1]);
  });
});
