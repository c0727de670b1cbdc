/**
 * 1×1 convolutions of the edges of one state that a sampler picks, a slot for each edge. The filter is that of all
 * operations, [1, 1, I, operations·edges·O], so that both share weights.
 */
import { defineBilinear, type KernelBody, type Values } from "../gpu/kernel";
import type { Tensor } from "../gpu/tensorflow";
import { keepPositive } from "./depthwise-cpu";
import { eachUsed, type Gate } from "./gate";
import { constantsOf } from "./sampled-depthwise-shape";
import { sampledPointwiseForward, sampledPointwiseGradW, sampledPointwiseGradX } from "./sampled-pointwise-gpu";
import { columnsOf, inShape, outShape, pixelsOf, type SampledPointwise, type Strided } from "./sampled-pointwise-shape";

/** Where a slot's values begin: of its pixel p in x and y, and of its columns in a row of the filter. */
interface Slot {
  readonly x: (p: number) => number;
  readonly y: (p: number) => number;
  readonly column: number;
}

function eachSlot(s: SampledPointwise, picks: Values, visit: (slot: Slot) => void): void {
  const { gate, shared, inChannels, outChannels } = s;
  const pixels = pixelsOf(s);
  eachUsed(gate, picks, (slot) => {
    const t = gate.ops.indexOf(picks[gate.rows[slot] as number] as number);
    const sharedAt =
      ({ height, width, stride, offset }: Strided) =>
      (p: number) => {
        const x = p % s.outWidth;
        const y = Math.floor(p / s.outWidth) % s.outHeight;
        const n = Math.floor(p / (s.outWidth * s.outHeight));
        return ((n * height + y * stride + offset) * width + x * stride + offset) * inChannels;
      };
    visit({
      x: shared ? sharedAt(shared) : (p) => (slot * pixels + p) * inChannels,
      y: (p) => (slot * pixels + p) * outChannels,
      column: (t * gate.rows.length + slot) * outChannels,
    });
  });
}

const forward: KernelBody<SampledPointwise> = {
  shape: outShape,
  cpu: (inputs, out, s) => {
    const { z, picks } = constantsOf(inputs);
    const [x, w] = inputs as [Values, Values];
    const [xs, os, columns] = [keepPositive(x, z) as Float32Array, out as Float32Array, columnsOf(s)];
    eachSlot(s, picks, (slot) => {
      for (let p = 0; p < pixelsOf(s); p++) {
        const [from, to] = [slot.x(p), slot.y(p)];
        for (let i = 0; i < s.inChannels; i++) {
          const [v, row] = [xs[from + i] as number, i * columns + slot.column];
          for (let o = 0; o < s.outChannels; o++) os[to + o] = (os[to + o] as number) + v * (w[row + o] as number);
        }
      }
    });
  },
  gpu: sampledPointwiseForward,
};

const gradX: KernelBody<SampledPointwise> = {
  shape: inShape,
  cpu: (inputs, out, s) => {
    const { z, picks } = constantsOf(inputs);
    const [dy, w] = inputs as [Values, Values];
    const columns = columnsOf(s);
    eachSlot(s, picks, (slot) => {
      for (let p = 0; p < pixelsOf(s); p++) {
        const [to, from] = [slot.x(p), slot.y(p)];
        for (let i = 0; i < s.inChannels; i++) {
          const row = i * columns + slot.column;
          let sum = 0;
          for (let o = 0; o < s.outChannels; o++) sum += (dy[from + o] as number) * (w[row + o] as number);
          out[to + i] = (out[to + i] as number) + sum;
        }
      }
    });
    out.set(keepPositive(out, z));
  },
  gpu: sampledPointwiseGradX,
};

const gradW: KernelBody<SampledPointwise> = {
  shape: (s) => [1, 1, s.inChannels, columnsOf(s)],
  cpu: (inputs, out, s) => {
    const { z, picks } = constantsOf(inputs);
    const [x, dy] = inputs as [Values, Values];
    const [xs, columns, sums] = [keepPositive(x, z), columnsOf(s), new Float64Array(s.inChannels * s.outChannels)];
    eachSlot(s, picks, (slot) => {
      sums.fill(0);
      for (let p = 0; p < pixelsOf(s); p++) {
        const [from, at] = [slot.x(p), slot.y(p)];
        for (let i = 0; i < s.inChannels; i++) {
          const [v, row] = [xs[from + i] as number, i * s.outChannels];
          for (let o = 0; o < s.outChannels; o++)
            sums[row + o] = (sums[row + o] as number) + v * (dy[at + o] as number);
        }
      }
      for (const [k, sum] of sums.entries())
        out[Math.floor(k / s.outChannels) * columns + slot.column + (k % s.outChannels)] = sum;
    });
  },
  gpu: sampledPointwiseGradW,
};

const family = defineBilinear("SearchlightSampledPointwise", { forward, gradX, gradW });

/**
 * The picked 1×1 convolution of each edge.
 * @param x [edges, N, H, W, I]
 * @param filter [1, 1, I, operations·edges·O]
 * @param gate own, with consecutive primitives
 * @returns [edges, N, H, W, O], nothing where the pick is none of the operations
 */
export function sampledPointwise(x: Tensor, filter: Tensor, picks: Tensor, gate: Gate): Tensor {
  const [, batch = 0, outHeight = 0, outWidth = 0, inChannels = 0] = x.shape;
  const outChannels = (filter.shape[3] ?? 0) / (gate.ops.length * gate.rows.length);
  const s = { batch, outHeight, outWidth, inChannels, outChannels, shared: null, gate };
  return family.forward(x, filter, s, picks);
}

/**
 * The same of every second pixel of one picture that all edges read, from `offset` on: half of a factorized reduction.
 * @param x [N, H, W, I], H and W even
 * @returns [edges, N, H/2, W/2, O]
 */
export function sampledHalf(
  x: Tensor,
  filter: Tensor,
  picks: Tensor,
  o: { readonly gate: Gate; readonly offset: 0 | 1; readonly rectify: boolean },
): Tensor {
  const [batch = 0, height = 0, width = 0, inChannels = 0] = x.shape;
  const outChannels = (filter.shape[3] ?? 0) / (o.gate.ops.length * o.gate.rows.length);
  const shared = { height, width, stride: 2, offset: o.offset };
  const sides = { outHeight: height / 2, outWidth: width / 2 };
  const s = { batch, ...sides, inChannels, outChannels, shared, gate: o.gate };
  return o.rectify ? family.forwardRectified(x, filter, s, picks) : family.forward(x, filter, s, picks);
}
