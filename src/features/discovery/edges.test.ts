import { describe, expect, it } from "vitest";
import { deriveCell, meanEntropy, softmaxRows } from "../../domain/genotype";
import { EDGES, PRIMITIVES } from "../../domain/primitives";
import { edgeViews, headline, operationsLeft } from "./edges";

function alphas(entries: Readonly<Record<string, number>>): Float32Array {
  const out = new Float32Array(EDGES * 8);
  for (const [key, value] of Object.entries(entries)) {
    const [edge, op] = key.split(" ");
    out[Number(edge) * 8 + PRIMITIVES.indexOf(op as (typeof PRIMITIVES)[number])] = value;
  }
  return out;
}

describe("edgeViews", () => {
  const weights = softmaxRows(alphas({ "0 sep_conv_3x3": 2, "1 none": 5, "3 skip_connect": 1, "13 dil_conv_5x5": 3 }));
  const views = edgeViews(weights, deriveCell(weights));

  it("keeps two edges of each node", () => {
    for (let node = 0; node < 4; node++) {
      expect(views.filter((view) => view.kept && view.edge.node === node)).toHaveLength(2);
    }
  });

  it("names the best operation but never `none`", () => {
    expect(views[0]).toMatchObject({ op: "sep_conv_3x3", kept: true, undecided: false });
    expect(views[13]).toMatchObject({ op: "dil_conv_5x5", kept: true });
    expect(views.every((view) => view.op !== "none")).toBe(true);
  });

  it("calls an edge without a lead undecided", () => {
    expect(views[2]).toMatchObject({ lead: 0, undecided: true });
  });

  it("agrees with the mean entropy of the domain", () => {
    expect(headline(views).entropy).toBeCloseTo(meanEntropy(weights), 6);
  });
});

it("counts the operations that edges still have", () => {
  const all = new Float32Array(EDGES * 8);
  expect(operationsLeft(null)).toBe(8);
  expect(operationsLeft(all)).toBe(8);
  expect(operationsLeft(all.map((_, i) => (i % 8 < 3 ? Number.NEGATIVE_INFINITY : 0)))).toBe(5);
});
