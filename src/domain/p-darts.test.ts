/** What the golden selections do not show: ties, limits, and rules that hold for any alphas. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { softmaxRows } from "./genotype";
import { deriveStaged, dropLeast, expandAlphas, keepOne, restrictSkips } from "./p-darts";
import { ALL_OPERATIONS, EDGES, type EdgeOperations, edgeIndex, NODES, PRIMITIVES, type Primitive } from "./primitives";

const alike = (...operations: Primitive[]): EdgeOperations => ALL_OPERATIONS.map(() => operations);
/** The same for every edge: of the operations named. */
const probabilities = (row: Partial<Record<Primitive, number>>) =>
  Float32Array.from(Array.from({ length: EDGES }, () => PRIMITIVES.map((op) => row[op] ?? 0)).flat());
const set = (all: Float32Array, edge: number, row: Partial<Record<Primitive, number>>) =>
  all.set(
    PRIMITIVES.map((op) => row[op] ?? 0),
    edge * PRIMITIVES.length,
  );

describe("the rules of P-DARTS at ties", () => {
  it("drop the lower column", () => {
    const alikes = Float32Array.from({ length: EDGES * 8 }, () => 1 / 8);
    expect(dropLeast(ALL_OPERATIONS, alikes, 3)[0]).toEqual(PRIMITIVES.slice(3));
    const on = alike("none", "max_pool_3x3", "dil_conv_5x5");
    expect(keepOne(on, probabilities({ none: 0.8, max_pool_3x3: 0.1, dil_conv_5x5: 0.1 }))[0]).toBe("dil_conv_5x5");
  });

  it("let none stay in an early stage", () => {
    const row = { none: 0.9, max_pool_3x3: 0.05, sep_conv_3x3: 0.05 };
    expect(dropLeast(ALL_OPERATIONS, probabilities(row), 3)[0]).toContain("none");
  });

  it("keep the higher input, and list inputs upwards", () => {
    const on = alike("max_pool_3x3", "sep_conv_3x3", "sep_conv_5x5");
    const row = { max_pool_3x3: 0.2, sep_conv_3x3: 0.5, sep_conv_5x5: 0.3 };
    const [cell] = restrictSkips(on, probabilities(row));
    expect(cell?.genes.map(([, state]) => state)).toEqual([0, 1, 1, 2, 2, 3, 3, 4]);
    const stronger = probabilities(row);
    set(stronger, edgeIndex(3, 0), { max_pool_3x3: 0.2, sep_conv_3x3: 0.6, sep_conv_5x5: 0.2 });
    expect(restrictSkips(on, stronger)[0]?.genes.slice(-2)).toEqual([
      ["sep_conv_3x3", 0],
      ["sep_conv_3x3", 4],
    ]);
  });

  it("do not count an edge's none", () => {
    const on = alike("none", "max_pool_3x3", "sep_conv_3x3");
    const rows = probabilities({ none: 0.2, max_pool_3x3: 0.1, sep_conv_3x3: 0.7 });
    set(rows, edgeIndex(1, 1), { none: 0.9, max_pool_3x3: 0.04, sep_conv_3x3: 0.06 });
    const states = restrictSkips(on, rows)[0]
      ?.genes.slice(2, 4)
      .map(([, state]) => state);
    expect(states).toEqual([0, 2]);
  });

  it("stop where nothing but a skip is possible", () => {
    const on = alike("none", "max_pool_3x3", "skip_connect");
    expect(restrictSkips(on, probabilities({ skip_connect: 1 })).at(-1)?.skips).toBe(8);
  });
});

/** Operations of each edge, chosen at random, with alphas for them. */
const stage = (count: number) =>
  fc
    .record({
      on: fc
        .array(fc.shuffledSubarray([...PRIMITIVES], { minLength: count, maxLength: count }), {
          minLength: EDGES,
          maxLength: EDGES,
        })
        .map((edges) => edges.map((ops) => PRIMITIVES.filter((op) => ops.includes(op)))),
      alphas: fc
        .array(fc.float({ min: -3, max: 3, noNaN: true }), { minLength: EDGES * count, maxLength: EDGES * count })
        .map((values) => Float32Array.from(values)),
    })
    .map(({ on, alphas }) => ({ on, alphas, all: expandAlphas(on, alphas) }));

describe("for any alphas", () => {
  it("a stage keeps the likeliest operations, in their order", () => {
    fc.assert(
      fc.property(stage(5), ({ on, all }) => {
        const p = softmaxRows(all);
        for (const [edge, kept] of dropLeast(on, p, 2).entries()) {
          const before = on[edge] ?? [];
          const of = (op: Primitive) => p[edge * 8 + PRIMITIVES.indexOf(op)] ?? Number.NaN;
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
        const alphas = { normal: normal.all, reduce: reduce.all };
        const [genotype, free] = [deriveStaged(on, alphas, maxSkips), deriveStaged(on, alphas)];
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
        const skips = ({ normal: genes }: typeof genotype) => genes.filter(([op]) => op === "skip_connect").length;
        expect(skips(genotype)).toBeLessThanOrEqual(maxSkips);
        if (skips(free) <= maxSkips) expect(genotype).toEqual(free);
        expect(genotype.reduce).toEqual(free.reduce);
      }),
    );
  });

  it("the softmax of the expanded alphas is that of the operations on, and 0 elsewhere", () => {
    fc.assert(
      fc.property(stage(3), ({ on, alphas, all: expanded }) => {
        const [own, all] = [softmaxRows(alphas, 3), softmaxRows(expanded)];
        for (const [edge, operations] of on.entries())
          for (const [k, op] of PRIMITIVES.entries())
            expect(all[edge * 8 + k]).toBe(operations.includes(op) ? own[edge * 3 + operations.indexOf(op)] : 0);
      }),
    );
  });
});
