/** Small whole values for the tests of this room. */
import { historyAfter, historySince, NO_HISTORY } from "../domain/alpha-history";
import type { DataSummary } from "../domain/dataset";
import { deriveGenotype } from "../domain/genotype";
import type { KeptRun } from "../domain/kept-run";
import { presetSettings } from "../domain/presets";
import type { Engine, IterationRecord, Snapshot } from "../domain/run";

export const HARDWARE: Engine = {
  backend: "webgpu",
  adapter: "Some card",
  webgpu: { ok: true, vendor: "nvidia", architecture: "ada", description: "", software: false },
};
export const PROCESSOR: Engine = {
  backend: "cpu",
  adapter: "CPU",
  webgpu: { ok: false, reason: "no-adapter", detail: "none" },
};

export function dataOf(name: string): DataSummary {
  return {
    name,
    source: "built in",
    size: 1,
    classNames: ["a", "b"],
    classCounts: [1, 1],
    used: 2,
    total: 2,
    rawSize: 1,
    grey: false,
    hasCoarse: false,
    ownTest: false,
    figures: { mean: [0, 0, 0], std: [1, 1, 1] },
    published: null,
    duplicates: { within: { train: 0, validation: 0, test: 0 }, across: { validation: 0, test: 0 }, otherLabel: 0 },
    overlap: { checked: 2, twice: 0 },
    ignored: [],
    splitSizes: { train: 1, validation: 1, test: 0 },
    hash: name,
    preview: [[], []],
  };
}

export function recordOf(iteration: number, more: Partial<IterationRecord> = {}): IterationRecord {
  return {
    iteration,
    epoch: 0,
    stage: 0,
    learningRate: 0.025,
    schedules: {},
    picks: null,
    explainerTrainLoss: 2,
    explainerValidationLoss: 2,
    explainerTrainAccuracy: 0,
    explainerValidationAccuracy: 0,
    audienceTrainLoss: null,
    audienceValidationLoss: null,
    audienceValidationAccuracy: null,
    explanationLoss: null,
    deltaStepRatio: null,
    explainerGradientNorm: 1,
    audienceGradientNorm: null,
    hypergradientNorm: 1,
    audienceTermNorm: null,
    entropyNormal: 2,
    entropyReduce: 2,
    skips: 0,
    milliseconds: 100,
    ...more,
  };
}

/** A snapshot whose alphas favour operation `op` on every edge. */
export function snapshotOf(iteration: number, op = 4, records = [recordOf(iteration)]): Snapshot {
  const alphas = () => Float32Array.from({ length: 112 }, (_, i) => (i % 8 === op ? 1 : 0));
  const pair = { normal: alphas(), reduce: alphas() };
  const genotype = deriveGenotype(pair);
  return {
    iteration,
    iterations: 10,
    iterationsPerEpoch: 5,
    stages: [],
    stage: 0,
    records,
    alphas: pair,
    betas: null,
    genotype,
    history: historySince(historyAfter(NO_HISTORY, iteration, { alphas: pair, betas: null, genotype }), -1),
    explanations: null,
    bytes: 1,
    tensors: 1,
  };
}

/** A finished run of the preset Tiny. */
export function keptRunOf(id: string, more: Partial<KeptRun> = {}): KeptRun {
  const { genotype } = snapshotOf(1);
  return {
    id,
    name: id,
    pinned: false,
    created: "2026-01-01T00:00:00.000Z",
    changed: "2026-01-01T00:00:00.000Z",
    iteration: 60,
    iterations: 60,
    finished: true,
    settings: presetSettings("tiny"),
    data: { name: "Emoji-8", source: "built in", hash: "a", classes: 8, pictures: 100 },
    genotype,
    explainerLoss: 2,
    audienceLoss: null,
    bytes: 1000,
    ...more,
  };
}
