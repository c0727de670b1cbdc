import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DataError } from "../domain/dataset";
import { type SplitSettings, type Splits, splitPictures } from "./split";

const PLAIN: SplitSettings = { testFraction: 0.2, trainShare: 0.5, split: "order", splitSeed: 1, perClass: 0 };

function inOrder(count: number) {
  return { labels: new Uint16Array(count), splitRule: { kind: "order" } as const };
}

/** `names` groups over 4 classes, of 2 or 3 pictures each. */
function inGroups(names: number) {
  const groups = Array.from({ length: names }, (_, name) => new Array<number>(2 + (name % 2)).fill(name)).flat();
  return {
    labels: Uint16Array.from(groups, (name) => name % 4),
    splitRule: { kind: "groups", groups: Uint32Array.from(groups) } as const,
  };
}

function expectPartition(splits: Splits, count: number) {
  const all = [...splits.train, ...splits.validation, ...splits.test];
  expect([...all].sort((a, b) => a - b)).toEqual([...Array(count).keys()]);
}

describe("splitPictures", () => {
  it("halves a file in its order and keeps the end for the test", () => {
    const { train, validation, test } = splitPictures(inOrder(10), { ...PLAIN, testFraction: 0.2, splitSeed: 1 });
    expect([...train]).toEqual([0, 1, 2, 3]);
    expect([...validation]).toEqual([4, 5, 6, 7]);
    expect([...test]).toEqual([8, 9]);
  });

  it("keeps nothing for the test at a test share of 0, as the papers do", () => {
    const { train, validation, test } = splitPictures(inOrder(50), { ...PLAIN, testFraction: 0, splitSeed: 1 });
    expect([train.length, validation.length, test.length]).toEqual([25, 25, 0]);
  });

  it("puts every picture in exactly one split", () => {
    fc.assert(
      fc.property(fc.integer({ min: 30, max: 300 }), fc.double({ min: 0, max: 0.8, noNaN: true }), (count, share) => {
        expectPartition(splitPictures(inOrder(count), { ...PLAIN, testFraction: share, splitSeed: 1 }), count);
      }),
      { seed: 1 },
    );
  });

  it("puts every group in exactly one split, and every picture too", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 60, max: 200 }),
        fc.double({ min: 0, max: 0.8, noNaN: true }),
        fc.nat(),
        (names, share, seed) => {
          const pictures = inGroups(names);
          const splits = splitPictures(pictures, { ...PLAIN, testFraction: share, splitSeed: seed });
          expectPartition(splits, pictures.labels.length);
          const groupsOf = (picked: Uint32Array) => new Set(Array.from(picked, (i) => pictures.splitRule.groups[i]));
          const [train, validation, test] = [splits.train, splits.validation, splits.test].map(groupsOf);
          expect((train?.size ?? 0) + (validation?.size ?? 0) + (test?.size ?? 0)).toBe(names);
        },
      ),
      { seed: 1 },
    );
  });

  it("keeps the proportion of every class in groups", () => {
    const pictures = inGroups(400);
    const { test } = splitPictures(pictures, { ...PLAIN, testFraction: 0.25, splitSeed: 5 });
    for (let label = 0; label < 4; label++) {
      const names = new Set(
        Array.from(test, (i) => pictures.splitRule.groups[i]).filter((name) => (name ?? 0) % 4 === label),
      );
      expect(names.size).toBe(25);
    }
  });

  it("draws groups from the seed", () => {
    const pictures = inGroups(100);
    expect(splitPictures(pictures, { ...PLAIN, testFraction: 0.2, splitSeed: 7 })).toEqual(
      splitPictures(pictures, { ...PLAIN, testFraction: 0.2, splitSeed: 7 }),
    );
    expect(splitPictures(pictures, { ...PLAIN, testFraction: 0.2, splitSeed: 7 })).not.toEqual(
      splitPictures(pictures, { ...PLAIN, testFraction: 0.2, splitSeed: 8 }),
    );
  });

  it.each([
    [1, 0],
    [3, 0],
    [10, 0.8],
  ])("refuses %i pictures at a test share of %f and says what to do", (count, share) => {
    expect(() => splitPictures(inOrder(count), { ...PLAIN, testFraction: share, splitSeed: 1 })).toThrow(DataError);
    expect(() => splitPictures(inOrder(count), { ...PLAIN, testFraction: share, splitSeed: 1 })).toThrow(
      /Too few pictures: of \d+.*lower the test share/,
    );
  });

  it("takes the test pictures that a set gives, whatever the test share", () => {
    const pictures = { labels: new Uint16Array(10), splitRule: { kind: "given", testFrom: 8 } as const };
    const { train, validation, test } = splitPictures(pictures, { ...PLAIN, trainShare: 0.75 });
    expect([[...train], [...validation], [...test]]).toEqual([
      [0, 1, 2, 3, 4, 5],
      [6, 7],
      [8, 9],
    ]);
  });

  it("shuffles class by class from the split seed, without losing one", () => {
    const labels = Uint16Array.from({ length: 400 }, (_, i) => i % 4);
    const draw = (splitSeed: number) =>
      splitPictures({ labels, splitRule: { kind: "order" } }, { ...PLAIN, split: "shuffle", splitSeed });
    const splits = draw(1);
    expectPartition(splits, 400);
    expect(draw(1)).toEqual(splits);
    expect(draw(2)).not.toEqual(splits);
    for (const split of Object.values(splits)) {
      const counts = [0, 1, 2, 3].map((label) => split.filter((picture) => labels[picture] === label).length);
      expect(new Set(counts).size).toBe(1);
    }
  });

  it("uses only so many pictures of each class, in the test of the set's own as well", () => {
    const labels = Uint16Array.from({ length: 60 }, (_, i) => i % 3);
    const splits = splitPictures({ labels, splitRule: { kind: "given", testFrom: 45 } }, { ...PLAIN, perClass: 4 });
    const countsOf = (picked: readonly number[]) =>
      [0, 1, 2].map((label) => picked.filter((i) => labels[i] === label).length);
    expect(countsOf([...splits.train, ...splits.validation])).toEqual([4, 4, 4]);
    expect(countsOf([...splits.test])).toEqual([4, 4, 4]);
    expect(Math.min(...splits.test)).toBeGreaterThanOrEqual(45);
  });
});
