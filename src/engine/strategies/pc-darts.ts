/**
 * PC-DARTS (arXiv 1907.05737): one K-th of the channels goes through the operations, and each node weighs its incoming edges
 * by the softmax of their betas. As in its code the first channels are taken and shuffled, not random ones.
 */
import { type Alphas, type Betas, deriveGenotype } from "../../domain/genotype";
import { CELL_EDGES, EDGES, NODES, PRIMITIVES } from "../../domain/primitives";
import { type Tensor, tf } from "../gpu/tensorflow";
import { arrange } from "../kernels/mix";
import { softmax } from "../kernels/softmax";
import { type Mixture, supernet } from "../nn/supernet";
import { ALPHAS, alphasOf, initialArchitecture, mixtureOf } from "./darts";
import { DARTS_OPTIMISATION, plainExplainer, type Strategy, scheduleStep } from "./strategy";

const BETAS = 2 * EDGES;
/** The most edges that lead to a node. */
const WIDEST = NODES + 1;
/** Where each edge stands in a row of its node's edges, and the places that no edge takes. */
const PLACES = CELL_EDGES.map(({ index, node, state }) => ({ edge: index, place: node * WIDEST + state }));
const EMPTY = Array.from({ length: NODES * WIDEST }, (_, place) => place).filter(
  (place) => !PLACES.some((taken) => taken.place === place),
);
/** What stands there: its share is exactly zero. */
const NOWHERE = -1e9;

const TO_PLACES = [
  ...PLACES.map(({ edge, place }) => ({ input: 0, from: edge, to: place })),
  ...EMPTY.map((place) => ({ input: 1, from: 0, to: place })),
];
const TO_EDGES = PLACES.map(({ edge, place }) => ({ input: 0, from: place, to: edge }));

/** Softmax of betas over the incoming edges of each node: [n, 14] → [n, 14]. */
export function edgeShares(betas: Tensor): Tensor {
  const cells = betas.shape[0] ?? 0;
  const outBlocks = NODES * WIDEST;
  const rows = arrange([betas, tf.fill([cells, 1], NOWHERE)], TO_PLACES, { channels: 1, outBlocks });
  const shares = softmax(tf.reshape(rows, [cells * NODES, WIDEST]));
  return arrange([tf.reshape(shares, [cells, outBlocks])], TO_EDGES, { channels: 1, outBlocks: EDGES });
}

/**
 * Weights of operations and of the channels that go past them: softmax(α)·β̂, and β̂ for each of the K − 1 blocks past.
 * @param alphas [n, 14, 8] @param betas [n, 14] @returns [n, 14, 8 + K − 1]
 */
export function partialWeights(alphas: Tensor, betas: Tensor, partial: number): Tensor {
  const cells = betas.shape[0] ?? 0;
  const shares = tf.reshape(edgeShares(betas), [cells, EDGES, 1]);
  const weights = softmax(alphas);
  const all = partial > 1 ? tf.concat([weights, tf.ones([cells, EDGES, partial - 1])], 2) : weights;
  return tf.mul(all, shares);
}

/** architecture: [alphas normal, alphas reduce, betas normal, betas reduce]. */
function mixture(architecture: Tensor, partial: number): Mixture {
  const [alphas, betas] = tf.split(architecture, [ALPHAS, BETAS]) as [Tensor, Tensor];
  const cells = [2, EDGES] as const;
  return mixtureOf(
    partialWeights(tf.reshape(alphas, [...cells, PRIMITIVES.length]), tf.reshape(betas, [...cells]), partial),
  );
}

const parts = (architecture: Float32Array): { readonly alphas: Alphas; readonly betas: Betas } => ({
  alphas: alphasOf(architecture),
  betas: {
    normal: architecture.slice(ALPHAS, ALPHAS + EDGES),
    reduce: architecture.slice(ALPHAS + EDGES, ALPHAS + BETAS),
  },
});

export const pcDarts: Strategy = {
  optimisation: DARTS_OPTIMISATION,
  network: (options, { partialChannels: partial }) => {
    const { parameters, stem, logits } = supernet({ ...options, partial });
    const explainer = plainExplainer((weights, architecture, x) => logits(weights, mixture(architecture, partial), x));
    return { parameters, stem, explainer: () => explainer };
  },
  initial: (seed) => initialArchitecture(seed, ALPHAS + BETAS),
  schedules: () => ({}),
  rests: (settings, at) => {
    const { step, steps } = scheduleStep(settings, at);
    return step < Math.round(settings.alphaWarmUp * steps);
  },
  alphas: alphasOf,
  betas: (architecture) => parts(architecture).betas,
  derive: (architecture) => {
    const { alphas, betas } = parts(architecture);
    return deriveGenotype(alphas, betas);
  },
};
