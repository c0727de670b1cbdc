/** Skip dropout over a stage, and the clip of the alphas' gradient. */
import { describe, expect, it } from "vitest";
import { presetSettings } from "../../domain/presets";
import { ALL_OPERATIONS } from "../../domain/primitives";
import { stageShapes } from "../../domain/stages";
import { pDarts, skipDropoutRate } from "./p-darts";

const settings = presetSettings("paper", { strategy: "p-darts", objective: "bilevel" });
const at = (epoch: number) => ({ iteration: 10 * epoch, iterations: 250, epoch, epochs: 25 });

describe("a stage of 25 epochs", () => {
  const [first] = stageShapes(settings, 10);
  if (!first) throw new Error("There is no stage.");
  const strategy = pDarts(first, { normal: ALL_OPERATIONS, reduce: ALL_OPERATIONS });

  it("has the skip dropout of the code: (25 − e − 1)/25 before epoch 10, then exp(−0.2(e − 10))", () => {
    for (let epoch = 0; epoch < 25; epoch++) {
      const code = epoch < 10 ? (25 - epoch - 1) / 25 : Math.exp((epoch - 10) * -0.2);
      expect(skipDropoutRate(0.4, settings, at(epoch))).toBeCloseTo(0.4 * code, 12);
      expect(strategy.schedules(settings, at(epoch)).skipDropout).toBeCloseTo(0.1 * code, 12);
    }
  });

  it("lets the alphas rest in the first ten", () => {
    const resting = Array.from({ length: 25 }, (_, epoch) => epoch).filter((e) => strategy.rests(settings, at(e)));
    expect(resting).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it("clips the alphas' gradient, and draws masks for each step", () => {
    expect(strategy.optimisation).toEqual({
      ...{ first: "architecture", draws: "step", nesterov: false, clipsJointly: false, clipsArchitecture: true },
    });
  });

  it("starts from alphas of its own", () => {
    const second = pDarts({ ...first, index: 1 }, { normal: ALL_OPERATIONS, reduce: ALL_OPERATIONS });
    expect(second.initial(1)).toHaveLength(224);
    expect(second.initial(1)).not.toEqual(strategy.initial(1));
    expect(strategy.initial(1)).toEqual(strategy.initial(1));
  });
});
