import { expect, it } from "vitest";
import { presetSettings } from "../../domain/presets";
import type { Settings } from "../../domain/settings";
import { recordOf } from "../../state/testing";
import { metricRows, metricText, spreadText } from "./metric-rows";

const data = { name: "CIFAR-10", source: "cifar.tar.gz", hash: "a", classes: 10, pictures: 50_000 };
const run = (values: Partial<Settings>) => ({ settings: { ...presetSettings("tiny"), ...values }, data });
const ended = (loss: number) => [
  recordOf(1, { explainerValidationLoss: loss, explainerValidationAccuracy: loss / 10 }),
];

it("takes the mean over seeds of the same settings, each seed once", () => {
  const runs = [run({ seed: 3 }), run({ layers: 4 }), run({ seed: 1 }), run({ seed: 3 })];
  const { rows, means } = metricRows(runs, [ended(1), ended(2), ended(3), ended(100)]);
  expect(rows.map(({ explainerLoss }) => explainerLoss)).toEqual([1, 2, 3, 100]);
  expect(means.map(({ places }) => places)).toEqual([[0, 2]]);
  expect(means[0]?.values.explainerLoss).toEqual({ count: 2, mean: 2, std: Math.SQRT2 });
  expect(means[0]?.values.audienceLoss).toBeNull();
});

it("waits for runs that are still being read", () => {
  const { rows, means } = metricRows([run({ seed: 1 }), run({ seed: 2 })], [ended(1)]);
  expect(rows[1]?.explainerLoss).toBeNull();
  expect(means[0]?.values.explainerLoss).toEqual({ count: 1, mean: 1, std: null });
});

it("writes values and spreads as their columns want them", () => {
  expect(metricText("explainerAccuracy", 0.683)).toBe("68.3");
  expect(metricText("skips", 2)).toBe("2");
  expect(metricText("milliseconds", 98.76)).toBe("98.8");
  expect(metricText("milliseconds", 3271.4)).toBe("3,271");
  expect(metricText("audienceLoss", null)).toBe("–");
  expect(spreadText("explainerLoss", { count: 2, mean: 1.5, std: 0.25 })).toBe("1.500 ± 0.250");
  expect(spreadText("skips", { count: 2, mean: 1.5, std: null })).toBe("1.5");
  expect(spreadText("skips", null)).toBe("–");
});
