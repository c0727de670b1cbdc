/** One iteration of a search: hypergradient, weight steps and architecture step, in the objective's own order. */
import type { Settings } from "../../domain/settings";
import { type Tensor, tf } from "../gpu/tensorflow";
import { norm } from "../kernels/flat";
import type { Batch } from "../nn/loss";
import { bilevelHypergradient, explainerLoss, type Trained } from "../objectives/bilevel";
import { lossGradients } from "../objectives/derivatives";
import { adversarial, type Explanation } from "../objectives/explanation";
import { type Audience, leaseHypergradient } from "../objectives/lease";
import { type AdamCorrections, type AdamOptions, type AdamState, adamStep } from "../optim/adam";
import { type SgdOptions, sgdStep } from "../optim/sgd";
import type { Explainer } from "../strategies/strategy";

/** Weights and momentum of one network. */
export interface NetworkState {
  readonly weights: Tensor;
  readonly buffer: Tensor;
}

/** Everything that an iteration changes. */
export interface SearchState {
  readonly architecture: Tensor;
  readonly adam: AdamState;
  readonly explainer: NetworkState;
  readonly audience: NetworkState | null;
}

export interface StepInput {
  readonly state: SearchState;
  readonly explainer: Explainer;
  readonly audience: AudienceInput | null;
  readonly settings: Settings;
  /** A scalar. */
  readonly learningRate: Tensor;
  readonly corrections: AdamCorrections;
  readonly train: Batch;
  readonly explainerValidation: Batch;
}

/** What LeaSE needs besides. */
export interface AudienceInput {
  readonly logits: Audience;
  readonly validation: Batch;
  /** Where explanations start: standard normal noise of the training pictures' shape. */
  readonly noise: Tensor;
}

interface Measured {
  readonly loss: Tensor;
  readonly logits: Tensor;
}

/** Results of LeaSE's audience. */
export interface AudienceResult {
  readonly train: Measured;
  readonly validation: Measured;
  readonly gradientNorm: Tensor;
  readonly explanation: Explanation;
  readonly termNorm: Tensor;
  /** E', which the explanations were made with. */
  readonly explainerNext: Tensor;
}

export interface StepResult {
  readonly next: SearchState;
  readonly train: Measured;
  readonly validation: Measured;
  readonly gradientNorm: Tensor;
  readonly hypergradient: Tensor;
  readonly audience: AudienceResult | null;
}

const sgdOptions = ({ settings, learningRate }: StepInput): SgdOptions => ({
  learningRate,
  momentum: settings.momentum,
  weightDecay: settings.weightDecay,
});

/** Adam's betas in DARTS. */
export const BETAS = { beta1: 0.5, beta2: 0.999 } as const;

const adamOptions = ({ settings }: StepInput): AdamOptions => ({
  learningRate: settings.alphaLearningRate,
  weightDecay: settings.alphaWeightDecay,
  ...BETAS,
});

const trained = (state: NetworkState, sgd: SgdOptions): Trained => ({ ...state, sgd });

function weightStep(input: StepInput, state: NetworkState, gradient: Tensor): NetworkState {
  return sgdStep(state.weights, gradient, state.buffer, {
    ...sgdOptions(input),
    clip: input.settings.gradientClip,
  });
}

function architectureStep(input: StepInput, gradient: Tensor) {
  const { parameters, state } = adamStep(
    input.state.architecture,
    gradient,
    input.state.adam,
    input.corrections,
    adamOptions(input),
  );
  return { architecture: parameters, adam: state };
}

/** DARTS: the architecture first, then the weights at the new architecture (as its code orders them). */
function bilevelStep(input: StepInput): StepResult {
  const { state, explainer, train, settings } = input;
  const result = bilevelHypergradient({
    explainer,
    state: trained(state.explainer, sgdOptions(input)),
    architecture: state.architecture,
    train,
    validation: input.explainerValidation,
    order: settings.order === "2" ? 2 : 1,
    method: settings.hypergradient,
  });
  const moved = architectureStep(input, result.gradient);
  const learned = lossGradients(
    (w) => explainerLoss(explainer, train, w as Tensor, moved.architecture),
    [state.explainer.weights],
  );
  const gradient = learned.gradients[0] as Tensor;
  return {
    next: { ...moved, explainer: weightStep(input, state.explainer, gradient), audience: null },
    train: learned,
    validation: { loss: result.validationLoss, logits: result.validationLogits },
    gradientNorm: norm(gradient),
    hypergradient: result.gradient,
    audience: null,
  };
}

/** LeaSE: both networks step with the gradients at the old architecture, last the architecture (LeaSE, algorithm 1). */
function leaseStep(input: StepInput, audience: AudienceInput, audienceState: NetworkState): StepResult {
  const { state, settings, train } = input;
  const sgd = sgdOptions(input);
  const result = leaseHypergradient({
    explainer: input.explainer,
    audience: audience.logits,
    explainerState: trained(state.explainer, sgd),
    audienceState: trained(audienceState, sgd),
    architecture: state.architecture,
    train,
    validationExplainer: input.explainerValidation,
    validationAudience: audience.validation,
    explain: adversarial(
      settings.deltaStep === "fixed"
        ? { kind: "fixed", rate: settings.deltaRate }
        : { kind: "relative", ratio: settings.deltaRatio, std: settings.deltaStd },
    ),
    delta: tf.mul(audience.noise, settings.deltaStd),
    gamma: settings.gamma,
    audienceOnly: settings.audienceOnly,
    secondOrder: settings.order === "2",
    audiencePath: settings.audiencePath,
    weighting: settings.weighting,
    method: settings.hypergradient,
    reduction: "mean",
  });
  return {
    next: {
      ...architectureStep(input, result.gradient),
      explainer: weightStep(input, state.explainer, result.explainerGradient),
      audience: weightStep(input, audienceState, result.audienceGradient),
    },
    train: result.explainerTrain,
    validation: result.explainerValidation,
    gradientNorm: norm(result.explainerGradient),
    hypergradient: result.gradient,
    audience: {
      train: result.audienceTrain,
      validation: result.audienceValidation,
      gradientNorm: norm(result.audienceGradient),
      explanation: result.explanation,
      termNorm: norm(settings.audienceOnly ? result.gradient : tf.sub(result.gradient, result.ownGradient)),
      explainerNext: result.explainerNext,
    },
  };
}

/** Runs one iteration. The caller's scope owns all tensors of the result. */
export function searchStep(input: StepInput): StepResult {
  const { audience, state } = input;
  return audience && state.audience ? leaseStep(input, audience, state.audience) : bilevelStep(input);
}
