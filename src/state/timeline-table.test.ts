import { expect, it } from "vitest";
import { recordOf } from "./testing";
import { timelineTable } from "./timeline-table";

it("has entropies and flips of each iteration", () => {
  const kept = (...ops: readonly [edge: number, op: number][]) => {
    const out = new Uint8Array(28);
    for (const [edge, op] of ops) out[edge] = op;
    return out;
  };
  const changes = [
    { iteration: 0, kept: kept([0, 4], [1, 4]) },
    { iteration: 2, kept: kept([0, 5], [1, 3], [14, 1]) },
  ];
  const records = [recordOf(1, { entropyNormal: 2, entropyReduce: 1 }), recordOf(2, { entropyNormal: 1.5 })];
  expect(timelineTable(records, changes)).toEqual({
    columns: ["iteration", "entropyNormal", "entropyReduce", "flipsNormal", "flipsReduce"],
    rows: [
      [1, 2, 1, 0, 0],
      [2, 1.5, 2, 2, 1],
    ],
  });
});
