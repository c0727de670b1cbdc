/** DARTS: every edge mixes all its operations by the softmax of its alphas (arXiv 1806.09055, eq. 2). */
import { type Alphas, deriveGenotype } from "../../domain/genotype";
import { EDGES, PRIMITIVES } from "../../domain/primitives";
import { CounterRandom, STREAM } from "../../domain/random";
import { type Tensor, tf } from "../gpu/tensorflow";
import { softmax } from "../kernels/softmax";
import { type Mixture, supernet } from "../nn/supernet";
import { DARTS_OPTIMISATION, plainExplainer, type Strategy } from "./strategy";

/** Alphas of one kind of cell, and of both. */
const CELL = EDGES * PRIMITIVES.length;
export const ALPHAS = 2 * CELL;
/** Standard deviation of the initial alphas. */
const INITIAL = 1e-3;

/** Seeded initial architecture of `size` values. @param stage of a run, each of which starts anew */
export function initialArchitecture(seed: number, size: number, stage = 0): Float32Array {
  const random = new CounterRandom(seed, STREAM.alphas, stage);
  return Float32Array.from({ length: size }, (_, i) => INITIAL * random.normal(i));
}

/** The alphas at the start of a flat architecture: [normal, reduce, ...]. */
export function alphasOf(architecture: Float32Array): Alphas {
  return { normal: architecture.slice(0, CELL), reduce: architecture.slice(CELL, ALPHAS) };
}

/** Both kinds of cell apart. @param both [2, 14, columns] */
export function mixtureOf(both: Tensor): Mixture {
  const [normal, reduce] = tf.split(both, 2) as [Tensor, Tensor];
  const matrix = (t: Tensor) => tf.reshape(t, [EDGES, both.shape[2] ?? 0]);
  return { normal: matrix(normal), reduce: matrix(reduce) };
}

/** softmax of the alphas; architecture: [normal, reduce], each 14·8. */
export const mixture = (architecture: Tensor): Mixture =>
  mixtureOf(softmax(tf.reshape(architecture, [2, EDGES, PRIMITIVES.length])));

export const darts: Strategy = {
  optimisation: DARTS_OPTIMISATION,
  network: (options) => {
    const { parameters, stem, logits } = supernet(options);
    const explainer = plainExplainer((weights, architecture, x) => logits(weights, mixture(architecture), x));
    return { parameters, stem, explainer: () => explainer };
  },
  initial: (seed) => initialArchitecture(seed, ALPHAS),
  schedules: () => ({}),
  rests: () => false,
  alphas: alphasOf,
  betas: () => null,
  derive: (architecture) => deriveGenotype(alphasOf(architecture)),
};
