/** Small cases of every kernel, odd and even sizes, stride 2, dilation 2 and borders: for tests and for the self-check. */
import { CounterRandom, STREAM } from "../../domain/random";
import { type Tensor, tf } from "../gpu/tensorflow";
import { batchNorm } from "./batch-norm";
import { convolution } from "./convolution";
import { summedCrossEntropy } from "./cross-entropy";
import { depthwise } from "./depthwise";
import { dropoutCopies } from "./dropout";
import { fork, take } from "./fork";
import { mix, type Tap } from "./mix";
import { mixNormalised } from "./mix-normalised";
import { relu, reluOfSum } from "./pointwise";
import { averagePool, maxPool, poolPair } from "./pooling";
import { SAMPLED_CASES } from "./sampled-cases";
import { channelShuffle } from "./shuffle";
import { softmax } from "./softmax";

export interface KernelCase {
  readonly name: string;
  readonly shapes: readonly (readonly number[])[];
  readonly run: (inputs: readonly Tensor[]) => Tensor;
  /** Too many values for central differences, whose error grows with them: only compared between backends. */
  readonly large?: boolean;
}

const block = (kernel: number, dilation: number, outChannels: number, inOffset: number, inChannels: number) => ({
  kernel,
  dilation,
  pad: (dilation * (kernel - 1)) / 2,
  outChannels,
  inOffset,
  inChannels,
});

const tap = (input: number, from: number, to: number, row: number, column: number): Tap => ({
  input,
  from,
  to,
  weight: { row, column },
});

type One = readonly [Tensor];
type Two = readonly [Tensor, Tensor];
type Three = readonly [Tensor, Tensor, Tensor];

/** Convolutions of max(x, 0), from height, width, kernel, stride, pad, groups, and the input and output channels of a group. */
const CONVOLUTIONS: readonly KernelCase[] = [
  [7, 8, 3, 2, 1, 2, 4, 8],
  [5, 7, 3, 1, 1, 1, 3, 5],
  [8, 8, 3, 1, 1, 1, 8, 4],
  [6, 7, 1, 2, -1, 1, 4, 8],
  [3, 5, 1, 1, 0, 3, 4, 4],
  [4, 4, 1, 1, 0, 1, 6, 3],
  [5, 4, 3, 2, 1, 1, 8, 3],
  [2, 2, 3, 1, 1, 1, 4, 12],
  [1, 1, 1, 1, 0, 1, 8, 10],
].map(([h = 0, w = 0, kernel = 1, stride = 1, pad = 0, groups = 1, i = 1, o = 1]) => ({
  name: `rectified convolution ${kernel}×${kernel} ${h}×${w} stride ${stride} pad ${pad} groups ${groups} × (${i}→${o})`,
  shapes: [
    [2, h, w, i * groups],
    [kernel, kernel, i, o * groups],
  ],
  run: (t: readonly Tensor[]) => convolution((t as Two)[0], (t as Two)[1], { stride, pad, groups, rectify: true }),
}));

export const KERNEL_CASES: readonly KernelCase[] = [
  {
    name: "channel shuffle, two runs of 6 channels in 3 groups",
    shapes: [[2, 3, 12]],
    run: (t) => channelShuffle((t as One)[0], 6, 3),
  },
  ...[
    [8, 8, 1, 1],
    [7, 9, 1, 2],
    [8, 8, 2, 1],
    [7, 5, 2, 2],
  ].flatMap(([h = 0, w = 0, stride = 1, dilation = 1]) =>
    [3, 5].map((kernel) => ({
      name: `depthwise ${kernel}×${kernel} ${h}×${w} stride ${stride} dilation ${dilation}`,
      shapes: [[2, h, w, 3], [kernel * kernel * 6]],
      run: (t: readonly Tensor[]) =>
        depthwise((t as Two)[0], (t as Two)[1], stride, [block(kernel, dilation, 6, 0, 3)]),
    })),
  ),
  {
    name: "depthwise bank of four blocks, stride 2",
    shapes: [[2, 7, 8, 4], [9 * 8 + 25 * 2 + 9 * 2 + 25 * 2]],
    run: (t) =>
      depthwise((t as Two)[0], (t as Two)[1], 2, [
        block(3, 1, 8, 0, 4),
        block(5, 1, 2, 0, 2),
        block(3, 2, 2, 2, 2),
        block(5, 2, 2, 1, 2),
      ]),
  },
  {
    name: "depthwise bank of channels in fours, stride 2",
    shapes: [[2, 7, 8, 8], [9 * 16 + 25 * 8 + 9 * 4]],
    run: (t) =>
      depthwise((t as Two)[0], (t as Two)[1], 2, [block(3, 1, 16, 0, 8), block(5, 2, 8, 0, 8), block(3, 2, 4, 4, 4)]),
  },
  ...[
    { name: "odd sides", sides: [7, 9], stride: 1, channels: 3 },
    { name: "odd sides, stride 2", sides: [7, 9], stride: 2, channels: 3 },
    { name: "channels in fours", sides: [6, 8], stride: 1, channels: 4 },
    { name: "channels in fours, odd sides, stride 2", sides: [7, 9], stride: 2, channels: 8 },
  ].map(({ name, sides, stride, channels }) => ({
    name: `rectified depthwise bank, ${name}`,
    shapes: [[2, ...sides, channels], [(9 * 2 + 25 + 9 + 25 * 2) * channels]],
    run: (t: readonly Tensor[]) =>
      depthwise(
        (t as Two)[0],
        (t as Two)[1],
        stride,
        [
          block(3, 1, 2 * channels, 0, channels),
          block(5, 1, channels, 0, channels),
          block(3, 2, channels, 0, channels),
          block(5, 2, 2 * channels, 0, channels),
        ],
        { rectify: true },
      ),
  })),
  {
    name: "convolution 3×3 of channels in fours, stride 2, groups 2",
    shapes: [
      [2, 7, 8, 8],
      [3, 3, 4, 16],
    ],
    run: (t) => convolution((t as Two)[0], (t as Two)[1], { stride: 2, pad: 1, groups: 2 }),
  },
  ...CONVOLUTIONS,
  {
    name: "average pool of channels in fours, stride 2",
    shapes: [[2, 7, 8, 8]],
    run: (t) => averagePool((t as One)[0], 3, 2, 1),
  },
  {
    name: "batch norm of channels in fours, with scale and shift",
    shapes: [[3, 5, 4, 8], [8], [8]],
    run: (t) => batchNorm((t as Three)[0], { scale: (t as Three)[1], shift: (t as Three)[2] }),
  },
  {
    name: "mix of channels in fours",
    shapes: [
      [2, 3, 3, 8],
      [2, 3, 3, 4],
      [3, 4],
    ],
    run: (t) =>
      mix(
        t.slice(0, 2),
        t[2] as Tensor,
        [
          { input: 0, from: 0, to: 0, weight: null },
          { input: 0, from: 1, to: 1, weight: null },
          tap(1, 0, 0, 0, 1),
          tap(1, 0, 1, 2, 3),
        ],
        { channels: 4, outBlocks: 2 },
      ),
  },
  ...[
    [8, 8, 3, 1, 1, 1],
    [7, 5, 3, 2, 1, 1],
    [8, 6, 1, 2, -1, 1],
    [7, 7, 1, 1, 0, 3],
    [6, 6, 3, 1, 0, 2],
  ].map(([h = 0, w = 0, kernel = 1, stride = 1, pad = 0, groups = 1]) => ({
    name: `convolution ${kernel}×${kernel} ${h}×${w} stride ${stride} pad ${pad} groups ${groups}`,
    shapes: [
      [2, h, w, 2 * groups],
      [kernel, kernel, 2, 4 * groups],
    ],
    run: (t: readonly Tensor[]) => convolution((t as Two)[0], (t as Two)[1], { stride, pad, groups }),
  })),
  ...[
    [8, 8, 1],
    [7, 5, 1],
    [8, 8, 2],
    [7, 5, 2],
  ].flatMap(([h = 0, w = 0, stride = 1]) => [
    {
      name: `average pool ${h}×${w} stride ${stride}`,
      shapes: [[2, h, w, 3]],
      run: (t: readonly Tensor[]) => averagePool((t as One)[0], 3, stride, 1),
    },
    {
      name: `max pool ${h}×${w} stride ${stride}`,
      shapes: [[2, h, w, 3]],
      run: (t: readonly Tensor[]) => maxPool((t as One)[0], 3, stride, 1),
    },
  ]),
  ...[
    [7, 8, 1, 4],
    [7, 5, 2, 3],
  ].map(([h = 0, w = 0, stride = 1, channels = 1]) => ({
    name: `pool pair ${h}×${w} stride ${stride} channels ${channels}`,
    shapes: [[2, h, w, channels]],
    run: (t: readonly Tensor[]) => poolPair((t as One)[0], 3, stride, 1),
  })),
  {
    name: "take a block",
    shapes: [[3, 2, 2, 6]],
    run: (t) => {
      const { block, rest } = take((t as One)[0], 1, 2);
      return tf.concat([tf.square(block), tf.mul(rest, rest)], 3);
    },
  },
  {
    name: "dropout of three copies",
    shapes: [[2, 3, 3, 4]],
    run: (t) =>
      dropoutCopies(
        (t as One)[0],
        3,
        { seed: 4294967295, stream: STREAM.skipDropout, layer: 7 },
        { rate: tf.scalar(0.4), step: tf.scalar(5, "int32"), draw: 1 },
      ),
  },
  {
    name: "fork into three",
    shapes: [[3, 4]],
    run: (t) => {
      const [a, b, c] = fork((t as One)[0], 3) as [Tensor, Tensor, Tensor];
      return tf.add(tf.mul(a, b), c);
    },
  },
  ...[1, 4].map((channels) => ({
    name: `mix of normalised inputs, blocks of ${channels}`,
    shapes: [
      [2, 5, 4, 2 * channels],
      [2, 5, 4, channels],
      [2, 5, 4, 2 * channels],
      [3, 4],
    ],
    run: (t: readonly Tensor[]) =>
      mixNormalised(
        t.slice(0, 3),
        [1, 2],
        t[3] as Tensor,
        [
          { input: 0, from: 0, to: 0, weight: null },
          { input: 0, from: 1, to: 1, weight: null },
          tap(1, 0, 0, 0, 1),
          tap(1, 0, 1, 2, 1),
          tap(2, 0, 0, 0, 2),
          tap(2, 1, 1, 1, 3),
        ],
        { channels, outBlocks: 2 },
      ),
  })),
  {
    name: "batch norm of several parts",
    shapes: [[2, 16, 9, 4]],
    run: (t) => batchNorm((t as One)[0]),
  },
  { name: "batch norm", shapes: [[3, 5, 4, 3]], run: (t) => batchNorm((t as One)[0]) },
  {
    name: "batch norm with scale and shift",
    shapes: [[3, 5, 4, 3], [3], [3]],
    run: (t) => batchNorm((t as Three)[0], { scale: (t as Three)[1], shift: (t as Three)[2] }),
  },
  { name: "softmax", shapes: [[5, 7]], run: (t) => softmax((t as One)[0]) },
  {
    name: "cross-entropy, differentiated in targets too",
    shapes: [
      [5, 7],
      [5, 7],
    ],
    run: (t) => summedCrossEntropy((t as Two)[0], softmax((t as Two)[1]), null, 1 / 5),
  },
  {
    name: "cross-entropy of labels",
    shapes: [[3, 4]],
    run: (t) => summedCrossEntropy((t as One)[0], tf.oneHot(tf.tensor1d([2, 0, 3], "int32"), 4).toFloat(), null, 1),
  },
  {
    name: "cross-entropy of weighted rows",
    shapes: [
      [3, 4],
      [3, 4],
    ],
    run: (t) => summedCrossEntropy((t as Two)[0], (t as Two)[1], tf.tensor1d([1, 0.5, 2]), 1),
  },
  {
    name: "ReLU of a sum",
    shapes: [
      [3, 4, 4],
      [3, 4, 4],
    ],
    run: (t) => reluOfSum((t as Two)[0], (t as Two)[1]),
  },
  { name: "ReLU", shapes: [[2, 3, 3, 4]], run: (t) => relu((t as One)[0]) },
  {
    name: "mix of three inputs",
    shapes: [
      [2, 3, 3, 4],
      [2, 3, 3, 2],
      [2, 3, 3, 6],
      [3, 4],
    ],
    run: (t) =>
      mix(
        t.slice(0, 3),
        t[3] as Tensor,
        [
          { input: 0, from: 0, to: 0, weight: null },
          { input: 0, from: 1, to: 1, weight: null },
          tap(1, 0, 0, 0, 1),
          tap(1, 0, 1, 2, 1),
          tap(2, 0, 0, 0, 2),
          tap(2, 1, 0, 1, 3),
          tap(2, 2, 1, 2, 3),
        ],
        { channels: 2, outBlocks: 2 },
      ),
  },
  ...SAMPLED_CASES,
];

/** Values for one input: distinct multiples of 1/16, shuffled, so that no ReLU or maximum is near a tie. */
export function spacedValues(size: number, index: number): Float32Array {
  const order = new CounterRandom(index, STREAM.check).permutation(size);
  return Float32Array.from(order, (rank) => (rank - size / 2 + 0.5) * Math.max(1 / 16, 4 / size));
}

/** Standard normal values. */
export function normalValues(size: number, index: number): Float32Array {
  const random = new CounterRandom(index, STREAM.check, 1);
  return Float32Array.from({ length: size }, (_, i) => random.normal(i));
}

export interface CaseResult {
  readonly value: Tensor;
  /** Gradients of the loss with respect to each input. */
  readonly first: readonly Tensor[];
  /** Gradients of Σ⟨first, d⟩ with respect to each input. */
  readonly second: readonly Tensor[];
}

/** Inputs, upstream gradient g and direction d of a case, as values. */
export function caseValues(c: KernelCase) {
  const sizes = c.shapes.map((shape) => shape.reduce((a, b) => a * b, 1));
  return {
    inputs: sizes.map((size, i) => spacedValues(size, i)),
    directions: sizes.map((size, i) => normalValues(size, 10 + i)),
    upstream: (size: number) => normalValues(size, 20),
  };
}

/** ⟨y, g + y/8⟩ of y = run(inputs) for constant g: quadratic, so that every input has a second derivative. */
export function caseLoss(c: KernelCase, inputs: readonly Tensor[]): Tensor {
  const y = c.run(inputs);
  return tf.sum(tf.mul(y, tf.add(tf.tensor(caseValues(c).upstream(y.size), y.shape), tf.mul(y, 1 / 8))));
}

/** Σ⟨gradient of the loss, d⟩, itself a function of the inputs. */
export function caseDirectional(c: KernelCase, inputs: readonly Tensor[]): Tensor {
  const { directions } = caseValues(c);
  const gradients = tf.grads((...t: Tensor[]) => caseLoss(c, t))([...inputs]);
  return gradients
    .map((g, i) => tf.sum(tf.mul(g, tf.tensor(directions[i] as Float32Array, g.shape))))
    .reduce((a, b) => tf.add(a, b));
}

/** Value, first and second derivatives on the current backend. */
export function runCase(c: KernelCase): CaseResult {
  const inputs = caseValues(c).inputs.map((values, i) => tf.tensor(values, [...(c.shapes[i] ?? [])]));
  const value = c.run(inputs);
  const first = tf.grads((...t: Tensor[]) => caseLoss(c, t))(inputs);
  const second = tf.grads((...t: Tensor[]) => caseDirectional(c, t))(inputs);
  return { value, first, second };
}
