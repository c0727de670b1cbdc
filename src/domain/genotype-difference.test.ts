import { expect, it } from "vitest";
import type { Gene } from "./genotype";
import { cellDifference, cellOperations, countChanges } from "./genotype-difference";

const cell: readonly Gene[] = [
  ["sep_conv_3x3", 0],
  ["skip_connect", 1],
  ["sep_conv_3x3", 2],
  ["max_pool_3x3", 0],
  ["dil_conv_3x3", 1],
  ["skip_connect", 3],
  ["sep_conv_5x5", 4],
  ["avg_pool_3x3", 2],
];

it("reads the kept operations off the genes, whatever their order within a node", () => {
  const kept = cellOperations(cell);
  expect(kept.flatMap((op, edge) => (op ? [[edge, op]] : []))).toEqual([
    [0, "sep_conv_3x3"],
    [1, "skip_connect"],
    [2, "max_pool_3x3"],
    [4, "sep_conv_3x3"],
    [6, "dil_conv_3x3"],
    [8, "skip_connect"],
    [11, "avg_pool_3x3"],
    [13, "sep_conv_5x5"],
  ]);
  const swapped = cell.map((_, i) => cell[i ^ 1]).filter((gene) => gene !== undefined);
  expect(cellOperations(swapped)).toEqual(kept);
});

it("tells apart what both keep, what changed, and what one keeps alone", () => {
  const other: readonly Gene[] = [...cell.slice(0, 6), ["sep_conv_3x3", 4], ["avg_pool_3x3", 3]];
  const differences = cellDifference(cell, other);
  expect(differences.filter(({ change }) => change !== "same")).toEqual([
    { edge: { index: 11, node: 3, state: 2 }, first: "avg_pool_3x3", second: null, change: "first" },
    { edge: { index: 12, node: 3, state: 3 }, first: null, second: "avg_pool_3x3", change: "second" },
    { edge: { index: 13, node: 3, state: 4 }, first: "sep_conv_5x5", second: "sep_conv_3x3", change: "changed" },
  ]);
  expect(countChanges(differences)).toEqual({ same: 6, changed: 1, first: 1, second: 1 });
  expect(countChanges(cellDifference(cell, cell))).toEqual({ same: 8, changed: 0, first: 0, second: 0 });
});
