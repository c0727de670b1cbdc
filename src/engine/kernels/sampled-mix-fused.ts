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
  maskedAt,
  outShape,
  partsOf,
  pixelsOf,
  type SampledMix,
  type SampledMixInput,
} from "./sampled-mix-shape";

/** Floats of a table's row before its means. */
const HEAD = 4;

const rowOf = (s: SampledMix) => HEAD + 2 * s.channels;
const ofTable = (table: Values, s: SampledMix, g: number) => ({
  mean: (c: number) => table[g * rowOf(s) + HEAD + c] as number,
  rate: (c: number) => table[g * rowOf(s) + HEAD + s.channels + c] as number,
});
const picksOf = (table: Values, s: SampledMix) => {
  const picks = new Int32Array(Math.max(...s.rows) + 1);
  for (const [g, row] of s.rows.entries()) picks[row] = table[g * rowOf(s)] as number;
  return picks;
};

/** Calls visit for each edge and each value that it adds: normalised, masked, and where it is in the node. */
function eachValue(
  s: SampledMix,
  { inputs, masks, table }: { readonly inputs: readonly Values[]; readonly masks?: Values; readonly table: Values },
  visit: (at: { g: number; value: number; c: number; from: number; to: number }) => void,
  wanted: (input: number) => boolean = () => true,
): void {
  eachEdge(s, picksOf(table, s), ({ g, input, described, from, to }) => {
    if (!wanted(input)) return;
    const { mean, rate } = ofTable(table, s, g);
    const xs = inputs[input] as Values;
    for (let p = 0; p < pixelsOf(s); p++)
      for (let i = 0; i < described.width; i++) {
        const c = described.first + i;
        const x = ((xs[from.at(p) + i] as number) - mean(c)) * rate(c);
        const value = described.masked ? x * maskedAt(s, masks as Values, g, p, i) : x;
        visit({ g, value, c, from: from.at(p) + i, to: to.at(p) + i });
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
    eachValue(s, { inputs, table, ...(masks && { masks }) }, ({ g, value, to }) => {
      out[to] = (out[to] as number) + (table[g * rowOf(s) + 1] as number) * value;
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
    eachValue(s, { inputs, table: rest[0] as Values, ...(masks && { masks }) }, ({ g, value, c, to }) => {
      const [d, at] = [(dy as Values)[to] as number, 2 * g * s.channels + c];
      sums[at] = (sums[at] as number) + d;
      sums[at + s.channels] = (sums[at + s.channels] as number) + d * value;
    });
    out.set(sums);
  },
  gpu: fusedSums,
});

/** Gradient of an output that is normalised. Inputs: dy, the output, the table, the sums of `mixSums`, picks. */
export const fusedGradientX = defineKernel<SampledMixInput>("SearchlightSampledMixFusedGradX", {
  shape: (s) => inputShape(s, s.input),
  cpu: ([dy, x, table, sums], out, s) => {
    const [rows, all] = [pixelsOf(s), sums as Values];
    const inputs = s.inputs.map(() => x as Values);
    const add = ({ g, value, c, from, to }: Parameters<Parameters<typeof eachValue>[2]>[0]) => {
      const weight = (table as Values)[g * rowOf(s) + 1] as number;
      const at = 2 * g * s.channels + c;
      const [t0, t1] = [(all[at] as number) / rows, (all[at + s.channels] as number) / rows];
      const factor = weight * ofTable(table as Values, s, g).rate(c);
      out[from] = (out[from] as number) + factor * (((dy as Values)[to] as number) - t0 - value * t1);
    };
    eachValue(s, { inputs, table: table as Values }, add, (input) => input === s.input);
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
