/** Dimensions of sampled depthwise convolutions. */
import type { DepthwiseShape } from "./depthwise-cpu";
import type { Gate } from "./gate";

/** One operation of the bank. */
export interface SampledBlock {
  readonly kernel: number;
  readonly dilation: number;
}

export interface SampledDepthwise {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  /** Of a slot. */
  readonly channels: number;
  readonly stride: number;
  readonly outHeight: number;
  readonly outWidth: number;
  /** Whether all edges read one picture, or each its slot. */
  readonly shared: boolean;
  /** The operations in the order of their blocks in the filter; gate.ops names their primitives. */
  readonly blocks: readonly SampledBlock[];
  readonly gate: Gate;
}

/** The bank of all operations of all edges: where the filters lie. */
export function bankOf(s: SampledDepthwise): DepthwiseShape {
  const all = s.gate.rows.length * s.channels;
  const blocks = s.blocks.map((b) => ({
    ...b,
    pad: (b.dilation * (b.kernel - 1)) / 2,
    outChannels: all,
    inOffset: 0,
    inChannels: all,
  }));
  return { ...s, blocks };
}

export const edgesOf = (s: SampledDepthwise) => s.gate.rows.length;
export const inShape = (s: SampledDepthwise) => [
  ...(s.shared ? [] : [edgesOf(s)]),
  s.batch,
  s.height,
  s.width,
  s.channels,
];
export const outShape = (s: SampledDepthwise) => [edgesOf(s), s.batch, s.outHeight, s.outWidth, s.channels];

/** Inputs after the first two: a mask where there is one, and the picks. */
export function constantsOf<T>(inputs: readonly T[]) {
  const [z, picks] = inputs.length > 3 ? inputs.slice(2) : [undefined, inputs[2]];
  if (!picks) throw new Error("A sampled operation needs picks.");
  return { z, picks };
}
