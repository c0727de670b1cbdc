/**
 * GDAS (arXiv 1910.04465): each edge applies one operation, drawn by its alphas and Gumbel noise. Forward it weighs exactly 1;
 * backward its weight is its entry of the softmax at temperature τ. Here on DARTS's supernet, of which only what was picked is
 * computed, and with DARTS's derivation.
 */
import { deriveGenotype } from "../../domain/genotype";
import { PRIMITIVES } from "../../domain/primitives";
import { STREAM } from "../../domain/random";
import { detach, type Tensor, tf } from "../gpu/tensorflow";
import { gumbelNoise, type Picks, SAMPLED_EDGES, softPick, straightThrough, topPicks } from "../kernels/sampler";
import { supernet } from "../nn/supernet";
import { linearRate } from "../optim/linear";
import { ALPHAS, alphasOf, initialArchitecture } from "./darts";
import { plainExplainer, type Strategy, scheduleStep } from "./strategy";

/** The two draws of an iteration. */
const STREAMS = [STREAM.sampler, STREAM.samplerArchitecture] as const;

/**
 * The mixing weights of a sample: one-hot. Only the pick's entry hands its gradient on, to h = softmax((α + g)/τ).
 * @param alphas and noise [28, 8]
 * @param tau a scalar
 */
export function sampledWeights(alphas: Tensor, noise: Tensor, picks: Picks, tau: Tensor): Tensor {
  const hard = straightThrough(softPick(alphas, noise, [], tau), picks);
  return tf.mul(detach(hard), hard);
}

export const gdas: Strategy = {
  optimisation: { first: "weights", draws: "step", nesterov: true, clipsJointly: true, clipsArchitecture: false },
  network: (options, { seed }) => {
    const { parameters, stem, sampledLogits } = supernet(options);
    const rows = (architecture: Tensor) => tf.reshape(architecture, [SAMPLED_EDGES, PRIMITIVES.length]);
    return {
      parameters,
      stem,
      explainer: ({ iteration, architecture, draw, schedules }) => {
        const noise = gumbelNoise(seed, STREAMS[draw], iteration);
        const [picks] = topPicks(rows(architecture), noise, 1) as [Picks];
        const explainer = plainExplainer((weights, alphas, x) => {
          const mixing = sampledWeights(rows(alphas), noise, picks, schedules.tau as Tensor);
          return sampledLogits(weights, { picks, weights: mixing, dropBlock: null }, x);
        });
        return { ...explainer, picks: [picks] };
      },
    };
  },
  initial: (seed) => initialArchitecture(seed, ALPHAS),
  schedules: (settings, at) => {
    const { step, steps } = scheduleStep(settings, at);
    return { tau: linearRate(settings.tauMax, settings.tauMin, step, steps) };
  },
  rests: () => false,
  alphas: alphasOf,
  betas: () => null,
  derive: (architecture) => deriveGenotype(alphasOf(architecture)),
};
