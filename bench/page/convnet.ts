/**
 * The small convolutional network that all peers train, once in each peer's own words. N pictures of S×S pixels and C
 * channels, 10 classes:
 *
 *   input               [N, S, S, C]      (jax-js: [N, C, S, S])
 *   conv 3×3            C → C, stride 1, padding 1, no bias
 *   batch norm          batch statistics, ε = 1e-5, scale and shift
 *   ReLU
 *   depthwise 3×3       stride 1, padding 1, no bias
 *   conv 1×1            C → C, no bias
 *   max pool 2×2        stride 2          → [N, S/2, S/2, C]
 *   average pool 2×2    stride 2          → [N, S/4, S/4, C]
 *   dense               C·(S/4)² → 10, bias
 *   softmax-cross-entropy with one-hot labels, mean over the batch
 *
 * then SGD with momentum: v ← 0.9·v + g, θ ← θ − 0.05·v. Padding, pools and optimiser are what every peer's public API has.
 */
import { CounterRandom, STREAM } from "../../src/domain/random";

export const CLASSES = 10;
export const EPSILON = 1e-5;
export const LEARNING_RATE = 0.05;
export const MOMENTUM = 0.9;

export interface ConvnetShape {
  readonly batch: number;
  readonly side: number;
  readonly channels: number;
}

export const CONVNET_SHAPES = {
  small: { batch: 8, side: 16, channels: 8 },
  large: { batch: 32, side: 32, channels: 16 },
} as const satisfies Record<string, ConvnetShape>;

export type ConvnetSize = keyof typeof CONVNET_SHAPES;

/** Values in TF.js's layouts. */
export interface ConvnetWeights {
  /** [3, 3, C, C] */
  readonly conv: Float32Array;
  /** [C] */
  readonly scale: Float32Array;
  /** [C] */
  readonly shift: Float32Array;
  /** [3, 3, C] */
  readonly depthwise: Float32Array;
  /** [C, C] */
  readonly pointwise: Float32Array;
  /** [(S/4)·(S/4)·C, 10], rows in the order of [S/4, S/4, C] */
  readonly dense: Float32Array;
  /** [10] */
  readonly bias: Float32Array;
}

export interface ConvnetStart {
  readonly shape: ConvnetShape;
  readonly weights: ConvnetWeights;
  /** [N, S, S, C] */
  readonly pictures: Float32Array;
  /** One-hot [N, 10]. */
  readonly labels: Float32Array;
}

/** Inputs of the dense layer. */
export function features({ side, channels }: ConvnetShape): number {
  return (side / 4) ** 2 * channels;
}

/** Initial weights and the one batch, the same numbers for every peer. */
export function convnetStart(shape: ConvnetShape): ConvnetStart {
  const { batch, side, channels } = shape;
  let next = 0;
  const random = new CounterRandom(1, STREAM.check);
  const uniform = (size: number, fanIn: number) =>
    Float32Array.from({ length: size }, () => (2 * random.uniform(next++) - 1) / Math.sqrt(fanIn));
  return {
    shape,
    weights: {
      conv: uniform(9 * channels * channels, 9 * channels),
      scale: new Float32Array(channels).fill(1),
      shift: new Float32Array(channels),
      depthwise: uniform(9 * channels, 9),
      pointwise: uniform(channels * channels, channels),
      dense: uniform(features(shape) * CLASSES, features(shape)),
      bias: new Float32Array(CLASSES),
    },
    pictures: Float32Array.from({ length: batch * side * side * channels }, () => random.normal(next++)),
    labels: Float32Array.from({ length: batch * CLASSES }, (_, i) =>
      i % CLASSES === Math.floor(i / CLASSES) % CLASSES ? 1 : 0,
    ),
  };
}

/** Row-major values with their axes in another order: axis i of the result is axis order[i] of `shape`. */
export function permuted(values: Float32Array, shape: readonly number[], order: readonly number[]): Float32Array {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  return Float32Array.from(values, (_, index) => {
    let [rest, from] = [index, 0];
    for (const axis of [...order].reverse()) {
      const side = shape[axis] ?? 1;
      from += (rest % side) * (strides[axis] ?? 0);
      rest = Math.floor(rest / side);
    }
    return values[from] ?? Number.NaN;
  });
}
