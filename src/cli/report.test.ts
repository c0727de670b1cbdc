import { describe, expect, it } from "vitest";
import { presetSettings } from "../domain/presets";
import type { IterationRecord } from "../domain/run";
import { iterationLine, jsonReporter, profileLines, textReporter } from "./report";

const record: IterationRecord = {
  iteration: 3,
  epoch: 0,
  stage: 0,
  learningRate: 0.025,
  schedules: {},
  picks: null,
  explainerTrainLoss: 2.07944,
  explainerValidationLoss: 2.1,
  explainerTrainAccuracy: 0.125,
  explainerValidationAccuracy: 1,
  audienceTrainLoss: 1.5,
  audienceValidationLoss: 1.25,
  audienceValidationAccuracy: 0,
  explanationLoss: 0.1,
  deltaStepRatio: 3,
  explainerGradientNorm: 1,
  audienceGradientNorm: 1,
  hypergradientNorm: 0.01,
  audienceTermNorm: 0.01,
  entropyNormal: 2.079,
  entropyReduce: 2.079,
  skips: 0,
  milliseconds: 812.4,
};

describe("what a search prints", () => {
  it("gives losses, accuracies and time", () => {
    expect(iterationLine(record, 600)).toBe(
      "  3/600  explainer train 2.0794  13 %  val 2.1000 100 %  audience train 1.5000  val 1.2500   0 %  812 ms",
    );
  });

  it("gives what the strategy changes by schedule", () => {
    const line = iterationLine({ ...record, schedules: { tau: 9.9876 } }, 600);
    expect(line).toMatch(/ {2}tau 9\.99 {2}812 ms$/);
  });

  it("leaves out an audience that is not there", () => {
    const alone = {
      ...record,
      audienceTrainLoss: null,
      audienceValidationLoss: null,
      audienceValidationAccuracy: null,
    };
    expect(iterationLine(alone, 60)).toBe(" 3/60  explainer train 2.0794  13 %  val 2.1000 100 %  812 ms");
  });

  it("prints each iteration as one JSON object", () => {
    const lines: string[] = [];
    jsonReporter((line) => lines.push(line)).iteration(record);
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? "")).toEqual({ kind: "iteration", ...record });
  });

  it("names the data set and its hash", () => {
    const lines: string[] = [];
    const start = {
      environment: { version: "1", backend: "cpu" as const, adapter: "CPU", runtime: "Node" },
      data: {
        choice: { kind: "files" as const, paths: ["a.bin"] },
        name: "CIFAR-10",
        hash: "ab12",
        pictures: 60,
        classes: 10,
      },
      iterations: 2,
      settings: presetSettings("tiny"),
    };
    for (const reporter of [textReporter, jsonReporter]) reporter((line) => lines.push(line)).start(start);
    expect(lines[0]).toBe("CIFAR-10: 60 pictures, 10 classes, hash ab12");
    expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ kind: "start", data: { hash: "ab12" } });
  });

  it("names a stage that begins", () => {
    const stage = {
      ...{ index: 1, begins: 20, iterations: 20, layers: 4, channels: 8, operationsPerEdge: 5, skipDropout: 0.4 },
      operations: null,
    };
    const lines: string[] = [];
    for (const reporter of [textReporter, jsonReporter]) reporter((line) => lines.push(line)).stage(stage, 3);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toBe("Stage 2 of 3: 4 cells, 8 channels, 5 operations on each edge, 20 iterations");
    expect(JSON.parse(lines[1] ?? "")).toEqual({ kind: "stage", count: 3, ...stage });
  });

  it("gives a profile as a table, the longest first, or says why there is none", () => {
    const kernels = [
      { name: "Mix", dispatches: 2, milliseconds: 1, bytes: 4_000_000, operations: 0 },
      { name: "Convolution", dispatches: 10, milliseconds: 3, bytes: 1_000_000, operations: 6_000_000 },
    ];
    expect(profileLines({ kernels, bytes: 9_000_000 })).toEqual([
      "kernel       dispatches    ms    share  MB moved  GFLOP/s  op/byte",
      "Convolution          10  3.00   75.0 %       1.0     2.00     6.00",
      "Mix                   2  1.00   25.0 %       4.0        -        -",
      "all kernels          12  4.00  100.0 %       5.0        -        -",
      "Memory of the plan: 9.0 MB",
    ]);
    expect(profileLines(null)).toEqual(["There is no profile of a run on the CPU: it needs WebGPU."]);
  });
});
