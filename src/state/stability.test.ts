import { describe, expect, it } from "vitest";
import type { CellChange } from "../domain/alpha-history";
import { flipsOf, NO_FLIPS, updateStability } from "./stability";

/** @param kept operations by [cell, edge], of an index each; others are not kept */
function change(iteration: number, kept: Readonly<Record<string, number>>): CellChange {
  const out = new Uint8Array(28);
  for (const [place, op] of Object.entries(kept)) {
    const [cell = 0, edge = 0] = place.split(" ").map(Number);
    out[cell * 14 + edge] = op;
  }
  return { iteration, kept: out };
}

const START = change(0, { "0 0": 4, "0 1": 4, "1 0": 1 });

describe("flips", () => {
  it("are edges that are kept with another operation, in either cell", () => {
    const changes = [START, change(3, { "0 0": 5, "0 1": 4, "1 0": 1 }), change(9, { "0 0": 5, "0 2": 3, "1 0": 2 })];
    expect(flipsOf(changes)).toEqual([
      { iteration: 3, kind: "normal", edge: 0, op: "sep_conv_5x5" },
      { iteration: 9, kind: "normal", edge: 2, op: "skip_connect" },
      { iteration: 9, kind: "reduce", edge: 0, op: "avg_pool_3x3" },
    ]);
  });

  it("are not what a run starts with, nor an edge that is kept no longer", () => {
    expect(flipsOf([START])).toEqual([]);
    expect(flipsOf([START, change(1, { "0 0": 4, "1 0": 1 })])).toEqual([]);
  });
});

describe("stability", () => {
  it("counts flips of each cell and remembers the last, however the news come", () => {
    const changes = [START, change(3, { "0 0": 5 }), change(4, { "0 0": 6, "1 0": 1 }), change(8, { "0 0": 6 })];
    const whole = { normal: { flips: 2, since: 4 }, reduce: { flips: 1, since: 4 } };
    expect(updateStability(NO_FLIPS, undefined, changes)).toEqual(whole);
    const begun = updateStability(NO_FLIPS, undefined, changes.slice(0, 2));
    expect(updateStability(begun, changes[1], changes.slice(2))).toEqual(whole);
    expect(updateStability(begun, changes[1], [])).toBe(begun);
  });
});
