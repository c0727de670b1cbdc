/** What follows a schedule, and where alphas start. */
import { describe, expect, it } from "vitest";
import { presetSettings } from "../../domain/presets";
import type { Settings } from "../../domain/settings";
import { msgDas } from "./msg-das";

const paper: Settings = presetSettings("paper", { strategy: "msg-das" });
const at = (epoch: number, settings: Settings = paper) =>
  msgDas.schedules(settings, { iteration: 195 * epoch, iterations: 195 * 240, epoch, epochs: 240 });

describe("MSG-DAS", () => {
  it("cools from 10 to 1, raises λ to 0.01 and DropBlock's share to 0.1 in five steps", () => {
    expect(at(0)).toEqual({ tau: 10, lambda: 0, dropBlock: 0 });
    expect(at(239).tau).toBeCloseTo(1, 10);
    expect(at(239).lambda).toBeCloseTo(0.01, 10);
    const shares = Array.from({ length: 240 }, (_, epoch) => at(epoch).dropBlock ?? Number.NaN);
    expect([...new Set(shares)].map((share) => Math.round(1000 * share))).toEqual([0, 20, 40, 60, 80, 100]);
  });

  it("follows no schedule that is switched off", () => {
    expect(at(239, { ...paper, guidance: false, dropBlock: false })).toMatchObject({ lambda: 0, dropBlock: 0 });
  });

  it("starts from the same chance for every operation, with the paper's numbers", () => {
    expect(msgDas.initial(1).every((alpha) => alpha === 0)).toBe(true);
    expect(paper).toMatchObject({
      ...{ epochs: 240, batchSize: 128, subGraphs: 2, learningRate: 0.025, weightDecay: 3e-4, momentum: 0.9 },
      ...{ alphaLearningRate: 3e-4, alphaWeightDecay: 1e-4, initChannels: 16, layers: 8 },
    });
  });
});
