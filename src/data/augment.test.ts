import { describe, expect, it } from "vitest";
import { PLAN_WIDTH } from "../domain/dataset";
import { augmentationPlan, cropPadding, identityPlan } from "./augment";

const base = { size: 32, count: 6000, seed: 1, iteration: 5, batch: "train", cutout: 0 } as const;

function column(values: Int32Array, which: number): number[] {
  return [...values].filter((_, i) => i % PLAN_WIDTH === which);
}

describe("augmentationPlan", () => {
  it("pads an eighth of the side", () => {
    expect([cropPadding(32), cropPadding(16)]).toEqual([4, 2]);
  });

  it.each([
    [32, 4],
    [16, 2],
  ] as const)("shifts pictures of side %i by every whole number of pixels up to %i", (size, pad) => {
    const { values, count } = augmentationPlan({ ...base, size });
    expect(values).toHaveLength(count * PLAN_WIDTH);
    const steps = 2 * pad + 1;
    for (const which of [0, 1]) {
      for (let shift = -pad; shift <= pad; shift++) {
        const share = column(values, which).filter((value) => value === shift).length / count;
        // Standard deviation of a share: √(p(1 − p)/6000) ≤ 0.0052; five of them.
        expect(Math.abs(share - 1 / steps)).toBeLessThan(0.026);
      }
      expect(Math.max(...column(values, which).map(Math.abs))).toBe(pad);
    }
  });

  it("flips half of the pictures", () => {
    const flips = column(augmentationPlan(base).values, 2);
    expect(new Set(flips)).toEqual(new Set([0, 1]));
    // Standard deviation of the share: 0.0065; five of them.
    expect(Math.abs(flips.reduce((sum, flip) => sum + flip, 0) / flips.length - 0.5)).toBeLessThan(0.033);
  });

  it("depends on seed, iteration and batch, and not on the batch size", () => {
    const plan = augmentationPlan(base).values;
    expect(augmentationPlan(base).values).toEqual(plan);
    expect(augmentationPlan({ ...base, count: 8 }).values).toEqual(plan.slice(0, 8 * PLAN_WIDTH));
    for (const change of [
      { seed: 2 },
      { iteration: 6 },
      { batch: "explainerValidation" },
      { batch: "audienceValidation" },
    ] as const) {
      expect(augmentationPlan({ ...base, ...change }).values).not.toEqual(plan);
    }
  });

  it("draws row shift, column shift and the three batches independently", () => {
    const rows = column(augmentationPlan(base).values, 0);
    const others = [
      column(augmentationPlan(base).values, 1),
      column(augmentationPlan({ ...base, batch: "explainerValidation" }).values, 0),
      column(augmentationPlan({ ...base, iteration: 6 }).values, 0),
    ];
    for (const other of others) {
      const covariance = rows.reduce((sum, row, i) => sum + row * (other[i] ?? 0), 0) / rows.length;
      // Variance of a shift is 20/3, so the mean product of 6000 has a standard deviation of 6.67/√6000 = 0.086; five.
      expect(Math.abs(covariance)).toBeLessThan(0.43);
    }
  });
});

describe("cutout", () => {
  it("draws the centre of the hole over the whole picture and changes no other draw", () => {
    const plain = augmentationPlan(base).values;
    const { values } = augmentationPlan({ ...base, cutout: 17 });
    for (const which of [0, 1, 2]) expect(column(values, which)).toEqual(column(plain, which));
    for (const which of [3, 4]) {
      const centres = column(values, which);
      expect([Math.min(...centres), Math.max(...centres)]).toEqual([0, 31]);
      // Standard deviation of the mean: √(1023/12/6000) = 0.119; five of them.
      expect(Math.abs(centres.reduce((sum, at) => sum + at, 0) / centres.length - 15.5)).toBeLessThan(0.6);
    }
    expect(new Set(column(values, 5))).toEqual(new Set([8]));
    expect(new Set([3, 4, 5].flatMap((which) => column(plain, which)))).toEqual(new Set([0]));
  });
});

describe("identityPlan", () => {
  it("moves and flips nothing", () => {
    expect(identityPlan(3)).toEqual({ count: 3, values: new Int32Array(18) });
  });
});
