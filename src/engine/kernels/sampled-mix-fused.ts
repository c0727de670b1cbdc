/**
 * The passes of a sampled mix of outputs that it normalises as it loads them: no normalised value is stored, and batch norm's
 * gradient reads the gradient of the nodes. First derivatives only; sampled-mix-normalised has theirs.
 *
 * All but `weightsFromSums` read a table with a row for each edge, [edges, 4 + 2·C]: its pick, the pick's weight, two zeros, and of each
 * channel of the node mean and rate = 1/√(variance + ε) of what the pick adds (0 and 1 where it is added as it is).
 */
import { defineKernel, type Values } from "../gpu/kernel";
import { joined } from "./batch-norm-cpu";
import { eachEdge } from "./sampled-mix";
import { fusedForward, fusedGradX, fusedSums, fusedTable, gradWeights } from "./sampled-mix-fused-gpu";
import {
  inputShape,
  maskOf,
  outShape,
  partsOf,
  pixelsOf,
  type SampledMix,
  type SampledMixInput,
} from "./sampled-mix-shape";

/** Floats of a table's row before its means. */
const HEAD = 4;

const rowOf = (s: SampledMix) => HEAD + 2 * s.channels;
const ratesOf = (table: Values, s: SampledMix, g: number) =>
  table.subarray(g * rowOf(s) + HEAD + s.channels, (g + 1) * rowOf(s));
const meansOf = (table: Values, s: SampledMix, g: number) =>
  table.subarray(g * rowOf(s) + HEAD, g * rowOf(s) + HEAD + s.channels);
const picksOf = (table: Values, s: SampledMix) => {
  const picks = new Int32Array(Math.max(...s.rows) + 1);
  for (const [g, row] of s.rows.entries()) picks[row] = table[g * rowOf(s)] as number;
  return picks;
};

/** What an edge adds to a pixel of its node. */
interface Added {
  readonly g: number;
  /** Normalised and masked, channel by channel; the next pixel's stand in the same place. */
  readonly values: Float64Array;
  /** The channel of the node that the first value is added to. */
  readonly first: number;
  /** Index of the first value in the input, and in the node. */
  readonly from: number;
  readonly to: number;
}

/** Calls visit for each edge and each pixel. @param only this input's alone */
function eachPixel(
  s: SampledMix,
  { inputs, masks, table }: { readonly inputs: readonly Values[]; readonly masks?: Values; readonly table: Values },
  visit: (added: Added) => void,
  only?: number,
): void {
  eachEdge(s, picksOf(table, s), ({ g, input, described, ...at }) => {
    if (only !== undefined && input !== only) return;
    const { first, width, masked } = described;
    const [mean, rate, xs] = [meansOf(table, s, g), ratesOf(table, s, g), inputs[input] as Values];
    const values = new Float64Array(width);
    for (let p = 0; p < pixelsOf(s); p++) {
      const [from, to] = [at.from.at(p), at.to.at(p)];
      const mask = masked ? maskOf(s, masks as Values, g, p) : null;
      for (let i = 0; i < width; i++) {
        const x = ((xs[from + i] as number) - (mean[first + i] as number)) * (rate[first + i] as number);
        values[i] = mask ? x * mask(i) : x;
      }
      visit({ g, values, first, from, to });
    }
  });
}

/** Inputs: weights, picks, the statistics of each output that is normalised. */
export const tableKernel = defineKernel<SampledMix>("SearchlightSampledMixTable", {
  shape: (s) => [s.rows.length, rowOf(s)],
  cpu: ([weights, picks, ...stats], out, s) => {
    for (const [g, row] of s.rows.entries()) {
      out[g * rowOf(s)] = (picks as Values)[row] as number;
      out.fill(1, g * rowOf(s) + HEAD + s.channels, (g + 1) * rowOf(s));
    }
    eachEdge(s, picks as Values, ({ g, input, described, weight, slot }) => {
      out[g * rowOf(s) + 1] = (weights as Values)[weight] as number;
      if (described.parts === 0) return;
      const known = stats[s.inputs.slice(0, input).filter(({ parts }) => parts > 0).length] as Values;
      const { width, parts, first } = described;
      const slots = described.kind === "own" ? s.rows.length : described.ops.length;
      const own = Float32Array.from({ length: 2 * parts * width }, (_, i) => {
        const part = Math.floor(i / (2 * width));
        return known[(part * slots + slot) * 2 * width + (i % (2 * width))] as number;
      });
      const { mean, rate } = joined(own, { shape: [], rows: pixelsOf(s), channels: width, parts });
      out.set(mean, g * rowOf(s) + HEAD + first);
      out.set(rate, g * rowOf(s) + HEAD + s.channels + first);
    });
  },
  gpu: fusedTable,
});

/** Inputs: the sums if there are any, the outputs, the masks if there are any, the table. */
export const fusedMix = defineKernel<SampledMix>("SearchlightSampledMixFused", {
  shape: outShape,
  cpu: (tensors, out, s) => {
    const { sums, inputs, masks, rest } = partsOf(tensors, s);
    const table = rest[0] as Values;
    if (sums) out.set(sums);
    eachPixel(s, { inputs, table, ...(masks && { masks }) }, ({ g, values, to }) => {
      const weight = table[g * rowOf(s) + 1] as number;
      for (let i = 0; i < values.length; i++) out[to + i] = (out[to + i] as number) + weight * (values[i] as number);
    });
  },
  gpu: fusedForward,
});

/** Σ dy and Σ dy·value of each channel of each edge, [edges, 2, C]. Inputs: dy, the outputs, the masks if there are any, the table. */
export const mixSums = defineKernel<SampledMix>("SearchlightSampledMixSums", {
  shape: (s) => [s.rows.length, 2, s.channels],
  cpu: ([dy, ...tensors], out, s) => {
    const { inputs, masks, rest } = partsOf(tensors, { ...s, sums: false });
    const sums = new Float64Array(out.length);
    eachPixel(s, { inputs, table: rest[0] as Values, ...(masks && { masks }) }, ({ g, values, first, to }) => {
      for (let i = 0, at = 2 * g * s.channels + first; i < values.length; i++, at++) {
        const d = (dy as Values)[to + i] as number;
        sums[at] = (sums[at] as number) + d;
        sums[at + s.channels] = (sums[at + s.channels] as number) + d * (values[i] as number);
      }
    });
    out.set(sums);
  },
  gpu: fusedSums,
});

/** Gradient of an output that is normalised. Inputs: dy, the output, the table, the sums of `mixSums`, picks. */
export const fusedGradientX = defineKernel<SampledMixInput>("SearchlightSampledMixFusedGradX", {
  shape: (s) => inputShape(s, s.input),
  cpu: (tensors, out, s) => {
    const [dy, x, table, all] = tensors as [Values, Values, Values, Values];
    const [rows, inputs] = [pixelsOf(s), s.inputs.map(() => x)];
    const add = ({ g, values, first, from, to }: Added) => {
      const [weight, rate] = [table[g * rowOf(s) + 1] as number, ratesOf(table, s, g)];
      for (let i = 0, at = 2 * g * s.channels + first; i < values.length; i++, at++) {
        const [t0, t1] = [(all[at] as number) / rows, (all[at + s.channels] as number) / rows];
        const d = (dy[to + i] as number) - t0 - (values[i] as number) * t1;
        out[from + i] = (out[from + i] as number) + weight * (rate[first + i] as number) * d;
      }
    };
    eachPixel(s, { inputs, table }, add, s.input);
  },
  gpu: fusedGradX,
});

/** Gradient of the weights, [28, 8]. Inputs: the sums of `mixSums`, picks. */
export const weightsFromSums = defineKernel<SampledMix>("SearchlightSampledMixWeightsGrad", {
  shape: (s) => [s.weightRows, 8],
  cpu: ([sums, picks], out, s) => {
    eachEdge(s, picks as Values, ({ g, described, weight }) => {
      for (let c = described.first; c < described.first + described.width; c++)
        out[weight] = (out[weight] as number) + ((sums as Values)[(2 * g + 1) * s.channels + c] as number);
    });
  },
  gpu: gradWeights,
});
