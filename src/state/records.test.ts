import { describe, expect, it } from "vitest";
import { Records } from "./records";
import { recordOf } from "./testing";

const records = (...iterations: number[]) => iterations.map((i) => recordOf(i));
const of = (list: Records) => list.slice().map(({ iteration }) => iteration);

describe("records", () => {
  it("grow without changing what was there before", () => {
    const one = Records.NONE.with(records(1));
    const three = one.with(records(2, 3));
    expect([of(Records.NONE), of(one), of(three)]).toEqual([[], [1], [1, 2, 3]]);
    expect(three.continues(one)).toBe(true);
    expect(one.continues(three)).toBe(false);
    expect(three.with([])).toBe(three);
  });

  it("part where two lists go on from the same one", () => {
    const one = Records.NONE.with(records(1));
    const [left, right] = [one.with(records(2)), one.with(records(20))];
    expect([of(left), of(right)]).toEqual([
      [1, 2],
      [1, 20],
    ]);
    expect(right.continues(left)).toBe(false);
    expect(Records.NONE.with(records(1)).continues(one)).toBe(false);
  });

  it("are read as an array is", () => {
    const list = Records.NONE.with(records(1, 2, 3, 4)).first(3);
    const array = records(1, 2, 3);
    for (const i of [-4, -3, -1, 0, 2, 3]) expect(list.at(i)?.iteration).toBe(array.at(i)?.iteration);
    for (const [start, end] of [
      [-2, undefined],
      [1, undefined],
      [0, -1],
      [2, 1],
      [-9, 9],
    ] as const) {
      expect(list.slice(start, end)).toEqual(array.slice(start, end));
    }
    expect(list.first(9)).toBe(list);
  });
});
