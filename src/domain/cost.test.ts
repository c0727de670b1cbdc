import { describe, expect, it } from "vitest";
import {
  adapterCostsSchema,
  type CostEstimate,
  costKey,
  dearestOperations,
  largestStage,
  NO_COSTS,
  type StagePlan,
  stageBytes,
  timeOf,
  totalTime,
  verdictOf,
  withKnown,
  withRan,
  withRefused,
} from "./cost";
import { presetSettings } from "./presets";
import type { IterationRecord } from "./run";
import { stageShapes } from "./stages";

const stage = (activations: number, largest = activations): StagePlan => ({
  ...{ activations, audience: 10, weights: 20, rest: 0, largest, dispatches: 1 },
});
const estimate = (more: Partial<CostEstimate> = {}, stages = [stage(570)], largestBuffer = 1000): CostEstimate => ({
  ...{ backend: "webgpu", plan: { stages, largestBuffer }, time: null, ran: 0, refused: null },
  ...{ budget: null, software: false, ...more },
});

describe("verdictOf", () => {
  it("is green up to four fifths of the largest buffer, amber above, red far over it", () => {
    expect(verdictOf(estimate())).toEqual({ fit: "fits", limit: { bytes: 1000, kind: "buffer" }, because: null });
    expect(verdictOf(estimate({}, [stage(900)])).fit).toBe("tight");
    expect(verdictOf(estimate({}, [stage(3900, 500)])).fit).toBe("tight");
    expect(verdictOf(estimate({}, [stage(4000, 500)]))).toMatchObject({ fit: "too-large", because: "far-over" });
  });
  it("is raised by what has run, ended by what was refused", () => {
    expect(verdictOf(estimate({ ran: 5000 }, [stage(4970, 500)]))).toMatchObject({
      fit: "fits",
      limit: { bytes: 5000, kind: "ran" },
    });
    expect(verdictOf(estimate({ refused: 600 }))).toMatchObject({ fit: "too-large", because: "refused" });
    expect(verdictOf(estimate({ refused: 601 })).fit).toBe("fits");
  });
  it("keeps to the page's own bound, and to the size of one buffer", () => {
    expect(verdictOf(estimate({ budget: 599, ran: 5000 }))).toMatchObject({
      fit: "too-large",
      because: "budget",
      limit: { kind: "budget" },
    });
    expect(verdictOf(estimate({ ran: 9000 }, [stage(1200, 1001)]))).toMatchObject({ because: "one-buffer" });
  });
  it("takes the largest stage of a run in stages", () => {
    const stages = [stage(100), stage(900), stage(300)];
    expect(largestStage({ stages, largestBuffer: 1000 })).toMatchObject({ index: 1 });
    expect(verdictOf(estimate({}, stages)).fit).toBe("tight");
    expect(stageBytes(stage(100))).toBe(130);
  });
  it("knows nothing without a plan", () => {
    expect(verdictOf({ ...estimate(), backend: "cpu", plan: null })).toEqual({
      fit: "unknown",
      limit: null,
      because: null,
    });
  });
});

describe("what is remembered of an adapter", () => {
  it("adds plan and time of one size of run, and forgets the oldest sizes", () => {
    let costs = withKnown(NO_COSTS, "a", { time: [{ moves: 1, rests: null }] });
    const plan = { stages: [stage(1)], largestBuffer: 2 };
    costs = withKnown(costs, "a", { plan });
    expect(costs.known.a).toEqual({ time: [{ moves: 1, rests: null }], plan });
    for (let i = 0; i < 100; i++) costs = withKnown(costs, `b${i}`, { plan });
    expect(Object.keys(costs.known)).toHaveLength(40);
    expect(costs.known.a).toBeUndefined();
    expect(adapterCostsSchema.parse(costs)).toEqual(costs);
  });
  it("keeps the most that ran and the least that was refused, which a larger run takes back", () => {
    const costs = withRefused(withRefused(withRan(withRan(NO_COSTS, 5), 3), 9), 8);
    expect([costs.ran, costs.refused]).toEqual([5, 8]);
    expect(withRan(costs, 8)).toMatchObject({ ran: 8, refused: null });
  });
});

describe("costKey", () => {
  const settings = presetSettings("demo");
  it("differs with what an iteration computes, not with rates and lengths", () => {
    const key = costKey(settings, 10);
    expect(costKey({ ...settings, learningRate: 1, seed: 7, iterations: 3, maxSkips: 1 }, 10)).toBe(key);
    for (const other of [
      { ...settings, batchSize: 2 },
      { ...settings, audiencePath: "direct" as const },
    ])
      expect(costKey(other, 10)).not.toBe(key);
    expect(costKey(settings, 100)).not.toBe(key);
  });
  it("leaves out what the search does not use", () => {
    const bilevel = { ...settings, objective: "bilevel" as const };
    expect(costKey({ ...bilevel, audienceWidth: 1 }, 10)).toBe(costKey(bilevel, 10));
  });
});

it("bounds a later stage by the dearest operations, in canonical order", () => {
  const [, , last] = stageShapes({ ...presetSettings("tiny"), strategy: "p-darts" }, 1);
  if (!last) throw new Error("There are three stages.");
  const { normal, reduce } = dearestOperations(last);
  expect(normal).toHaveLength(14);
  expect(reduce[13]).toEqual(["sep_conv_3x3", "sep_conv_5x5", "dil_conv_5x5"]);
});

describe("times", () => {
  const record = (stageIndex: number, milliseconds: number, rests = false) =>
    ({ stage: stageIndex, milliseconds, hypergradientNorm: rests ? null : 1 }) as IterationRecord;

  it("takes the median of each stage and kind, its first iteration apart", () => {
    const records = [9, 1, 1].map((ms) => record(0, ms, true)).concat([9, 2, 3, 4].map((ms) => record(0, ms)));
    expect(timeOf(records, 1)).toEqual([{ moves: 3, rests: 1 }]);
    expect(timeOf(records.slice(0, 4), 1)).toBeNull();
    expect(timeOf(records, 2)).toBeNull();
  });
  it("counts the iterations of each stage, in which the architecture rests at first", () => {
    const settings = { ...presetSettings("tiny"), strategy: "p-darts", alphaWarmUp: 0.5, iterations: 30 } as const;
    const time = [0, 1, 2].map((i) => ({ moves: 10 * (i + 1), rests: 1 }));
    expect(totalTime(time, stageShapes(settings, 5), settings)).toBe(3 * 5 + 5 * (10 + 20 + 30));
  });
});
