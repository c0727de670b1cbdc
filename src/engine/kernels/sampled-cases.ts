/** Small cases of the kernels that work by picks, for `KERNEL_CASES`. Slots that no pick uses are left out on both sides. */

import { STREAM } from "../../domain/random";
import { type Tensor, tf } from "../gpu/tensorflow";
import { dropBlock } from "./drop-block";
import { type Gate, usedSlots } from "./gate";
import type { KernelCase } from "./kernel-cases";
import { sampledDepthwise, sampledDepthwiseOfNorm } from "./sampled-depthwise";
import { type MixedOutput, sampledMix } from "./sampled-mix-normalised";
import { sampledHalf, sampledPointwise } from "./sampled-pointwise";
import { sampledPools } from "./sampled-pooling";
import { partSlots, slotNormOf, slotStatistics } from "./slot-norm";

const [MAX, AVERAGE, SKIP, SEP3, SEP5, DIL3, DIL5] = [1, 2, 3, 4, 5, 6, 7] as const;
const SEPARABLE = [SEP3, SEP5];
const CONVOLUTIONS = [SEP3, SEP5, DIL3, DIL5];
const BLOCKS = [
  { kernel: 3, dilation: 1 },
  { kernel: 5, dilation: 1 },
  { kernel: 3, dilation: 2 },
  { kernel: 5, dilation: 2 },
];

/** Picks of edges whose rows are 1, 0, 3, 2. */
const ROWS = [1, 0, 3, 2];
const picksOf = (...picks: readonly number[]) =>
  tf.tensor1d(
    ROWS.map((_, row) => picks[ROWS.indexOf(row)] ?? 0),
    "int32",
  );
const own = (ops: readonly number[], edges = ROWS.length): Gate => ({ kind: "own", rows: ROWS.slice(0, edges), ops });

/** The slots in use, zeros elsewhere. */
function inUse(x: Tensor, gate: Gate, picks: Tensor): Tensor {
  const values = Array.from({ length: ROWS.length }, (_, row) => PICKS_OF.get(picks)?.[row] ?? 0);
  const used = usedSlots(gate, Int32Array.from(values));
  const slot = x.size / used.length;
  const mask = tf.tensor1d(
    Uint8Array.from({ length: x.size }, (_, i) => (used[Math.floor(i / slot)] ? 1 : 0)),
    "bool",
  );
  // Flat: the WebGPU backend chooses among tensors of at most four dimensions.
  return tf.reshape(tf.where(mask, x.flatten(), tf.zeros([x.size])), x.shape);
}
/** Values of the picks that a case made. */
const PICKS_OF = new WeakMap<Tensor, readonly number[]>();
function fixed(...picks: readonly number[]): Tensor {
  const tensor = picksOf(...picks);
  PICKS_OF.set(
    tensor,
    ROWS.map((_, row) => picks[ROWS.indexOf(row)] ?? 0),
  );
  return tensor;
}

const FILTER = (channels: number, edges = ROWS.length) => [(9 + 25 + 9 + 25) * channels * edges];

const DEPTHWISE: readonly KernelCase[] = [
  { name: "channels in fours", side: [6, 8], channels: 4, stride: 1, picks: [SEP5, DIL3, 0, SEP3] },
  { name: "odd sides", side: [7, 5], channels: 3, stride: 1, picks: [DIL5, SKIP, SEP3, DIL3] },
  // Ten strips, two to each of six chunks: the last chunk has none.
  {
    name: "a chunk without strips",
    side: [3, 20],
    channels: 24,
    stride: 1,
    large: true,
    picks: [SEP5, DIL3, SEP3, DIL5],
  },
  { name: "stride 2", side: [8, 8], channels: 2, stride: 2, picks: [DIL5, SEP5, SEP3, DIL3] },
  { name: "stride 2, odd sides", side: [7, 9], channels: 4, stride: 2, picks: [MAX, SEP5, SEP3, SEP3] },
  { name: "stride 2, odd sides, dilated", side: [5, 7], channels: 1, stride: 2, picks: [DIL3, DIL5, SEP3, SKIP] },
  // More columns than one invocation takes: 16, with the second tile whole, cut in a square and cut between squares.
  { name: "stride 2, two tiles", side: [3, 32], channels: 1, stride: 2, picks: [DIL5, SEP5, DIL3, 0] },
  { name: "stride 2, two tiles, odd", side: [4, 19], channels: 1, stride: 2, picks: [SEP3, DIL3, 0, SEP5] },
  { name: "stride 2, two tiles, ragged", side: [3, 26], channels: 1, stride: 2, picks: [0, DIL5, SEP5, DIL3] },
  {
    name: "stride 2, without a mask",
    side: [5, 6],
    channels: 2,
    stride: 2,
    rectify: false,
    picks: [DIL5, SEP5, SEP3, 0],
  },
].flatMap(({ name, side, channels, stride, picks, rectify = true, large = false }) => [
  {
    large,
    name: `sampled depthwise of one picture, ${name}`,
    shapes: [[2, ...side, channels], FILTER(channels)],
    run: ([x, w]: readonly Tensor[]) => {
      const [gate, p] = [own(CONVOLUTIONS), fixed(...picks)];
      return inUse(sampledDepthwise(x as Tensor, w as Tensor, p, { stride, blocks: BLOCKS, gate, rectify }), gate, p);
    },
  },
  ...(stride === 1
    ? [
        {
          large,
          name: `sampled depthwise of slots, ${name}`,
          shapes: [[4, 2, ...side, channels], FILTER(channels)],
          run: ([x, w]: readonly Tensor[]) => {
            const [gate, p] = [own(CONVOLUTIONS), fixed(...picks)];
            const y = sampledDepthwise(inUse(x as Tensor, gate, p), w as Tensor, p, {
              stride,
              blocks: BLOCKS,
              gate,
              rectify: channels === 3,
            });
            return inUse(y, gate, p);
          },
        },
      ]
    : []),
]);

const DEPTHWISE_OF_NORM: readonly KernelCase[] = [4, 3].map((channels) => ({
  name: `sampled depthwise of normalised slots, ${channels} channels`,
  shapes: [[4, 2, 5, 6, channels], [(9 + 25) * channels * ROWS.length]],
  run: ([x, w]: readonly Tensor[]) => {
    const [gate, p] = [own(SEPARABLE), fixed(SEP5, DIL3, 0, SEP3)];
    const slots = inUse(x as Tensor, gate, p);
    const known = slotStatistics(slots, p, gate);
    const o = { stride: 1, blocks: BLOCKS.slice(0, 2), gate };
    return inUse(sampledDepthwiseOfNorm(slots, w as Tensor, p, known, o), gate, p);
  },
}));

const POINTWISE: readonly KernelCase[] = [4, 8, 3].map((channels) => ({
  name: `sampled 1×1 of ${channels} channels`,
  shapes: [
    [4, 2, 3, 5, channels],
    [1, 1, channels, 4 * 4 * channels],
  ],
  run: ([x, w]: readonly Tensor[]) => {
    const [gate, p] = [own(CONVOLUTIONS), fixed(DIL5, 0, SEP3, SEP5)];
    return inUse(sampledPointwise(inUse(x as Tensor, gate, p), w as Tensor, p, gate), gate, p);
  },
}));

const HALVES: readonly KernelCase[] = [4, 16].flatMap((channels) =>
  ([0, 1] as const).map((offset) => ({
    name: `sampled half of a factorized reduction, ${channels} channels, offset ${offset}`,
    shapes: [
      [2, 4, 6, channels],
      [1, 1, channels, 2 * channels],
    ],
    run: ([x, w]: readonly Tensor[]) => {
      const [gate, p] = [own([SKIP]), fixed(SKIP, SEP3, 0, SKIP)];
      return inUse(sampledHalf(x as Tensor, w as Tensor, p, { gate, offset, rectify: true }), gate, p);
    },
  })),
);

const POOLS: readonly KernelCase[] = [
  { side: [6, 7], channels: 4, stride: 1, picks: [MAX, MAX, AVERAGE, 0] },
  { side: [7, 5], channels: 3, stride: 2, picks: [SEP3, 0, AVERAGE, 0] },
  { side: [8, 8], channels: 4, stride: 2, picks: [SEP3, MAX, 0, 0] },
].map(({ side, channels, stride, picks }) => ({
  name: `sampled pools ${side.join("×")}, stride ${stride}, picks ${picks.join(" ")}`,
  shapes: [[2, ...side, channels]],
  run: ([x]: readonly Tensor[]) => {
    const gate: Gate = { kind: "any", rows: ROWS, ops: [MAX, AVERAGE] };
    const p = fixed(...picks);
    return inUse(sampledPools(x as Tensor, p, stride, gate), gate, p);
  },
}));

function normed(pixels: readonly number[]): KernelCase {
  return {
    name: `batch norm of slots ${pixels.join("×")}`,
    shapes: [[4, 2, ...pixels]],
    run: ([x]) => {
      const [gate, p] = [own(SEPARABLE), fixed(SEP5, 0, SEP3, DIL3)];
      const slots = inUse(x as Tensor, gate, p);
      return inUse(slotNormOf(slots, p, slotStatistics(slots, p, gate)), gate, p);
    },
  };
}

/** What is mixed: name, channels of a pixel, the slots and whether they are normalised. */
const poolGate: Gate = { kind: "any", rows: ROWS, ops: [MAX, AVERAGE] };
const OUTPUTS = [
  { ops: [SKIP], gate: null, first: 0, width: 4, normalised: false },
  { ops: [MAX, AVERAGE], gate: poolGate, first: 0, width: 4, normalised: true },
  { ops: [DIL3, DIL5], gate: own([DIL3, DIL5]), first: 0, width: 4, normalised: false },
  { ops: SEPARABLE, gate: own(SEPARABLE), first: 0, width: 4, normalised: true },
];
const HALF_OUTPUTS = [0, 2].map((first) => ({ ops: [SKIP], gate: own([SKIP]), first, width: 2, normalised: true }));

/** A mix at stride 1, or at stride 2 where skips are two halves; of the outputs that the picks use. */
function mixed(picks: readonly number[], stride: 1 | 2, drop: number, pixels = [2, 5, 4]): KernelCase {
  const outputs = [...(stride === 2 ? HALF_OUTPUTS : OUTPUTS.slice(0, 1)), ...OUTPUTS.slice(1)].filter(({ ops }) =>
    ops.some((op) => picks.includes(op)),
  );
  return {
    name: `sampled mix ${pixels.join("×")}, picks ${picks.join(" ")}${stride === 2 ? ", halves" : ""}${drop > 0 ? ", DropBlock" : ""}`,
    shapes: [
      [4, ...pixels, 4],
      [4, 8],
      ...outputs.map(({ gate, width }) => [...(gate ? [gate === poolGate ? 2 : 4] : []), ...pixels, width]),
    ],
    run: ([sums, weights, ...tensors]: readonly Tensor[]) => {
      const p = fixed(...picks);
      const masks = () =>
        dropBlock([...pixels, 4], tf.scalar(1, "int32"), tf.scalar(drop), p, {
          ...{ seed: 3, stream: STREAM.check, block: 2, site: 5 },
          gate: own([SKIP]),
        });
      const described = outputs.map(
        ({ ops, gate, first, normalised }, i): MixedOutput => ({
          tensor: gate ? inUse(tensors[i] as Tensor, gate, p) : (tensors[i] as Tensor),
          ...{ kind: gate?.kind ?? "picture", ops, first, normalised },
        }),
      );
      const sample = { weights: weights as Tensor, picks: p, masks: drop > 0 ? masks() : null };
      return sampledMix(sums as Tensor, described, sample, { rows: ROWS, channels: 4 });
    },
  };
}

const PARTS: readonly KernelCase[] = [
  {
    name: "slots that go two ways",
    shapes: [[4, 2, 3, 3, 4]],
    run: ([x]) => {
      const [gate, p] = [own(CONVOLUTIONS), fixed(DIL5, SEP3, 0, SEP5)];
      const [a, b] = partSlots(inUse(x as Tensor, gate, p), p, gate, SEPARABLE);
      return tf.concat([tf.square(inUse(a, own(SEPARABLE), p)), inUse(b, own([DIL3, DIL5]), p)]);
    },
  },
];

export const SAMPLED_CASES: readonly KernelCase[] = [
  ...DEPTHWISE,
  ...DEPTHWISE_OF_NORM,
  ...POINTWISE,
  ...HALVES,
  ...POOLS,
  normed([9, 8, 3]),
  normed([3, 5, 4]),
  ...PARTS,
  mixed([SKIP, MAX, SEP5, DIL3], 1, 0),
  mixed([0, MAX, AVERAGE, MAX], 1, 0),
  mixed([SKIP, SKIP, SEP3, 0], 1, 0.4),
  mixed([SKIP, AVERAGE, SEP5, SKIP], 2, 0),
];

/** Slots of so many pixels that their sums are joined by a dispatch of their own, as in all but the smallest searches. */
export const LARGE_SAMPLED_CASES: readonly KernelCase[] = [
  normed([65, 64, 4]),
  mixed([SKIP, MAX, SEP5, DIL3], 1, 0, [2, 65, 64]),
];
