import { describe, expect, it } from "vitest";
import { presetSettings } from "../../domain/presets";
import { recordOf } from "../../state/testing";
import { SLOW } from "../texts";
import { largestMoves, slowStages } from "./slow-motion";
import { nextAngle } from "./stages";

const settings = presetSettings("tiny");
const record = recordOf(5, {
  ...{ explainerTrainLoss: 1.5, explanationLoss: 0.2, deltaStepRatio: 3, audienceTrainLoss: 2.5, learningRate: 0.02 },
  ...{
    explainerValidationLoss: 1.25,
    audienceValidationLoss: 2.25,
    hypergradientNorm: 0.125,
    audienceTermNorm: 0.0625,
  },
});
const values = (stage: number) => slowStages(settings, record)[stage]?.facts.map(([, value]) => value);

describe("slowStages", () => {
  it("tells each of LeaSE's four stages with its own numbers", () => {
    expect(slowStages(settings, record).map(({ pictures }) => pictures)).toEqual([
      null,
      "explanation",
      "weighted",
      null,
    ]);
    expect(values(0)).toEqual(["1.500", "0.0 %", "1.000", "0.02"]);
    expect(values(1)).toEqual(["0.200", "3 ×"]);
    expect(values(2)?.[0]).toBe("2.500");
    expect(values(3)).toEqual(["1.250", "2.250", "1", "0.125", "0.063"]);
  });
  it("says that the alphas rest where they do", () => {
    const [, , , last] = slowStages(settings, { ...record, hypergradientNorm: null, audienceTermNorm: null });
    expect(last).toMatchObject({ caption: SLOW.rests, moves: false });
    expect(last?.facts).toHaveLength(3);
  });
  it("has two stages for a bilevel search, and says when it is of second order", () => {
    const bilevel = { ...settings, objective: "bilevel" } as const;
    expect(slowStages(bilevel, record)).toHaveLength(2);
    expect(slowStages({ ...bilevel, order: "2" }, record)[1]?.caption).toBe(SLOW.secondOrder);
  });
});

it("finds the alphas that moved farthest, and leaves out those of dropped operations", () => {
  const before = { normal: new Float32Array(112), reduce: new Float32Array(112).fill(Number.NEGATIVE_INFINITY) };
  const after = { normal: before.normal.slice(), reduce: before.reduce.slice() };
  after.normal[3] = 0.25;
  after.normal[111] = -0.5;
  expect(largestMoves(before, after, 5)).toEqual([
    { kind: "normal", edge: { index: 13, node: 3, state: 4 }, op: "dil_conv_5x5", by: -0.5 },
    { kind: "normal", edge: { index: 0, node: 0, state: 0 }, op: "skip_connect", by: 0.25 },
  ]);
});

it("turns the light one way only", () => {
  expect(nextAngle(209, 331)).toBe(331);
  expect(nextAngle(510, 209)).toBe(569);
  expect(nextAngle(569, 209)).toBe(569);
});
