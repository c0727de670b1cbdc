/**
 * The cell in stock TF.js: its public operations and its own gradients, nothing of ours. Written as DARTS writes it, one
 * operation after another, edge by edge. Dilated convolutions run at dilation 1: TF.js has no gradient for others.
 */

import { PRIMITIVES, type Primitive } from "../../src/domain/primitives";
import { CounterRandom, STREAM } from "../../src/domain/random";
import type { Tensors } from "../../src/engine/gpu/step";
import { type Tensor, tf } from "../../src/engine/gpu/tensorflow";
import { CELL, cellInputs } from "./cell";
import { EPSILON } from "./convnet";
import { named, type TrainingStep } from "./step";

type Picture = tf.Tensor4D;
type Operation = (x: Picture) => Picture;

/** Each [C]. */
interface Constants {
  readonly ones: tf.Tensor1D;
  readonly zeros: tf.Tensor1D;
}

/** Hands out the next weight of the list that is differentiated. */
type Weight = () => Picture;

const { channels } = CELL;

/** Batch statistics, no scale or shift to learn. TF.js has no gradient without them, so it gets ones and zeros. */
function batchNorm(x: Picture, { ones, zeros }: Constants): Picture {
  const { mean, variance } = tf.moments(x, [0, 1, 2]);
  return tf.batchNorm(x, mean as tf.Tensor1D, variance as tf.Tensor1D, zeros, ones, EPSILON);
}

function operations(weight: Weight, constants: Constants): Readonly<Record<Primitive, Operation>> {
  const separable: Operation = (x) => {
    const spatial = tf.depthwiseConv2d(tf.relu(x), weight(), 1, "same");
    return batchNorm(tf.conv2d(spatial, weight(), 1, "same"), constants);
  };
  return {
    none: (x) => tf.mul(x, 0),
    max_pool_3x3: (x) => batchNorm(tf.maxPool(x, 3, 1, "same"), constants),
    avg_pool_3x3: (x) => batchNorm(tf.avgPool(x, 3, 1, "same"), constants),
    skip_connect: (x) => x,
    sep_conv_3x3: (x) => separable(separable(x)),
    sep_conv_5x5: (x) => separable(separable(x)),
    dil_conv_3x3: separable,
    dil_conv_5x5: separable,
  };
}

/** Kernel sizes of a primitive's depthwise convolutions; a 1×1 convolution follows each. */
const KERNELS: Readonly<Record<Primitive, readonly number[]>> = {
  none: [],
  max_pool_3x3: [],
  avg_pool_3x3: [],
  skip_connect: [],
  sep_conv_3x3: [3, 3],
  sep_conv_5x5: [5, 5],
  dil_conv_3x3: [3],
  dil_conv_5x5: [5],
};

/** In the order in which the forward pass asks for them. */
function initialWeights(): Picture[] {
  let next = 0;
  const random = new CounterRandom(3, STREAM.check);
  const filter = (shape: [number, number, number, number], fanIn: number) =>
    tf.tensor4d(
      Float32Array.from(
        { length: shape.reduce((a, b) => a * b, 1) },
        () => (2 * random.uniform(next++) - 1) / Math.sqrt(fanIn),
      ),
      shape,
    );
  const pointwise = () => filter([1, 1, channels, channels], channels);
  const edges = Array.from({ length: CELL.edges }, () =>
    PRIMITIVES.flatMap((primitive) =>
      KERNELS[primitive].flatMap((k) => [filter([k, k, channels, 1], k * k), pointwise()]),
    ),
  );
  return [pointwise(), pointwise(), ...edges.flat()];
}

function forward(inputs: Tensors, alphas: Tensor, weights: readonly Picture[]): Picture {
  let used = 0;
  const weight = () => weights[used++] as Picture;
  const constants: Constants = { ones: named(inputs, "ones"), zeros: named(inputs, "zeros") };
  const apply = operations(weight, constants);
  const preprocess: Operation = (x) => batchNorm(tf.conv2d(tf.relu(x), weight(), 1, "same"), constants);
  const mixing = tf.unstack(tf.reshape(tf.softmax(alphas), [-1])) as tf.Scalar[];
  const states = [preprocess(named(inputs, "s0")), preprocess(named(inputs, "s1"))];
  let edge = 0;
  for (let node = 0; node < CELL.nodes; node++) {
    let sum: Picture | null = null;
    for (const state of [...states]) {
      for (const [column, primitive] of PRIMITIVES.entries()) {
        const share = tf.mul<Picture>(apply[primitive](state), mixing[edge * PRIMITIVES.length + column] as tf.Scalar);
        sum = sum ? tf.add<Picture>(sum, share) : share;
      }
      edge++;
    }
    if (sum) states.push(sum);
  }
  return tf.concat(states.slice(2), 3);
}

export function stockCell(): TrainingStep {
  const weights = initialWeights();
  const name = (i: number) => `weight${i}`;
  const all = Object.fromEntries(weights.map((w, i) => [name(i), w]));
  const gradients = Object.fromEntries(weights.map((w, i) => [name(i), tf.zerosLike(w)]));
  const inputs = cellInputs();
  return {
    state: { ...gradients, alphas: tf.zerosLike(named(inputs, "alphas")) },
    inputs: { ...inputs, ...all, ones: tf.ones([channels]), zeros: tf.zeros([channels]) },
    run: (_, given) => {
      const loss = (...args: Tensor[]) => {
        const [alphas, ...rest] = args as [Tensor, ...Picture[]];
        return tf.sum(tf.mul(forward(given, alphas, rest), named(given, "upstream"))).asScalar();
      };
      const { value, grads } = tf.valueAndGrads(loss)([
        named(given, "alphas"),
        ...weights.map((_w, i) => named(given, name(i))),
      ]);
      const [alphas, ...rest] = grads as [Tensor, ...Tensor[]];
      const next = Object.fromEntries(rest.map((gradient, i) => [name(i), gradient]));
      return { next: { ...next, alphas }, results: { loss: value } };
    },
  };
}
