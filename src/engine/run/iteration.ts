/** One iteration as a step of the device: the tensors it holds, those it reads, and what it tells the host. */

import { STREAM, type Stream } from "../../domain/random";
import type { Settings } from "../../domain/settings";
import type { StepOutput, Tensors } from "../gpu/step";
import { type Tensor, tf } from "../gpu/tensorflow";
import { norm } from "../kernels/flat";
import { normalNoise } from "../kernels/noise";
import { softmax } from "../kernels/softmax";
import type { Resnet } from "../nn/resnet";
import type { Draw, Moment, SearchNetwork, Strategy } from "../strategies/strategy";
import { type Batches, type BatchInput, batchOf } from "./batches";
import { bilevelStep } from "./bilevel-step";
import { leaseStep } from "./lease-step";
import type { StepInput, StepResult } from "./step";

/** What is searched, and how. */
export interface Searched {
  readonly strategy: Strategy;
  readonly net: SearchNetwork;
  /** null for the bilevel objective. */
  readonly audience: Resnet | null;
}

/** Pictures of a batch explained at a time, unless more are wanted. */
export const EXPLAINED = 3;

/** What an iteration changes. */
export type SearchTensors = Tensors & {
  readonly architecture: Tensor;
  readonly adamFirst: Tensor;
  readonly adamSecond: Tensor;
  readonly explainerWeights: Tensor;
  readonly explainerMomentum: Tensor;
  /** Where a clip counts it. */
  readonly lastHypergradient?: Tensor;
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
  Readonly<
    Record<
      BatchInput | "statistics" | "learningRate" | "correction1" | "correction2" | "iteration" | ScheduleInput,
      Tensor
    >
  >;

/** Names of a strategy's scalars among the inputs. */
type ScheduleInput = `schedule ${string}`;
export const scheduleInput = (name: string): ScheduleInput => `schedule ${name}`;

export type Measured =
  | "architecture"
  | "trainLoss"
  | "validationLoss"
  | "gradientNorm"
  | "trainLogits"
  | "validationLogits";
/** With an audience. */
export type MeasuredOfAudience =
  | "audienceTrainLoss"
  | "audienceValidationLoss"
  | "audienceGradientNorm"
  | "explanationLoss"
  | "deltaStepNorm"
  | "audienceTrainLogits"
  | "audienceValidationLogits";
/** Where the architecture moves; the audience's term only where there is one. */
export type MeasuredOfArchitecture = "hypergradientNorm" | "audienceTermNorm";
/** Where sub-graphs are drawn, [K, 2, 14]. */
export type MeasuredOfSample = "picks";
export type IterationResult = Measured | MeasuredOfAudience | MeasuredOfArchitecture | MeasuredOfSample;

/** A tensor of the state: its shape, and the values it starts from where they are not zeros. */
interface StatePart {
  readonly shape: readonly number[];
  readonly initial?: () => Float32Array;
  /** Each iteration makes it anew, from nothing that it was before. */
  readonly transient?: true;
}

function stateParts({ strategy, net, audience }: Searched, settings: Settings, stage: number) {
  const { seed, batchSize } = settings;
  const architecture = [strategy.initial(seed).length];
  const network = (name: string, { parameters }: Pick<SearchNetwork, "parameters">, stream: Stream) => ({
    [`${name}Weights`]: { shape: [parameters.size], initial: () => parameters.initial(seed, stream, stage) },
    [`${name}Momentum`]: { shape: [parameters.size] },
  });
  const side = Number(settings.imageSize);
  const pictures = { shape: [batchSize, side, side, 3], transient: true } as const;
  const parts: Readonly<Record<string, StatePart>> = {
    architecture: { shape: architecture, initial: () => strategy.initial(seed) },
    adamFirst: { shape: architecture },
    adamSecond: { shape: architecture },
    ...network("explainer", net, STREAM.explainerWeights),
    ...(strategy.optimisation.clipsJointly && !audience ? { lastHypergradient: { shape: architecture } } : {}),
    ...(audience
      ? {
          ...network("audience", audience, STREAM.audienceWeights),
          explainedWeights: { shape: [net.parameters.size], transient: true },
          explainedArchitecture: { shape: architecture, transient: true },
          explainedPictures: pictures,
          explainedDelta: pictures,
        }
      : {}),
  };
  return Object.entries(parts);
}

/** The state before the first iteration of a stage, seeded. */
export function initialTensors(searched: Searched, settings: Settings, stage = 0): SearchTensors {
  const made = stateParts(searched, settings, stage).map(([name, { shape, initial }]) => {
    return [name, initial ? tf.tensor(initial(), [...shape]) : tf.zeros([...shape])];
  });
  return Object.fromEntries(made) as SearchTensors;
}

/** The same tensors without values, for what only plans. */
export function emptyTensors(searched: Searched, settings: Settings): SearchTensors {
  const made = stateParts(searched, settings, 0).map(([name, { shape }]) => [name, tf.zeros([...shape])]);
  return Object.fromEntries(made) as SearchTensors;
}

/** Names of what an iteration takes over from the one before. */
export function carriedNames(searched: Searched, settings: Settings): readonly string[] {
  return stateParts(searched, settings, 0).flatMap(([name, { transient }]) => (transient ? [] : [name]));
}

/**
 * The state with given values for all that is carried from one iteration to the next.
 * @throws Error when a value is missing or has another size
 */
export function restoredTensors(
  searched: Searched,
  settings: Settings,
  values: Readonly<Record<string, Float32Array>>,
): SearchTensors {
  const parts = stateParts(searched, settings, 0);
  for (const [name, { shape, transient }] of parts) {
    const size = shape.reduce((a, b) => a * b, 1);
    if (!transient && values[name]?.length !== size)
      throw new Error(`${name} has ${values[name]?.length ?? 0} values, not ${size}.`);
  }
  const made = parts.map(([name, { shape }]) => {
    const given = values[name];
    return [name, given ? tf.tensor(given, [...shape]) : tf.zeros([...shape])];
  });
  return Object.fromEntries(made) as SearchTensors;
}

/** Where the names of a strategy's scalars are asked for. */
const START: Moment = { iteration: 0, iterations: 1, epoch: 0, epochs: 1 };

/** Tensors for what an iteration reads, still without values but for the statistics. */
export function iterationInputs(
  { strategy }: Searched,
  settings: Settings,
  batches: Pick<Batches, "tensors">,
  statistics: readonly number[],
): IterationInputs {
  const schedules = Object.keys(strategy.schedules(settings, START)).map(scheduleInput);
  const scalars = ["learningRate", "correction1", "correction2", ...schedules];
  return {
    ...batches.tensors(settings),
    statistics: tf.tensor([...statistics], [2, 3]),
    iteration: tf.scalar(0, "int32"),
    ...Object.fromEntries(scalars.map((name) => [name, tf.scalar(0)])),
  } as IterationInputs;
}

/** The explainer of a draw of the iteration, sampled at the given architecture. */
function drawn(
  { strategy, net }: Searched,
  settings: Settings,
  inputs: IterationInputs,
  o: Pick<Draw, "architecture" | "draw">,
) {
  const names = Object.keys(strategy.schedules(settings, START));
  const schedules = Object.fromEntries(names.map((name) => [name, inputs[scheduleInput(name)] as Tensor]));
  return net.explainer({ ...o, iteration: inputs.iteration, schedules, settings });
}

function stepInput(
  searched: Searched,
  settings: Settings,
  rests: boolean,
  state: SearchTensors,
  inputs: IterationInputs,
): StepInput {
  const { strategy, audience } = searched;
  const { optimisation } = strategy;
  const { architecture, adamFirst, adamSecond, explainerWeights, explainerMomentum, lastHypergradient = null } = state;
  const train = batchOf(inputs, "train", settings);
  const explainer = (draw: Draw["draw"]) => drawn(searched, settings, inputs, { architecture, draw });
  const weights = explainer(0);
  const own = {
    explainers: { weights, architecture: optimisation.draws === "step" && !audience ? explainer(1) : weights },
    settings,
    optimisation,
    rests,
    learningRate: inputs.learningRate,
    corrections: { first: inputs.correction1, second: inputs.correction2 },
    train,
    explainerValidation: batchOf(inputs, "explainerValidation", settings),
  };
  const held = {
    architecture,
    adam: { m: adamFirst, v: adamSecond },
    lastHypergradient,
    explainer: { weights: explainerWeights, buffer: explainerMomentum },
  };
  if (!audience) return { ...own, state: { ...held, audience: null }, audience: null };
  const { audienceWeights, audienceMomentum } = state as AudienceTensors;
  return {
    ...own,
    state: { ...held, audience: { weights: audienceWeights, buffer: audienceMomentum } },
    audience: {
      logits: audience.logits,
      validation: batchOf(inputs, "audienceValidation", settings),
      noise: normalNoise(train.x.shape, settings.seed, STREAM.delta, inputs.iteration),
    },
  };
}

/** Runs one iteration. The caller's scope owns all tensors of the result. */
function searchStep(input: StepInput): StepResult {
  const { audience, state } = input;
  return audience && state.audience ? leaseStep(input, audience, state.audience) : bilevelStep(input);
}

function measurements(architecture: Tensor, result: StepResult) {
  const { moved, train, validation, gradientNorm } = result;
  const own: Record<Measured, Tensor> = {
    architecture: moved?.architecture ?? architecture,
    trainLoss: train.loss,
    validationLoss: validation.loss,
    gradientNorm,
    trainLogits: train.logits,
    validationLogits: validation.logits,
  };
  const audience = result.audience?.result;
  const ofArchitecture: Partial<Record<MeasuredOfArchitecture, Tensor>> = {
    ...(moved && { hypergradientNorm: norm(moved.hypergradient) }),
    ...(audience?.termNorm && { audienceTermNorm: audience.termNorm }),
  };
  if (!audience) return { ...own, ...ofArchitecture };
  const ofAudience: Record<MeasuredOfAudience, Tensor> = {
    audienceTrainLoss: audience.train.loss,
    audienceValidationLoss: audience.validation.loss,
    audienceGradientNorm: audience.gradientNorm,
    explanationLoss: audience.explanation.loss,
    deltaStepNorm: norm(audience.explanation.step),
    audienceTrainLogits: audience.train.logits,
    audienceValidationLogits: audience.validation.logits,
  };
  return { ...own, ...ofArchitecture, ...ofAudience };
}

/** The step of an iteration. @param rests the architecture stays as it is */
export function iteration(searched: Searched, settings: Settings, rests = false) {
  return (state: SearchTensors, inputs: IterationInputs): StepOutput<SearchTensors, IterationResult> => {
    const input = stepInput(searched, settings, rests, state, inputs);
    const result = searchStep(input);
    const { moved, explainer, audience } = result;
    const next: Partial<AudienceTensors> = {
      ...(moved && { architecture: moved.architecture, adamFirst: moved.adam.m, adamSecond: moved.adam.v }),
      ...(moved && input.state.lastHypergradient && { lastHypergradient: moved.hypergradient }),
      explainerWeights: explainer.weights,
      explainerMomentum: explainer.buffer,
      ...(audience && {
        audienceWeights: audience.state.weights,
        audienceMomentum: audience.state.buffer,
        explainedWeights: audience.result.explainerNext,
        explainedArchitecture: state.architecture,
        explainedPictures: input.train.x,
        explainedDelta: audience.result.explanation.delta,
      }),
    };
    const { picks } = input.explainers.weights;
    const results = { ...measurements(state.architecture, result), ...(picks && { picks: tf.concat([...picks]) }) };
    return { next, results: results as Record<IterationResult, Tensor> };
  };
}

/** The hypergradient alone, as the next iteration would take it. */
export function hypergradient(searched: Searched, settings: Settings) {
  return (state: SearchTensors, inputs: IterationInputs): StepOutput<SearchTensors, "hypergradient"> => {
    const { moved } = searchStep(stepInput(searched, settings, false, state, inputs));
    if (!moved) throw new Error("The architecture rests.");
    return { next: {}, results: { hypergradient: moved.hypergradient } };
  };
}

/** Pictures that the last iteration explained, with the explainer's probabilities before and after δ'. */
export function explained(searched: Searched, settings: Settings) {
  return (
    state: SearchTensors,
    inputs: IterationInputs,
  ): StepOutput<SearchTensors, "x" | "delta" | "clean" | "perturbed"> => {
    const { explainedWeights, explainedArchitecture, explainedPictures: x, explainedDelta } = state as AudienceTensors;
    const explainer = drawn(searched, settings, inputs, { architecture: explainedArchitecture, draw: 0 });
    const probabilities = (pictures: Tensor) =>
      softmax(explainer.logits(explainedWeights, explainedArchitecture, pictures));
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
