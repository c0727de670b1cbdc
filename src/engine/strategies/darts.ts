/** DARTS: every edge mixes all its operations by the softmax of its alphas (arXiv 1806.09055, eq. 2). */
import { type Alphas, deriveGenotype } from "../../domain/genotype";
import { EDGES, PRIMITIVES } from "../../domain/primitives";
import { CounterRandom, STREAM } from "../../domain/random";
import { type Tensor, tf } from "../gpu/tensorflow";
import { softmax } from "../kernels/softmax";
import type { Mixture } from "../nn/supernet";
import type { Strategy } from "./strategy";

const CELL = EDGES * PRIMITIVES.length;
/** Standard deviation of the initial alphas. */
const INITIAL = 1e-3;

function alphas(architecture: Float32Array): Alphas {
  return { normal: architecture.slice(0, CELL), reduce: architecture.slice(CELL, 2 * CELL) };
}

/** softmax of the alphas; architecture: [normal, reduce], each 14·8. */
function mixture(architecture: Tensor): Mixture {
  const weights = softmax(tf.reshape(architecture, [2, EDGES, PRIMITIVES.length]));
  const [normal, reduce] = tf.split(weights, 2) as [Tensor, Tensor];
  const matrix = (t: Tensor) => tf.reshape(t, [EDGES, PRIMITIVES.length]);
  return { normal: matrix(normal), reduce: matrix(reduce) };
}

export const darts: Strategy = {
  initial: (seed) => {
    const random = new CounterRandom(seed, STREAM.alphas);
    return Float32Array.from({ length: 2 * CELL }, (_, i) => INITIAL * random.normal(i));
  },
  explainer: (net) => (weights, architecture, x) => net.logits(weights, mixture(architecture), x),
  alphas,
  derive: (architecture) => deriveGenotype(alphas(architecture)),
};
