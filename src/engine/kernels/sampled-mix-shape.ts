/** Dimensions of the sampled mix, and how its inputs lie. */
import type { Values } from "../gpu/kernel";

/** What edges add for some of their picks. */
export interface MixInput {
  /** picture: one for all edges. own: a slot for each edge. any: a slot for each of `ops`. */
  readonly kind: "picture" | "own" | "any";
  /** Picks that read it, primitives by index. */
  readonly ops: readonly number[];
  /** It is added to the channels first ≤ c < first + width of a node. */
  readonly first: number;
  readonly width: number;
  /** Whether DropBlock's masks apply, one for each edge. */
  readonly masked: boolean;
  /** Parts of the statistics by which it is normalised as it is loaded; 0 where it is added as it is. */
  readonly parts: number;
}

export interface SampledMix {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  /** Of a node. */
  readonly channels: number;
  /** Rows of the edges' picks and weights. Each leads to a node of its own, in this order. */
  readonly rows: readonly number[];
  /** Rows of the whole matrix of weights. */
  readonly weightRows: number;
  /** Whether sums from other states are the first input. */
  readonly sums: boolean;
  readonly inputs: readonly MixInput[];
}

export interface SampledMixInput extends SampledMix {
  readonly input: number;
}

export const pixelsOf = (s: SampledMix) => s.batch * s.height * s.width;
export const outShape = (s: SampledMix) => [s.rows.length, s.batch, s.height, s.width, s.channels];

export function inputShape(s: SampledMix, input: number): number[] {
  const { kind, ops, width } = s.inputs[input] as MixInput;
  const slots = { picture: [], own: [s.rows.length], any: [ops.length] }[kind];
  return [...slots, s.batch, s.height, s.width, width];
}

/** A kernel's inputs by their names. */
export function partsOf<T>(tensors: readonly T[], s: SampledMix) {
  const first = s.sums ? 1 : 0;
  const after = first + s.inputs.length;
  const masked = s.inputs.some((input) => input.masked);
  return {
    sums: s.sums ? tensors[0] : undefined,
    inputs: tensors.slice(first, after),
    masks: masked ? tensors[after] : undefined,
    rest: tensors.slice(after + (masked ? 1 : 0)),
  };
}

/** The mix of one input alone, which becomes input 0. */
export function alone({ input, ...s }: SampledMixInput): SampledMix {
  return { ...s, sums: false, inputs: [s.inputs[input] as MixInput] };
}

/** DropBlock's factor of each channel of pixel p on edge g: 0 where dropped, else pixels over pixels kept. */
export function maskOf(s: SampledMix, masks: Values, g: number, p: number): (c: number) => number {
  const [x, line] = [p % s.width, Math.floor(p / s.width)];
  const [y, n] = [line % s.height, Math.floor(line / s.height)];
  const first = (g * s.batch + n) * (s.height + 1) * s.channels;
  const [words, kept] = [first + y * s.channels, first + s.height * s.channels];
  return (c) => {
    if ((((masks[words + c] as number) >>> x) & 1) === 1) return 0;
    return (s.height * s.width) / (masks[kept + c] as number);
  };
}
