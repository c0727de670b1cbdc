import { expect, it } from "vitest";
import type { Gene } from "./genotype";
import { edgeAgreement, pairAgreement } from "./seed-agreement";

const cell = (last: Gene): readonly Gene[] => [
  ["sep_conv_3x3", 0],
  ["sep_conv_3x3", 1],
  ["sep_conv_3x3", 0],
  ["sep_conv_3x3", 1],
  ["sep_conv_3x3", 0],
  ["sep_conv_3x3", 1],
  ["sep_conv_3x3", 0],
  last,
];
const cells = [
  cell(["skip_connect", 1]),
  cell(["skip_connect", 1]),
  cell(["dil_conv_3x3", 1]),
  cell(["skip_connect", 2]),
];

it("counts the seeds that keep an edge, and those that keep it with the most frequent operation", () => {
  const agreement = edgeAgreement(cells);
  expect(agreement.map(({ edge, kept, op, agree }) => [edge.index, kept, op, agree])).toEqual([
    [0, 4, "sep_conv_3x3", 4],
    [1, 4, "sep_conv_3x3", 4],
    [2, 4, "sep_conv_3x3", 4],
    [3, 4, "sep_conv_3x3", 4],
    [5, 4, "sep_conv_3x3", 4],
    [6, 4, "sep_conv_3x3", 4],
    [9, 4, "sep_conv_3x3", 4],
    [10, 3, "skip_connect", 2],
    [11, 1, "skip_connect", 1],
  ]);
});

it("gives the mean number of edges that two seeds have in common", () => {
  // Of the six pairs one agrees on all eight edges, five on seven.
  expect(pairAgreement(cells)).toBeCloseTo((8 + 5 * 7) / 6, 12);
  expect(pairAgreement(cells.slice(0, 1))).toBeNull();
});
