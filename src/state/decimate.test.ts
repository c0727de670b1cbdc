import { describe, expect, it } from "vitest";
import { bucketSize, CHART_POINTS, Decimation, pointOf } from "./decimate";
import { Records } from "./records";
import { recordOf } from "./testing";

const LOSS = { loss: (record: { explainerTrainLoss: number }) => record.explainerTrainLoss };
const run = (count: number) =>
  Records.NONE.with(Array.from({ length: count }, (_, i) => recordOf(i + 1, { explainerTrainLoss: i })));

describe("a decimation", () => {
  it("keeps short runs as they are", () => {
    expect(new Decimation(LOSS).follow(run(3))).toEqual([0, 1, 2].map((i) => ({ iteration: i + 1, loss: i })));
  });

  it("never exceeds the limit, ends at the last iteration and keeps the mean", () => {
    const count = 10_000;
    const points = new Decimation(LOSS).follow(run(count));
    expect(points.length).toBeLessThanOrEqual(CHART_POINTS);
    expect(points.at(-1)?.iteration).toBe(count);
    const size = bucketSize(count);
    expect(points.map(({ iteration }) => iteration)).toEqual(points.map((_, i) => Math.min(count, (i + 1) * size)));
    expect(points[0]?.loss).toBeCloseTo((size - 1) / 2, 9);
  });

  it("gives the same points for a list at once and as it grows", () => {
    const whole = run(130);
    for (const step of [1, 7, 64]) {
      const decimation = new Decimation(LOSS, 8);
      for (let count = step; count < whole.length; count += step) decimation.follow(whole.first(count));
      expect(decimation.follow(whole)).toEqual(new Decimation(LOSS, 8).follow(whole));
    }
  });

  it("reads each record once while a list grows", () => {
    let reads = 0;
    const decimation = new Decimation({ loss: () => ++reads });
    const whole = run(1000);
    for (let count = 10; count <= whole.length; count += 10) decimation.follow(whole.first(count));
    expect(reads).toBe(1000);
  });

  it("starts anew with another run, and with an earlier moment of the same one", () => {
    const decimation = new Decimation(LOSS);
    const first = run(5);
    decimation.follow(first);
    expect(decimation.follow(run(2))).toHaveLength(2);
    decimation.follow(first);
    expect(decimation.follow(first.first(4))).toHaveLength(4);
  });

  it("leaves gaps where a series has no numbers", () => {
    const audience = { audience: (record: { audienceTrainLoss: number | null }) => record.audienceTrainLoss };
    expect(new Decimation(audience).follow(run(1))).toEqual([{ iteration: 1, audience: null }]);
    const broken = Records.NONE.with([recordOf(1, { explainerTrainLoss: Number.NaN })]);
    expect(new Decimation(LOSS).follow(broken)[0]?.loss).toBeNull();
  });

  it("has a point for each moment", () => {
    const points = [4, 8, 9].map((iteration) => ({ iteration }));
    expect([0, 4, 5, 9, 99].map((at) => pointOf(points, at)?.iteration)).toEqual([4, 4, 8, 9, 9]);
    expect(pointOf([], 1)).toBeUndefined();
  });
});
