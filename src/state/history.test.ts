import { describe, expect, it } from "vitest";
import { countOp, deriveGenotype } from "../domain/genotype";
import { bucketSize, CHART_POINTS, flips, thin } from "./history";
import { recordOf, snapshotOf } from "./testing";

describe("thin", () => {
  const loss = { loss: (record: { explainerTrainLoss: number }) => record.explainerTrainLoss };
  it("keeps short histories as they are", () => {
    const records = [1, 2, 3].map((i) => recordOf(i, { explainerTrainLoss: i }));
    expect(thin(records, loss)).toEqual([1, 2, 3].map((i) => ({ iteration: i, loss: i })));
  });
  it("never exceeds the limit, ends at the last iteration and keeps the mean", () => {
    const count = 10_000;
    const records = Array.from({ length: count }, (_, i) => recordOf(i + 1, { explainerTrainLoss: i }));
    const points = thin(records, loss);
    expect(points.length).toBeLessThanOrEqual(CHART_POINTS);
    expect(points.at(-1)?.iteration).toBe(count);
    const size = bucketSize(count);
    expect(points[0]?.loss).toBeCloseTo((size - 1) / 2, 9);
  });
  it("leaves gaps where a series has no numbers", () => {
    expect(thin([recordOf(1)], { audience: (record) => record.audienceTrainLoss })).toEqual([
      { iteration: 1, audience: null },
    ]);
    expect(thin([recordOf(1, { explainerTrainLoss: Number.NaN })], loss)[0]?.loss).toBeNull();
  });
});

describe("flips", () => {
  const genotype = snapshotOf(1, 4).genotype;
  it("counts edges that changed", () => {
    expect(flips(genotype, genotype, "normal")).toBe(0);
    expect(flips(genotype, snapshotOf(1, 5).genotype, "normal")).toBe(8);
  });
  it("does not count a change of order within a node", () => {
    const [a, b, ...rest] = genotype.normal;
    if (!a || !b) throw new Error("A genotype has eight genes.");
    expect(flips(genotype, { ...genotype, normal: [b, a, ...rest] }, "normal")).toBe(0);
  });
});

it("counts kept operations", () => {
  const alphas = Float32Array.from({ length: 112 }, (_, i) => (i % 8 === 3 && i < 40 ? 1 : i % 8 === 4 ? 0.5 : 0));
  const genotype = deriveGenotype({ normal: alphas, reduce: new Float32Array(112) });
  // Edges 0-4 favour skip_connect: both of node 0 and two of node 1.
  expect(countOp(genotype, "normal", "skip_connect")).toBe(4);
  expect(countOp(genotype, "reduce", "skip_connect")).toBe(0);
});
