import { expect, it } from "vitest";
import { checkOverlap, countDuplicates, firstOfEach } from "./duplicates";

/** Pictures of one pixel, by its value. */
function pictures(...values: number[]) {
  return {
    size: 1,
    pixels: Uint8Array.from(values.flatMap((value) => [value, 0, 0])),
    labels: new Uint16Array(values.length),
  };
}
const at = (...places: number[]) => Uint32Array.from(places);

it("finds the first of the same pictures", () => {
  expect([...firstOfEach(pictures(7, 8, 7, 9, 8))]).toEqual([0, 1, 0, 3, 1]);
});

it("counts every picture of a later split that an earlier one has, also where it stands there twice", () => {
  // A trains; A and A are the test.
  const set = pictures(1, 1, 1, 2);
  const splits = { train: at(0, 3), validation: at(), test: at(1, 2) };
  expect(countDuplicates(firstOfEach(set), set.labels, splits)).toEqual({
    within: { train: 0, validation: 0, test: 1 },
    across: { validation: 0, test: 2 },
    otherLabel: 0,
  });
});

it("counts those within a split, and those with another label", () => {
  const set = { ...pictures(1, 1, 2, 2, 1), labels: Uint16Array.of(0, 1, 0, 0, 0) };
  const splits = { train: at(0, 1), validation: at(2, 3), test: at(4) };
  expect(countDuplicates(firstOfEach(set), set.labels, splits)).toEqual({
    within: { train: 1, validation: 1, test: 0 },
    across: { validation: 0, test: 1 },
    otherLabel: 1,
  });
});

it("proves that no picture stands in two splits, and counts those that do", () => {
  expect(checkOverlap(4, { train: at(0), validation: at(1), test: at(3) })).toEqual({ checked: 3, twice: 0 });
  expect(checkOverlap(4, { train: at(0, 1), validation: at(1), test: at(3) })).toEqual({ checked: 3, twice: 1 });
});
