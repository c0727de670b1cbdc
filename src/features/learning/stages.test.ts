import { describe, expect, it } from "vitest";
import { presetSettings } from "../../domain/presets";
import type { IterationRecord } from "../../domain/run";
import { stagesOf, validationBoth } from "./stages";

const record: IterationRecord = {
  iteration: 1,
  epoch: 0,
  stage: 0,
  learningRate: 0.025,
  schedules: {},
  picks: null,
  explainerTrainLoss: 2,
  explainerValidationLoss: 2.1,
  explainerTrainAccuracy: 0.1,
  explainerValidationAccuracy: 0.1,
  audienceTrainLoss: 2.2,
  audienceValidationLoss: 2.3,
  audienceValidationAccuracy: 0.1,
  explanationLoss: 0.2,
  deltaStepRatio: 3,
  explainerGradientNorm: 1,
  audienceGradientNorm: 1,
  hypergradientNorm: 0.1,
  audienceTermNorm: 0.05,
  entropyNormal: 2,
  entropyReduce: 2,
  skips: 0,
  milliseconds: 100,
};

describe("stagesOf", () => {
  it("has four stages for LeaSE and two for bilevel", () => {
    const settings = presetSettings("tiny");
    expect(stagesOf(settings, record).map((stage) => stage.value)).toEqual([2, 0.2, 2.2, 2.1 + 2.3]);
    expect(stagesOf({ ...settings, objective: "bilevel" }, record).map((stage) => stage.value)).toEqual([2, 2.1]);
  });
  it("shows no number before the first iteration", () => {
    expect(stagesOf(presetSettings("tiny"), undefined).every((stage) => stage.value === null)).toBe(true);
  });
});

it("weighs the audience by γ and drops the explainer in the ablation", () => {
  expect(validationBoth(record, { gamma: 0.5, audienceOnly: false })).toBeCloseTo(2.1 + 0.5 * 2.3, 12);
  expect(validationBoth(record, { gamma: 0.5, audienceOnly: true })).toBeCloseTo(0.5 * 2.3, 12);
});
