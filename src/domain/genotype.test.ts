/** What the golden genotypes do not show: ties, text, and the measures of how decided a cell is. */
import { describe, expect, it } from "vitest";
import { deriveCell, deriveGenotype, edgeLead, genotypeText, meanEntropy, sameGenotype, softmaxRows } from "./genotype";
import { CELL_EDGES, EDGES, edgeIndex, edgesFrom, isReduction } from "./primitives";

const flat = () => new Float32Array(EDGES * 8);

describe("a genotype", () => {
  it("takes the lower state and the lower operation at ties, and never none", () => {
    const cell = deriveCell(softmaxRows(flat()));
    expect(cell).toEqual(
      Array.from({ length: 4 }, () => [
        ["max_pool_3x3", 0],
        ["max_pool_3x3", 1],
      ]).flat(),
    );
    const towardsNone = flat().map((_, i) => (i % 8 === 0 ? 5 : 0));
    expect(deriveCell(softmaxRows(towardsNone)).every(([op]) => op !== "none")).toBe(true);
  });

  it("lists the strongest edge of a node first", () => {
    const alphas = flat();
    alphas[edgeIndex(1, 2) * 8 + 4] = 2;
    alphas[edgeIndex(1, 1) * 8 + 3] = 1;
    expect(deriveCell(softmaxRows(alphas)).slice(2, 4)).toEqual([
      ["sep_conv_3x3", 2],
      ["skip_connect", 1],
    ]);
  });

  it("is written as DARTS reads it", () => {
    const genotype = deriveGenotype({ normal: flat(), reduce: flat() });
    expect(genotypeText(genotype, "X")).toMatch(
      /^X = Genotype\(normal=\[\('max_pool_3x3', 0\), .*\], normal_concat=\[2, 3, 4, 5\], reduce=\[.*\], reduce_concat=\[2, 3, 4, 5\]\)$/,
    );
    expect(sameGenotype(genotype, { ...genotype })).toBe(true);
  });

  it("starts undecided: entropy ln 8, no lead", () => {
    const weights = softmaxRows(flat());
    expect(meanEntropy(weights)).toBeCloseTo(Math.log(8), 6);
    expect(edgeLead(weights, 3)).toBe(0);
    const decided = softmaxRows(flat().map((_, i) => (i % 8 === 5 ? 30 : 0)));
    expect(meanEntropy(decided)).toBeCloseTo(0, 6);
    expect(edgeLead(decided, 3)).toBeCloseTo(1, 6);
  });
});

describe("a cell", () => {
  it("has 14 edges, each node one from every earlier state", () => {
    expect(CELL_EDGES.map(({ index }) => index)).toEqual(Array.from({ length: EDGES }, (_, i) => i));
    expect([0, 1, 2, 3, 4].map((state) => edgesFrom(state).length)).toEqual([4, 4, 3, 2, 1]);
  });

  it("reduces at a third and two thirds", () => {
    const reductions = (layers: number) =>
      Array.from({ length: layers }, (_, i) => i).filter((i) => isReduction(i, layers));
    expect([8, 20, 5, 4, 3, 2].map(reductions)).toEqual([
      [2, 5],
      [6, 13],
      [1, 3],
      [1, 2],
      [1, 2],
      [0, 1],
    ]);
  });
});
