import { describe, expect, it } from "vitest";
import { lineEnds, metricsOf, overlay } from "./overlay";
import { recordOf } from "./testing";

const run = (length: number, loss: (iteration: number) => number) =>
  Array.from({ length }, (_, i) => recordOf(i + 1, { explainerValidationLoss: loss(i + 1) }));
const read = ({ explainerValidationLoss }: { explainerValidationLoss: number }) => explainerValidationLoss;

describe("runs in one chart", () => {
  it("share their buckets, and a shorter one ends earlier", () => {
    const points = overlay([run(8, (i) => i), run(3, (i) => 10 * i)], read, 4);
    expect(points).toEqual([
      { iteration: 2, "0": 1.5, "1": 15 },
      { iteration: 4, "0": 3.5, "1": 30 },
      { iteration: 6, "0": 5.5, "1": null },
      { iteration: 8, "0": 7.5, "1": null },
    ]);
    expect(lineEnds(points, 2)).toEqual([7.5, 30]);
  });

  it("draw few points of long runs, and none of none", () => {
    const points = overlay([run(10_000, () => 1), run(7001, () => 2)], read, 100);
    expect(points.length).toBeLessThanOrEqual(100);
    expect(points.at(-1)?.iteration).toBe(10_000);
    expect(lineEnds(points, 2)).toEqual([1, 2]);
    expect(overlay([], read, 100)).toEqual([]);
    expect(lineEnds(overlay([[], []], read, 100), 2)).toEqual([null, null]);
  });
});

it("compares runs by the mean of their last iterations, and by what they ended with", () => {
  const records = run(30, (i) => i).map((record, i) => ({ ...record, skips: i, milliseconds: i === 0 ? 900 : 100 }));
  expect(metricsOf(records)).toMatchObject({ explainerLoss: 20.5, audienceLoss: null, skips: 29, milliseconds: 100 });
  expect(metricsOf([]).explainerLoss).toBeNull();
});
