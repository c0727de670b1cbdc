/** How weights and architecture move along their gradients. */
import { type Tensor, tf } from "../gpu/tensorflow";
import { norm } from "../kernels/flat";
import type { Trained } from "../objectives/bilevel";
import { type AdamOptions, adamStep } from "../optim/adam";
import { type SgdOptions, sgdStep } from "../optim/sgd";
import type { Moved, NetworkState, StepInput } from "./step";

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

/** A network as a hypergradient sees it. The virtual step is DARTS's for every strategy, without Nesterov's momentum. */
export const trained = (input: StepInput, state: NetworkState): Trained => ({ ...state, sgd: sgdOptions(input) });

/** @param spanned the norm that the clip compares, where it spans more than this gradient */
export function weightStep(input: StepInput, state: NetworkState, gradient: Tensor, spanned?: Tensor): NetworkState {
  return sgdStep(state.weights, gradient, state.buffer, {
    ...sgdOptions(input),
    nesterov: input.optimisation.nesterov,
    clip: input.settings.gradientClip,
    ...(spanned && { norm: spanned }),
  });
}

/** g·min(1, max/(‖g‖ + 1e-6)), as PyTorch clips. */
function clipped(gradient: Tensor, max: number): Tensor {
  return tf.mul(gradient, tf.minimum(tf.div(max, tf.add(norm(gradient), 1e-6)), 1));
}

export function architectureStep(input: StepInput, hypergradient: Tensor): Moved {
  const { state, settings, corrections, optimisation } = input;
  const gradient = optimisation.clipsArchitecture ? clipped(hypergradient, settings.gradientClip) : hypergradient;
  const next = adamStep(state.architecture, gradient, state.adam, corrections, adamOptions(input));
  return { architecture: next.parameters, adam: next.state, hypergradient };
}
