/** What the golden selections do not show: ties, limits, and rules that hold for any alphas. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { softmaxRows } from "./genotype";
import { deriveStaged, dropLeast, expandAlphas, keepOne, restrictSkips } from "./p-darts";
import { ALL_OPERATIONS, EDGES, type EdgeOperations, edgeIndex, NODES, PRIMITIVES, type Primitive } from "./primitives";

const alike = (...operations: Primitive[]): EdgeOperations => ALL_OPERATIONS.map(() => operations);
const probabilities = (...row: number[]) => Float32Array.from(Array.from({ length: EDGES }, () => row).flat());

describe("the rules of P-DARTS at ties", () => {
  it("drop the lower column", () => {
    expect(dropLeast(ALL_OPERATIONS, probabilities(...PRIMITIVES.map(() => 1 / 8)), 3)[0]).toEqual(PRIMITIVES.slice(3));
    expect(keepOne(alike("none", "max_pool_3x3", "dil_conv_5x5"), probabilities(0.8, 0.1, 0.1))[0]).toBe(
      "dil_conv_5x5",
    );
  });

  it("let none stay in an early stage", () => {
    const row = [0.9, 0.01, 0.02, 0.03, 0.01, 0.01, 0.01, 0.01];
    expect(dropLeast(ALL_OPERATIONS, probabilities(...row), 3)[0]).toContain("none");
  });

  it("keep the higher input, and list inputs upwards", () => {
    const on = alike("max_pool_3x3", "sep_conv_3x3", "sep_conv_5x5");
    const [cell] = restrictSkips(on, probabilities(0.2, 0.5, 0.3));
    expect(cell?.genes.map(([, state]) => state)).toEqual([0, 1, 1, 2, 2, 3, 3, 4]);
    const stronger = probabilities(0.2, 0.5, 0.3);
    stronger[edgeIndex(3, 0) * 3 + 1] = 0.6;
    expect(restrictSkips(on, stronger)[0]?.genes.slice(-2)).toEqual([
      ["sep_conv_3x3", 0],
      ["sep_conv_3x3", 4],
    ]);
  });

  it("do not count an edge's none", () => {
    const on = alike("none", "max_pool_3x3", "sep_conv_3x3");
    const rows = probabilities(0.2, 0.1, 0.7);
    rows.set([0.9, 0.04, 0.06], edgeIndex(1, 1) * 3);
    expect(
      restrictSkips(on, rows)[0]
        ?.genes.slice(2, 4)
        .map(([, state]) => state),
    ).toEqual([0, 2]);
  });

  it("stop where nothing but a skip is possible", () => {
    const on = alike("none", "max_pool_3x3", "skip_connect");
    expect(restrictSkips(on, probabilities(0, 0, 1)).at(-1)?.skips).toBe(8);
  });
});

/** Operations of each edge, chosen at random, with alphas for them. */
const stage = (count: number) =>
  fc.record({
    on: fc
      .array(fc.shuffledSubarray([...PRIMITIVES], { minLength: count, maxLength: count }), {
        minLength: EDGES,
        maxLength: EDGES,
      })
      .map((edges) => edges.map((ops) => PRIMITIVES.filter((op) => ops.includes(op)))),
    alphas: fc
      .array(fc.float({ min: -3, max: 3, noNaN: true }), { minLength: EDGES * count, maxLength: EDGES * count })
      .map((values) => Float32Array.from(values)),
  });

describe("for any alphas", () => {
  it("a stage keeps the likeliest operations, in their order", () => {
    fc.assert(
      fc.property(stage(5), ({ on, alphas }) => {
        const p = softmaxRows(alphas, 5);
        for (const [edge, kept] of dropLeast(on, p, 2).entries()) {
          const before = on[edge] ?? [];
          const of = (op: Primitive) => p[edge * 5 + before.indexOf(op)] ?? Number.NaN;
          expect(kept).toEqual(before.filter((op) => kept.includes(op)));
          expect(kept).toHaveLength(3);
          const dropped = before.filter((op) => !kept.includes(op));
          expect(Math.max(...dropped.map(of))).toBeLessThanOrEqual(Math.min(...kept.map(of)));
        }
      }),
    );
  });

  it("a genotype is one of the space, without none, and within the limit of skips", () => {
    fc.assert(
      fc.property(stage(3), stage(3), fc.integer({ min: 0, max: 8 }), (normal, reduce, maxSkips) => {
        const on = { normal: normal.on, reduce: reduce.on };
        const alphas = { normal: normal.alphas, reduce: reduce.alphas };
        const { genotype, unrestrictedSkips } = deriveStaged(on, alphas, maxSkips);
        for (const kind of ["normal", "reduce"] as const) {
          expect(genotype[kind]).toHaveLength(2 * NODES);
          for (const [i, [op, state]] of genotype[kind].entries()) {
            const node = Math.floor(i / 2);
            expect(state).toBeLessThan(node + 2);
            expect(op).not.toBe("none");
            expect(on[kind][edgeIndex(node, state)]).toContain(op);
            if (i % 2 === 1) expect(state).toBeGreaterThan(genotype[kind][i - 1]?.[1] ?? 0);
          }
        }
        const skips = genotype.normal.filter(([op]) => op === "skip_connect").length;
        expect(skips).toBeLessThanOrEqual(Math.max(0, maxSkips));
        if (unrestrictedSkips <= maxSkips) expect(skips).toBe(unrestrictedSkips);
        expect(deriveStaged(on, alphas, 8).genotype.reduce).toEqual(genotype.reduce);
      }),
    );
  });

  it("the softmax of the expanded alphas is that of the operations on, and 0 elsewhere", () => {
    fc.assert(
      fc.property(stage(3), ({ on, alphas }) => {
        const [own, all] = [softmaxRows(alphas, 3), softmaxRows(expandAlphas(on, alphas))];
        for (const [edge, operations] of on.entries())
          for (const [k, op] of PRIMITIVES.entries())
            expect(all[edge * 8 + k]).toBe(operations.includes(op) ? own[edge * 3 + operations.indexOf(op)] : 0);
      }),
    );
  });
});
