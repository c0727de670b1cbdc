/**
 * Depthwise convolutions of the edges of one state that a sampler picks: for each edge one slot, whose kernel size, dilation
 * and filter the pick chooses. The filter is that of the bank of all operations (depthwise.ts), so that both share weights.
 */
import { defineBilinear, defineKernel, type KernelBody, type Values } from "../gpu/kernel";
import { detach, type Tensor } from "../gpu/tensorflow";
import { custom } from "./batch-norm";
import { eachSlotOfRows, joined, type Rows } from "./batch-norm-cpu";
import { outputSide } from "./depthwise";
import {
  type DepthwiseShape,
  depthwiseForward,
  depthwiseGradW,
  depthwiseGradX,
  keepPositive,
  type PlacedBlock,
} from "./depthwise-cpu";
import { filterSize, place } from "./depthwise-plan";
import { fused } from "./fused";
import { eachUsed, type Gate, usedSlots } from "./gate";
import {
  normForward,
  normGradW,
  normGradX,
  sampledForward,
  sampledGradW,
  sampledGradX,
  slotNormsGpu,
} from "./sampled-depthwise-gpu";
import {
  bankOf,
  constantsOf,
  edgesOf,
  inShape,
  outShape,
  type SampledBlock,
  type SampledDepthwise,
} from "./sampled-depthwise-shape";
import { normaliseSlots, type SlotStatistics, slotNormGradient, slotNormOf } from "./slot-norm";

/** What one slot in use computes, as a depthwise convolution of its own. */
interface Slot {
  readonly s: DepthwiseShape;
  readonly blocks: readonly PlacedBlock[];
  /** The part of a tensor that belongs to the slot. */
  readonly input: (x: Values) => Values;
  readonly output: (y: Values) => Values;
  /** Index in the bank's filter of each value of the slot's own. */
  readonly filter: (i: number) => number;
}

function eachSlot(s: SampledDepthwise, picks: Values, visit: (slot: Slot) => void): void {
  const [all, inSize] = [edgesOf(s) * s.channels, s.batch * s.height * s.width * s.channels];
  const outSize = s.batch * s.outHeight * s.outWidth * s.channels;
  const bank = place(bankOf(s).blocks);
  eachUsed(s.gate, picks, (slot) => {
    const block = bank[s.gate.ops.indexOf(picks[s.gate.rows[slot] as number] as number)] as PlacedBlock;
    const own = { ...block, outChannels: s.channels, inChannels: s.channels, outOffset: 0, filterOffset: 0 };
    visit({
      s: { ...s, blocks: [own] },
      blocks: [own],
      input: (x) => (s.shared ? x : x.subarray(slot * inSize, (slot + 1) * inSize)),
      output: (y) => y.subarray(slot * outSize, (slot + 1) * outSize),
      filter: (i) => block.filterOffset + Math.floor(i / s.channels) * all + slot * s.channels + (i % s.channels),
    });
  });
}

/** The slot's filter, [k, k, C]. */
function filterOf({ blocks, filter }: Slot, w: Values): Float32Array {
  const [b] = blocks as readonly [PlacedBlock];
  return Float32Array.from({ length: b.kernel ** 2 * b.outChannels }, (_, i) => w[filter(i)] as number);
}

const forward: KernelBody<SampledDepthwise> = {
  shape: outShape,
  cpu: (inputs, out, s) => {
    const { z, picks } = constantsOf(inputs);
    const [x, w] = inputs as [Values, Values];
    eachSlot(s, picks, (slot) => {
      const read = keepPositive(slot.input(x), z && slot.input(z));
      depthwiseForward(slot.s, slot.blocks, read, filterOf(slot, w), slot.output(out));
    });
  },
  gpu: sampledForward,
};

const gradX: KernelBody<SampledDepthwise> = {
  shape: inShape,
  cpu: (inputs, out, s) => {
    const { z, picks } = constantsOf(inputs);
    const [dy, w] = inputs as [Values, Values];
    const sum = new Float32Array(s.batch * s.height * s.width * s.channels);
    eachSlot(s, picks, (slot) => {
      const dx = slot.input(out);
      depthwiseGradX(slot.s, slot.blocks, slot.output(dy), filterOf(slot, w), s.shared ? sum : dx);
      if (s.shared) for (let i = 0; i < dx.length; i++) dx[i] = (dx[i] as number) + (sum[i] as number);
    });
    out.set(keepPositive(out, z));
  },
  gpu: sampledGradX,
};

const gradW: KernelBody<SampledDepthwise> = {
  shape: (s) => [filterSize(bankOf(s))],
  cpu: (inputs, out, s) => {
    const { z, picks } = constantsOf(inputs);
    const [x, dy] = inputs as [Values, Values];
    eachSlot(s, picks, (slot) => {
      const [b] = slot.blocks as readonly [PlacedBlock];
      const own = new Float32Array(b.kernel ** 2 * b.outChannels);
      const read = keepPositive(slot.input(x), z && slot.input(z));
      depthwiseGradW(slot.s, slot.blocks, read, slot.output(dy), own);
      for (const [i, value] of own.entries()) out[slot.filter(i)] = value;
    });
  },
  gpu: sampledGradW,
};

const family = defineBilinear("SearchlightSampledDepthwise", { forward, gradX, gradW });

interface Picked {
  readonly stride: number;
  readonly blocks: readonly SampledBlock[];
  readonly gate: Gate;
}

function shapeOf(x: Tensor, { stride, blocks, gate }: Picked): SampledDepthwise {
  const shared = x.rank === 4;
  const [batch = 0, height = 0, width = 0, channels = 0] = shared ? x.shape : x.shape.slice(1);
  const side = (n: number) => outputSide(n, 1, stride, 0);
  const sides = { outHeight: side(height), outWidth: side(width) };
  return { stride, blocks, gate, batch, height, width, channels, shared, ...sides };
}

/**
 * The picked convolution of each edge.
 * @param x [N, H, W, C] for all edges, or [edges, N, H, W, C]
 * @param filter flat, as that of a bank: block after block, each [kernel, kernel, edges·C]
 * @returns [edges, N, H', W', C], nothing where the pick is none of the operations
 */
export function sampledDepthwise(
  x: Tensor,
  filter: Tensor,
  picks: Tensor,
  o: Picked & { readonly rectify: boolean },
): Tensor {
  const s = shapeOf(x, o);
  return o.rectify ? family.forwardRectified(x, filter, s, picks) : family.forward(x, filter, s, picks);
}

/**
 * The picked convolution of max(y, 0) for the batch-normalised slots y of x. The normalised values are not kept: the gradient
 * computes them again, which spares a slot.
 * @param x [edges, N, H, W, C] @param known of x's slots in the gate
 */
export function sampledDepthwiseOfNorm(
  x: Tensor,
  filter: Tensor,
  picks: Tensor,
  known: SlotStatistics,
  o: Picked,
): Tensor {
  const s = shapeOf(x, o);
  const norms = slotNorms(picks, known);
  return custom(
    [x, filter],
    [picks, known.stats, norms],
    ([v, w, p, , n]) => normForwardKernel([v, w, p, n] as Tensor[], s),
    (dy, saved) => {
      const [v, w, p, stats, n] = saved as [Tensor, Tensor, Tensor, Tensor, Tensor];
      const at = { s: known.s, stats };
      const dx = fused(
        [dy, w],
        [v, p, n],
        (all) => normGradXKernel(all, s),
        (d, filterAt) => family.gradX(d as Tensor, filterAt as Tensor, s, normaliseSlots(v, p, at), p),
      );
      const dw = fused(
        [v, dy],
        [p, n],
        (all) => normGradWKernel(all, s),
        (input, d) => {
          const y = slotNormOf(input as Tensor, p, at);
          return family.gradW(y, d as Tensor, s, detach(y), p);
        },
      );
      return [slotNormGradient(dx, v, p, at), dw];
    },
  );
}

/** Mean and rate of each channel of the slots in use, [edges, 4 + 2·C] (see sampled-mix-fused). */
function slotNorms(picks: Tensor, { s, stats }: SlotStatistics): Tensor {
  return slotNormsKernel([picks, stats], s);
}

const slotNormsKernel = defineKernel<Rows>("SearchlightSlotNorms", {
  shape: (s) => [s.slots ? s.slots.rows.length : 0, 4 + 2 * s.channels],
  cpu: ([picks, stats], out, s) => {
    if (!s.slots) throw new Error("There are no slots.");
    const row = 4 + 2 * s.channels;
    const own = usedSlots(s.slots, picks as Values);
    let slot = 0;
    eachSlotOfRows(s, s.slots, picks as Values, ({ takeParts }) => {
      while (!own[slot]) slot++;
      const { mean, rate } = joined(takeParts(stats as Values, 2), s);
      out.set(mean, slot * row + 4);
      out.set(rate, slot * row + 4 + s.channels);
      slot++;
    });
  },
  gpu: slotNormsGpu,
});

/** The slots in use of x, normalised with the numbers of `norms`. */
function normalised(x: Values, norms: Values, picks: Values, s: SampledDepthwise): Float32Array {
  const [size, row, y] = [x.length / edgesOf(s), 4 + 2 * s.channels, new Float32Array(x.length)];
  eachUsed(s.gate, picks, (slot) => {
    const mean = norms.subarray(slot * row + 4, slot * row + 4 + s.channels);
    const rate = norms.subarray(slot * row + 4 + s.channels, (slot + 1) * row);
    for (let i = slot * size; i < (slot + 1) * size; i += s.channels)
      for (let c = 0; c < s.channels; c++)
        y[i + c] = ((x[i + c] as number) - (mean[c] as number)) * (rate[c] as number);
  });
  return y;
}

const normForwardKernel = defineKernel<SampledDepthwise>("SearchlightSampledDepthwiseOfNorm", {
  shape: outShape,
  cpu: ([x, w, picks, norms], out, s) => {
    const y = normalised(x as Values, norms as Values, picks as Values, s);
    forward.cpu([y, w as Values, y, picks as Values], out, s);
  },
  gpu: normForward,
});

const normGradXKernel = defineKernel<SampledDepthwise>("SearchlightSampledDepthwiseOfNormGradX", {
  shape: inShape,
  cpu: ([dy, w, x, picks, norms], out, s) => {
    const y = normalised(x as Values, norms as Values, picks as Values, s);
    gradX.cpu([dy as Values, w as Values, y, picks as Values], out, s);
  },
  gpu: normGradX,
});

const normGradWKernel = defineKernel<SampledDepthwise>("SearchlightSampledDepthwiseOfNormGradW", {
  shape: gradW.shape,
  cpu: ([x, dy, picks, norms], out, s) => {
    const y = normalised(x as Values, norms as Values, picks as Values, s);
    gradW.cpu([y, dy as Values, y, picks as Values], out, s);
  },
  gpu: normGradW,
});
