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

  const coarse = { classNames: ["x", "y"], labels: Uint16Array.of(0, 0, 1, 256) };
  const grouped = { kind: "groups", groups: Uint32Array.of(0, 1, 0, 70_000) } as const;

  it("is the SHA-256 of a head, labels, coarse labels, groups and the SHA-256 of the pixels", async () => {
    const expected = createHash("sha256")
      .update('{"version":2,"classNames":["a","b"],"coarseNames":["x","y"],"size":32,"count":4,"split":"groups"}')
      .update(Uint8Array.of(0, 1, 2, 3, 0, 0, 0, 0))
      .update(Uint8Array.of(0, 0, 1, 0, 0, 0, 0, 1))
      .update(Uint8Array.of(0, 1, 0, 0x70, 0, 0, 0, 0x11, 0, 0, 0, 1, 0, 0, 0, 0))
      .update(createHash("sha256").update(pictures.pixels).digest())
      .digest("hex");
    expect(await hashPictures({ ...pictures, coarse, splitRule: grouped })).toBe(expected);
  });

  it("changes with a name, a label, a pixel, a coarse label or name, a group and the first test picture", async () => {
    const otherPixels = pictures.pixels.slice();
    otherPixels[77] = (otherPixels[77] ?? 0) ^ 1;
    const sets = [
      pictures,
      { ...pictures, classNames: ["a", "c"] },
      { ...pictures, labels: Uint16Array.of(0, 1, 2, 256) },
      { ...pictures, pixels: otherPixels },
      { ...pictures, coarse },
      { ...pictures, coarse: { ...coarse, classNames: ["x", "z"] } },
      { ...pictures, coarse: { ...coarse, labels: Uint16Array.of(0, 0, 1, 1) } },
      { ...pictures, splitRule: grouped },
      { ...pictures, splitRule: { kind: "groups", groups: Uint32Array.of(0, 1, 0, 1) } as const },
      { ...pictures, splitRule: { kind: "given", testFrom: 2 } as const },
      { ...pictures, splitRule: { kind: "given", testFrom: 3 } as const },
    ];
    expect(new Set(await Promise.all(sets.map(hashPictures))).size).toBe(sets.length);
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
