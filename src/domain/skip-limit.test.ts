import { describe, expect, it } from "vitest";
import { countOp, deriveGenotype } from "./genotype";
import { ALL_OPERATIONS, EDGES, PRIMITIVES } from "./primitives";
import { CounterRandom, STREAM } from "./random";
import { withFewSkips } from "./skip-limit";

const SKIP = PRIMITIVES.indexOf("skip_connect");

/** Alphas [14, 8] that love skips, by chance. */
function skippy(seed: number): Float32Array {
  const random = new CounterRandom(seed, STREAM.check);
  return Float32Array.from({ length: EDGES * PRIMITIVES.length }, (_, i) => {
    const noise = random.uniform(i);
    return i % PRIMITIVES.length === SKIP ? 1 + noise : noise;
  });
}

describe("withFewSkips", () => {
  const seeds = [1, 2, 3, 4, 5, 6, 7, 8];
  const found = (seed: number) => ({
    alphas: { normal: skippy(seed), reduce: skippy(seed + 100) },
    betas: null,
    staged: null,
  });

  it("leaves at most two in the normal cell, and the reduction cell as it is", () => {
    for (const seed of seeds) {
      const before = deriveGenotype(found(seed).alphas);
      const after = withFewSkips(found(seed));
      expect(countOp(before, "normal", "skip_connect")).toBe(8);
      expect(countOp(after, "normal", "skip_connect")).toBe(2);
      expect(after.reduce).toEqual(before.reduce);
    }
  });

  it("keeps a cell that has few", () => {
    for (const seed of seeds) expect(withFewSkips(found(seed), 8)).toEqual(deriveGenotype(found(seed).alphas));
  });

  it("chooses the edges and operations that P-DARTS's own rule chooses", () => {
    const sorted = (genes: readonly (readonly [string, number])[]) =>
      genes.map(([op, state], i) => `${Math.floor(i / 2)} ${op} ${state}`).sort();
    for (const seed of seeds) {
      const { alphas } = found(seed);
      const staged = withFewSkips({ alphas, betas: null, staged: { normal: ALL_OPERATIONS, reduce: ALL_OPERATIONS } });
      expect(sorted(withFewSkips(found(seed)).normal)).toEqual(sorted(staged.normal));
    }
  });

  it("weighs edges by their betas", () => {
    const { alphas } = found(1);
    // Node 3 then prefers its two last edges.
    const normal = Float32Array.from({ length: EDGES }, (_, i) => (i >= 12 ? 9 : 0));
    const genes = withFewSkips({ alphas, betas: { normal, reduce: normal }, staged: null }).normal.slice(6);
    expect(genes.map(([, state]) => state).sort()).toEqual([3, 4]);
  });
});
