/** What is kept of an iteration, from the numbers that it gave back. */
import { type Alphas, countOp, type Genotype, meanEntropy, softmaxRows } from "../../domain/genotype";
import type { IterationRecord } from "../../domain/run";
import type { Settings } from "../../domain/settings";
import type { Results } from "../gpu/step";
import type { HostBatch } from "./batches";
import type { Measured, MeasuredOfArchitecture, MeasuredOfAudience, MeasuredOfSample } from "./iteration";

export interface IterationFacts {
  /** 1 for the first. */
  readonly iteration: number;
  readonly stage: number;
  readonly epoch: number;
  readonly learningRate: number;
  readonly milliseconds: number;
  readonly schedules: Readonly<Record<string, number>>;
  readonly alphas: Alphas;
  /** The genotype before skips are restricted. */
  readonly unrestricted: Genotype;
  readonly settings: Settings;
  readonly batches: Readonly<Record<"train" | "explainerValidation" | "audienceValidation", HostBatch>>;
}

const first = (values: Float32Array | undefined) => values?.[0] ?? Number.NaN;

function argmax(values: Float32Array): number {
  return values.reduce((best, v, i) => (v > (values[best] ?? 0) ? i : best), 0);
}

/** Share of pictures whose largest logit is their label's. @param logits [N, classes] */
function accuracy(logits: Float32Array, labels: readonly number[]): number {
  const classes = logits.length / labels.length;
  const right = labels.filter((label, n) => argmax(logits.subarray(n * classes, (n + 1) * classes)) === label);
  return right.length / labels.length;
}

/** @param values of the audience as well when the objective has one, and of the architecture when it moved */
export function iterationRecord(
  values: Results<Measured> & Partial<Results<MeasuredOfAudience | MeasuredOfArchitecture | MeasuredOfSample>>,
  facts: IterationFacts,
): IterationRecord {
  const { batches, settings, alphas } = facts;
  const { audienceValidationLogits, deltaStepNorm, explanationLoss } = values;
  const optional = (v: Float32Array | undefined) => (v ? first(v) : null);
  const pixels = batches.train.pictures.length;
  return {
    iteration: facts.iteration,
    epoch: facts.epoch,
    stage: facts.stage,
    learningRate: facts.learningRate,
    schedules: facts.schedules,
    picks: values.picks ? Array.from(values.picks) : null,
    explainerTrainLoss: first(values.trainLoss),
    explainerValidationLoss: first(values.validationLoss),
    explainerTrainAccuracy: accuracy(values.trainLogits, batches.train.labels),
    explainerValidationAccuracy: accuracy(values.validationLogits, batches.explainerValidation.labels),
    audienceTrainLoss: optional(values.audienceTrainLoss),
    audienceValidationLoss: optional(values.audienceValidationLoss),
    audienceGradientNorm: optional(values.audienceGradientNorm),
    // The sum over the batch as a mean.
    explanationLoss: explanationLoss ? first(explanationLoss) / settings.batchSize : null,
    // Root mean square of the step over the noise's standard deviation.
    deltaStepRatio: deltaStepNorm ? first(deltaStepNorm) / Math.sqrt(pixels) / settings.deltaStd : null,
    audienceTermNorm: optional(values.audienceTermNorm),
    audienceValidationAccuracy: audienceValidationLogits
      ? accuracy(audienceValidationLogits, batches.audienceValidation.labels)
      : null,
    explainerGradientNorm: first(values.gradientNorm),
    hypergradientNorm: optional(values.hypergradientNorm),
    entropyNormal: meanEntropy(softmaxRows(alphas.normal)),
    entropyReduce: meanEntropy(softmaxRows(alphas.reduce)),
    skips: countOp(facts.unrestricted, "normal", "skip_connect"),
    milliseconds: facts.milliseconds,
  };
}
