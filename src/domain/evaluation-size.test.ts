import { describe, expect, it } from "vitest";
import { EVALUATION_DEFAULTS, evaluationSize, shapeProblems } from "./evaluation-size";
import { readGenotype } from "./genotype-reader";
import { DARTS_V2, P_DARTS, PC_DARTS } from "./published-genotypes";

const sizeOf = (text: string, shape = {}) =>
  evaluationSize(readGenotype(text).genotype, { ...EVALUATION_DEFAULTS, ...shape });

describe("evaluationSize", () => {
  it("counts the parameters that DARTS's train.py prints for DARTS_V2: 3.349342 M", () => {
    expect(sizeOf(DARTS_V2).parameters).toBe(3_349_342);
  });
  it("agrees with the papers' tables for PC-DARTS (3.6 M) and P-DARTS (3.4 M)", () => {
    expect((sizeOf(PC_DARTS).parameters / 1e6).toFixed(1)).toBe("3.6");
    expect((sizeOf(P_DARTS).parameters / 1e6).toFixed(1)).toBe("3.4");
  });
  it("counts what the golden data's l_eval_network_L3 holds: its weights, and each convolution's at its output's pixels", () => {
    const size = sizeOf(DARTS_V2, { channels: 4, layers: 3, imageSize: 16 });
    expect(size).toEqual({ parameters: 2858, macs: 361_088 });
  });
  it("adds the auxiliary head: 1×1 to 128, 2×2 to 768, classifier", () => {
    const channels = 4 * 4 * 36;
    const head = channels * 128 + 2 * 128 + 4 * 128 * 768 + 2 * 768 + 769 * 10;
    expect(sizeOf(DARTS_V2, { auxiliary: true }).parameters - sizeOf(DARTS_V2).parameters).toBe(head);
  });
});

describe("shapeProblems", () => {
  const problems = (shape: object) => Object.keys(shapeProblems({ ...EVALUATION_DEFAULTS, ...shape }));
  it("passes what the network can be built with", () => {
    expect(problems({})).toEqual([]);
    expect(problems({ auxiliary: true, imageSize: 40 })).toEqual([]);
  });
  it("names what it cannot be built with", () => {
    expect(problems({ channels: 7, layers: 0, classes: 1.5, imageSize: 30 })).toEqual([
      ...["layers", "classes", "channels", "imageSize"],
    ]);
    expect(problems({ auxiliary: true, imageSize: 64 })).toEqual(["auxiliary"]);
    expect(problems({ channels: Number.NaN })).toEqual(["channels"]);
  });
});
