import { describe, expect, it } from "vitest";
import { EDGES } from "../domain/primitives";
import { countPicks, pickShares, subGraphsOf } from "./picks";
import { recordOf } from "./testing";

/** Two sub-graphs: every edge of the normal cells draws `a`, then `b`; those of the reduction cells draw 7 − a, 7 − b. */
function picksOf(a: number, b: number): number[] {
  return [a, b].flatMap((op) => [...new Array<number>(EDGES).fill(op), ...new Array<number>(EDGES).fill(7 - op)]);
}
const record = (iteration: number, a: number, b: number) => recordOf(iteration, { picks: picksOf(a, b) });

describe("picks", () => {
  it("are taken apart by sub-graph and kind of cell", () => {
    const picks = Array.from({ length: 2 * 2 * EDGES }, (_, i) => i);
    expect(subGraphsOf(picks, "normal").map((edges) => edges[0])).toEqual([0, 28]);
    expect(subGraphsOf(picks, "reduce").map((edges) => [edges[0], edges[13]])).toEqual([
      [14, 27],
      [42, 55],
    ]);
  });

  it("are counted on from snapshot to snapshot, and the counts before stay what they were", () => {
    const first = countPicks(null, [record(1, 3, 4)]);
    const second = countPicks(first, [record(2, 3, 5), recordOf(3), record(4, 3, 4)]);
    expect(Array.from(first?.normal.subarray(0, 8) ?? [])).toEqual([0, 0, 0, 1, 1, 0, 0, 0]);
    expect(Array.from(second?.normal.subarray(104) ?? [])).toEqual([0, 0, 0, 3, 2, 1, 0, 0]);
    expect(Array.from(second?.reduce.subarray(0, 8) ?? [])).toEqual([0, 0, 1, 2, 3, 0, 0, 0]);
  });

  it("are not there for a strategy that draws nothing", () => {
    expect(countPicks(null, [recordOf(1)])).toBeNull();
  });

  it("become shares of each edge's draws", () => {
    const counts = new Uint32Array(EDGES * 8);
    counts.set([1, 0, 0, 3], 8);
    const shares = pickShares(counts);
    expect(Array.from(shares.subarray(8, 12))).toEqual([0.25, 0, 0, 0.75]);
    // An edge without a draw has no shares.
    expect(Array.from(shares.subarray(0, 8))).toEqual(new Array(8).fill(0));
  });
});
