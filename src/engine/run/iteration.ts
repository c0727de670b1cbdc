/** One iteration as a step of the device: the tensors it holds, those it reads, and what it tells the host. */

import { STREAM } from "../../domain/random";
import type { Settings } from "../../domain/settings";
import type { StepOutput, Tensors } from "../gpu/step";
import { type Tensor, tf } from "../gpu/tensorflow";
import { norm } from "../kernels/flat";
import { normalNoise } from "../kernels/noise";
import { softmax } from "../kernels/softmax";
import type { Resnet } from "../nn/resnet";
import type { Supernet } from "../nn/supernet";
import type { Strategy } from "../strategies/strategy";
import { type BatchInput, batchOf } from "./batches";
import { type StepInput, type StepResult, searchStep } from "./step";

/** What is searched, and how. */
export interface Searched {
  readonly strategy: Strategy;
  readonly net: Supernet;
  /** null for the bilevel objective. */
  readonly audience: Resnet | null;
}

/** Pictures explained at a time. */
export const EXPLAINED = 3;

/** What an iteration changes. */
export type SearchTensors = Tensors & {
  readonly architecture: Tensor;
  readonly adamFirst: Tensor;
  readonly adamSecond: Tensor;
  readonly explainerWeights: Tensor;
  readonly explainerMomentum: Tensor;
};

/** What LeaSE changes besides; `explained…` are what the last iteration's explanations came from. */
type AudienceTensors = SearchTensors & {
  readonly audienceWeights: Tensor;
  readonly audienceMomentum: Tensor;
  readonly explainedWeights: Tensor;
  readonly explainedArchitecture: Tensor;
  readonly explainedPictures: Tensor;
  readonly explainedDelta: Tensor;
};

/** What an iteration reads: three batches, the data set's statistics [2, 3] and numbers that change from one to the next. */
export type IterationInputs = Tensors &
  Readonly<Record<BatchInput | "statistics" | "learningRate" | "correction1" | "correction2" | "iteration", Tensor>>;

const MEASURED = [
  "architecture",
  "trainLoss",
  "validationLoss",
  "gradientNorm",
  "hypergradientNorm",
  "trainLogits",
  "validationLogits",
] as const;
const MEASURED_OF_AUDIENCE = [
  "audienceTrainLoss",
  "audienceValidationLoss",
  "audienceGradientNorm",
  "explanationLoss",
  "deltaStepNorm",
  "audienceTermNorm",
  "audienceTrainLogits",
  "audienceValidationLogits",
] as const;
export type Measured = (typeof MEASURED)[number];
export type MeasuredOfAudience = (typeof MEASURED_OF_AUDIENCE)[number];

/** The state before the first iteration, seeded. */
export function initialTensors({ strategy, net, audience }: Searched, settings: Settings): SearchTensors {
  const architecture = strategy.initial(settings.seed);
  const network = (name: string, initial: Float32Array) => ({
    [`${name}Weights`]: tf.tensor1d(initial),
    [`${name}Momentum`]: tf.zeros([initial.length]),
  });
  const pictures = [settings.batchSize, Number(settings.imageSize), Number(settings.imageSize), 3] as const;
  return {
    architecture: tf.tensor1d(architecture),
    adamFirst: tf.zeros([architecture.length]),
    adamSecond: tf.zeros([architecture.length]),
    ...network("explainer", net.parameters.initial(settings.seed, STREAM.explainerWeights)),
    ...(audience
      ? {
          ...network("audience", audience.parameters.initial(settings.seed, STREAM.audienceWeights)),
          explainedWeights: tf.zeros([net.parameters.size]),
          explainedArchitecture: tf.zeros([architecture.length]),
          explainedPictures: tf.zeros([...pictures]),
          explainedDelta: tf.zeros([...pictures]),
        }
      : {}),
  } as SearchTensors;
}

function stepInput(searched: Searched, settings: Settings, state: SearchTensors, inputs: IterationInputs): StepInput {
  const { architecture, adamFirst, adamSecond, explainerWeights, explainerMomentum } = state;
  const train = batchOf(inputs, "train", settings);
  const own = {
    explainer: searched.strategy.explainer(searched.net, inputs.iteration),
    settings,
    learningRate: inputs.learningRate,
    corrections: { first: inputs.correction1, second: inputs.correction2 },
    train,
    explainerValidation: batchOf(inputs, "explainerValidation", settings),
  };
  const explainer = { weights: explainerWeights, buffer: explainerMomentum };
  const held = { architecture, adam: { m: adamFirst, v: adamSecond }, explainer };
  if (!searched.audience) return { ...own, state: { ...held, audience: null }, audience: null };
  const { audienceWeights, audienceMomentum } = state as AudienceTensors;
  return {
    ...own,
    state: { ...held, audience: { weights: audienceWeights, buffer: audienceMomentum } },
    audience: {
      logits: searched.audience.logits,
      validation: batchOf(inputs, "audienceValidation", settings),
      noise: normalNoise(train.x.shape, settings.seed, STREAM.delta, inputs.iteration),
    },
  };
}

function measurements({ next, train, validation, gradientNorm, hypergradient, audience }: StepResult) {
  const own: Record<Measured, Tensor> = {
    architecture: next.architecture,
    trainLoss: train.loss,
    validationLoss: validation.loss,
    gradientNorm,
    hypergradientNorm: norm(hypergradient),
    trainLogits: train.logits,
    validationLogits: validation.logits,
  };
  if (!audience) return own;
  const ofAudience: Record<MeasuredOfAudience, Tensor> = {
    audienceTrainLoss: audience.train.loss,
    audienceValidationLoss: audience.validation.loss,
    audienceGradientNorm: audience.gradientNorm,
    explanationLoss: audience.explanation.loss,
    deltaStepNorm: norm(audience.explanation.step),
    audienceTermNorm: audience.termNorm,
    audienceTrainLogits: audience.train.logits,
    audienceValidationLogits: audience.validation.logits,
  };
  return { ...own, ...ofAudience };
}

/** The step of an iteration. */
export function iteration(searched: Searched, settings: Settings) {
  return (state: SearchTensors, inputs: IterationInputs): StepOutput<SearchTensors, Measured | MeasuredOfAudience> => {
    const input = stepInput(searched, settings, state, inputs);
    const result = searchStep(input);
    const { architecture, adam, explainer, audience } = result.next;
    const next: Partial<AudienceTensors> = {
      architecture,
      adamFirst: adam.m,
      adamSecond: adam.v,
      explainerWeights: explainer.weights,
      explainerMomentum: explainer.buffer,
      ...(audience && { audienceWeights: audience.weights, audienceMomentum: audience.buffer }),
      ...(result.audience && {
        explainedWeights: result.audience.explainerNext,
        explainedArchitecture: state.architecture,
        explainedPictures: input.train.x,
        explainedDelta: result.audience.explanation.delta,
      }),
    };
    return { next, results: measurements(result) as Record<Measured | MeasuredOfAudience, Tensor> };
  };
}

/** The hypergradient alone, as the next iteration would take it. */
export function hypergradient(searched: Searched, settings: Settings) {
  return (state: SearchTensors, inputs: IterationInputs): StepOutput<SearchTensors, "hypergradient"> => ({
    next: {},
    results: { hypergradient: searchStep(stepInput(searched, settings, state, inputs)).hypergradient },
  });
}

/** Pictures that the last iteration explained, with the explainer's probabilities before and after δ'. */
export function explained({ strategy, net }: Searched) {
  return (
    state: SearchTensors,
    inputs: IterationInputs,
  ): StepOutput<SearchTensors, "x" | "delta" | "clean" | "perturbed"> => {
    const { explainedWeights, explainedArchitecture, explainedPictures: x, explainedDelta } = state as AudienceTensors;
    const explainer = strategy.explainer(net, inputs.iteration);
    const probabilities = (pictures: Tensor) => softmax(explainer(explainedWeights, explainedArchitecture, pictures));
    return {
      next: {},
      results: {
        x,
        delta: explainedDelta,
        clean: probabilities(x),
        perturbed: probabilities(tf.add(x, explainedDelta)),
      },
    };
  };
}
