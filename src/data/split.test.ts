import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DataError } from "../domain/dataset";
import { type Splits, splitPictures } from "./split";

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
    const { train, validation, test } = splitPictures(inOrder(10), 0.2, 1);
    expect([...train]).toEqual([0, 1, 2, 3]);
    expect([...validation]).toEqual([4, 5, 6, 7]);
    expect([...test]).toEqual([8, 9]);
  });

  it("keeps nothing for the test at a test share of 0, as the papers do", () => {
    const { train, validation, test } = splitPictures(inOrder(50), 0, 1);
    expect([train.length, validation.length, test.length]).toEqual([25, 25, 0]);
  });

  it("puts every picture in exactly one split", () => {
    fc.assert(
      fc.property(fc.integer({ min: 30, max: 300 }), fc.double({ min: 0, max: 0.8, noNaN: true }), (count, share) => {
        expectPartition(splitPictures(inOrder(count), share, 1), count);
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
          const splits = splitPictures(pictures, share, seed);
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
    const { test } = splitPictures(pictures, 0.25, 5);
    for (let label = 0; label < 4; label++) {
      const names = new Set(
        Array.from(test, (i) => pictures.splitRule.groups[i]).filter((name) => (name ?? 0) % 4 === label),
      );
      expect(names.size).toBe(25);
    }
  });

  it("draws groups from the seed", () => {
    const pictures = inGroups(100);
    expect(splitPictures(pictures, 0.2, 7)).toEqual(splitPictures(pictures, 0.2, 7));
    expect(splitPictures(pictures, 0.2, 7)).not.toEqual(splitPictures(pictures, 0.2, 8));
  });

  it.each([
    [1, 0],
    [3, 0],
    [10, 0.8],
  ])("refuses %i pictures at a test share of %f and says what to do", (count, share) => {
    expect(() => splitPictures(inOrder(count), share, 1)).toThrow(DataError);
    expect(() => splitPictures(inOrder(count), share, 1)).toThrow(/Too few pictures: of \d+.*lower the test share/);
  });
});
