/**
 * The sampled mix: each edge of a state adds its picked operation's output to its node, times a weight whose value is one
 * and whose gradient is the sampler's. Linear in the outputs and in the weights; kernels read the pick of each edge and with
 * it what to add.
 */
import { PRIMITIVES } from "../../domain/primitives";
import { defineDifferentiable, type Kernel, type KernelBody, type Values } from "../gpu/kernel";
import type { Tensor } from "../gpu/tensorflow";
import { mixForward, mixGradW, mixGradX } from "./sampled-mix-gpu";
import {
  alone,
  inputShape,
  type MixInput,
  maskOf,
  outShape,
  partsOf,
  pixelsOf,
  type SampledMix,
  type SampledMixInput,
} from "./sampled-mix-shape";

const OPS = PRIMITIVES.length;

/** A run of `width` channels of each pixel. */
interface Run {
  readonly at: (p: number) => number;
}

/** Calls visit for each edge and the input that it adds. */
export function eachEdge(
  s: SampledMix,
  picks: Values,
  visit: (edge: {
    g: number;
    input: number;
    described: MixInput;
    slot: number;
    from: Run;
    to: Run;
    weight: number;
  }) => void,
): void {
  for (const [g, row] of s.rows.entries()) {
    const pick = picks[row] as number;
    for (const [input, described] of s.inputs.entries()) {
      if (!described.ops.includes(pick)) continue;
      const { kind, width, first, ops } = described;
      const slot = kind === "picture" ? 0 : kind === "own" ? g : ops.indexOf(pick);
      const pixels = pixelsOf(s);
      visit({
        g,
        input,
        described,
        slot,
        from: { at: (p) => (slot * pixels + p) * width },
        to: { at: (p) => (g * pixels + p) * s.channels + first },
        weight: row * OPS + pick,
      });
    }
  }
}

/** Inputs: the sums if there are any, the outputs, the masks if there are any, weights, picks. */
const mixBody: KernelBody<SampledMix> = {
  shape: outShape,
  cpu: (tensors, out, s) => {
    const { sums, inputs, masks, rest } = partsOf(tensors, s);
    const [weights, picks] = rest as [Values, Values];
    if (sums) out.set(sums);
    eachEdge(s, picks, ({ g, input, described, from, to, weight }) => {
      const [xs, w] = [inputs[input] as Values, weights[weight] as number];
      for (let p = 0; p < pixelsOf(s); p++) {
        const mask = described.masked ? maskOf(s, masks as Values, g, p) : null;
        for (let c = 0, i = from.at(p), o = to.at(p); c < described.width; c++) {
          const factor = mask ? mask(c) * w : w;
          out[o + c] = (out[o + c] as number) + factor * (xs[i + c] as number);
        }
      }
    });
  },
  gpu: mixForward,
};

/** Gradient of one input. Inputs: dy, the masks if there are any, weights, picks. */
const gradXBody: KernelBody<SampledMixInput> = {
  shape: (s) => inputShape(s, s.input),
  cpu: ([dy, ...tensors], out, s) => {
    const masks = tensors.length > 2 ? tensors[0] : undefined;
    const [weights, picks] = tensors.slice(-2) as [Values, Values];
    eachEdge(s, picks, ({ g, input, described, from, to, weight }) => {
      if (input !== s.input) return;
      const w = weights[weight] as number;
      for (let p = 0; p < pixelsOf(s); p++) {
        const mask = described.masked ? maskOf(s, masks as Values, g, p) : null;
        for (let c = 0, i = from.at(p), o = to.at(p); c < described.width; c++) {
          const factor = mask ? mask(c) * w : w;
          out[i + c] = (out[i + c] as number) + factor * ((dy as Values)[o + c] as number);
        }
      }
    });
  },
  gpu: mixGradX,
};

/** Gradient of the weights, [28, 8]. Inputs: the outputs, the masks if there are any, dy, picks. */
const gradWBody: KernelBody<SampledMix> = {
  shape: (s) => [s.weightRows, OPS],
  cpu: (tensors, out, s) => {
    const { inputs, masks, rest } = partsOf(tensors, { ...s, sums: false });
    const [dy, picks] = rest as [Values, Values];
    eachEdge(s, picks, ({ g, input, described, from, to, weight }) => {
      const xs = inputs[input] as Values;
      let sum = 0;
      for (let p = 0; p < pixelsOf(s); p++) {
        const mask = described.masked ? maskOf(s, masks as Values, g, p) : null;
        for (let c = 0, i = from.at(p), o = to.at(p); c < described.width; c++)
          sum += (mask ? mask(c) : 1) * (xs[i + c] as number) * (dy[o + c] as number);
      }
      out[weight] = (out[weight] as number) + sum;
    });
  },
  gpu: mixGradW,
};

const masksOf = (s: SampledMix, masks: Tensor | undefined) =>
  s.inputs.some(({ masked }) => masked) && masks ? [masks] : [];

export const mixKernel: Kernel<SampledMix> = defineDifferentiable(
  "SearchlightSampledMix",
  mixBody,
  (dy, tensors, s) => {
    const { sums, inputs, masks, rest } = partsOf(tensors, s);
    const [weights, picks] = rest as [Tensor, Tensor];
    return [
      ...(sums ? [() => dy.clone()] : []),
      ...inputs.map((_, input) => () => gradXOf(dy, masks, weights, picks, s, input)),
      ...(masks ? [noGradient] : []),
      () => gradWKernel([...inputs, ...masksOf(s, masks), dy, picks], { ...s, sums: false }),
    ];
  },
);

function noGradient(): never {
  throw new Error("Masks have no gradient.");
}

const gradXKernel: Kernel<SampledMixInput> = defineDifferentiable(
  "SearchlightSampledMixGradX",
  gradXBody,
  (g, [dy, ...tensors], s) => {
    const masks = tensors.length > 2 ? tensors[0] : undefined;
    const [weights, picks] = tensors.slice(-2) as [Tensor, Tensor];
    const one = alone(s);
    return [
      () => mixKernel([g, ...masksOf(one, masks), weights, picks], one),
      ...(masks ? [noGradient] : []),
      () => gradWKernel([g, ...masksOf(one, masks), dy as Tensor, picks], one),
    ];
  },
);

/** The gradient of input `input`. */
export function gradXOf(
  dy: Tensor,
  masks: Tensor | undefined,
  weights: Tensor,
  picks: Tensor,
  s: SampledMix,
  input: number,
): Tensor {
  const read = s.inputs[input]?.masked && masks ? [masks] : [];
  return gradXKernel([dy, ...read, weights, picks], { ...s, input });
}

export const gradWKernel: Kernel<SampledMix> = defineDifferentiable(
  "SearchlightSampledMixGradW",
  gradWBody,
  (g, tensors, s) => {
    const { inputs, masks, rest } = partsOf(tensors, s);
    const [dy, picks] = rest as [Tensor, Tensor];
    return [
      ...inputs.map((_, input) => () => gradXOf(dy, masks, g, picks, s, input)),
      ...(masks ? [noGradient] : []),
      () => mixKernel([...inputs, ...masksOf(s, masks), g, picks], { ...s, sums: false }),
    ];
  },
);
