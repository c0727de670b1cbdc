/** The two pools of one state for the edges that pick them: slot 0 the maximum, slot 1 the average; computed once for all. */
import { defineKernel, type GpuBody, type KernelBody, type Values } from "../gpu/kernel";
import type { Tensor } from "../gpu/tensorflow";
import { custom } from "./batch-norm";
import { type Gate, usedSlots } from "./gate";
import { addToWindow, eachWindow, meanOf, placeOffsets, poolShape } from "./pooling";
import { inShape, outShape, size } from "./pooling-shape";
import { stridedAdjoint, stridedPlaces, stridedPools } from "./sampled-pooling-strided";
import { type SampledPools, stripsAdjoint, stripsPlaces, stripsPools } from "./sampled-pooling-strips";

/** An edge's stride is 1 or 2. */
const byStride =
  (one: GpuBody<SampledPools>, two: GpuBody<SampledPools>): GpuBody<SampledPools> =>
  (inputs, s, run) =>
    (s.stride === 1 ? one : two)(inputs, s, run);

const used = (s: SampledPools, picks: Values | undefined) => usedSlots(s.gate, picks as Values) as [boolean, boolean];

/** Place in its window of each output's first maximum, where the maximum is picked. Inputs: x, picks. */
const placesKernel = defineKernel<SampledPools>("SearchlightSampledMaxPlaces", {
  shape: outShape,
  cpu: ([x, picks], out, s) => {
    if (!used(s, picks)[0]) return;
    const xs = x as Values;
    eachWindow(s, ({ out: o, first, rows, columns, place }) => {
      for (let c = 0; c < s.channels; c++) {
        let best = Number.NEGATIVE_INFINITY;
        for (let r = 0; r < rows; r++)
          for (let q = 0; q < columns; q++) {
            const v = xs[first + (r * s.width + q) * s.channels + c] as number;
            if (v <= best) continue;
            best = v;
            out[o + c] = place + r * s.kernel + q;
          }
      }
    });
  },
  gpu: byStride(stripsPlaces, stridedPlaces),
});

const slotShape = (s: SampledPools) => [2, ...outShape(s)];

/** Inputs: x, places, picks. */
const poolsBody: KernelBody<SampledPools> = {
  shape: slotShape,
  cpu: ([x, places, picks], out, s) => {
    const [max, average] = used(s, picks);
    const [xs, ps, offsets, second] = [x as Float32Array, places as Values, placeOffsets(s), size(outShape(s))];
    if (!max && !average) return;
    eachWindow(s, (window) => {
      const { out: o, corner } = window;
      for (let c = 0; c < s.channels; c++) {
        if (max) out[o + c] = xs[corner + (offsets[ps[o + c] as number] as number) + c] as number;
        if (average) out[second + o + c] = meanOf(xs, s, window, c);
      }
    });
  },
  gpu: byStride(stripsPools, stridedPools),
};

/** Adjoint of the pools at fixed places. Inputs: dy, places, picks. */
const adjointBody: KernelBody<SampledPools> = {
  shape: inShape,
  cpu: ([dy, places, picks], out, s) => {
    const [max, average] = used(s, picks);
    const [ds, ps, offsets, second] = [dy as Values, places as Values, placeOffsets(s), size(outShape(s))];
    const sums = new Float64Array(out.length);
    if (!max && !average) return;
    eachWindow(s, (window) => {
      const { out: o, corner } = window;
      for (let c = 0; c < s.channels; c++) {
        if (max) {
          const at = corner + (offsets[ps[o + c] as number] as number) + c;
          sums[at] = (sums[at] as number) + (ds[o + c] as number);
        }
        const share = (ds[second + o + c] as number) / (window.rows * window.columns);
        if (average) addToWindow(sums, s, window, c, share);
      }
    });
    out.set(sums);
  },
  gpu: byStride(stripsAdjoint, stridedAdjoint),
};

const poolsKernel = defineKernel<SampledPools>("SearchlightSampledPools", poolsBody);
const adjointKernel = defineKernel<SampledPools>("SearchlightSampledPoolsAdjoint", adjointBody);

/** The places are constants of the differentiation: the pools and their adjoint are linear and each other's gradient. */
function poolsAt(x: Tensor, constants: readonly Tensor[], s: SampledPools): Tensor {
  return custom(
    [x],
    constants,
    (all) => poolsKernel(all, s),
    (dy, [, ...saved]) => [adjointAt(dy, saved, s)],
  );
}

function adjointAt(dy: Tensor, constants: readonly Tensor[], s: SampledPools): Tensor {
  return custom(
    [dy],
    constants,
    (all) => adjointKernel(all, s),
    (g, [, ...saved]) => [poolsAt(g, saved, s)],
  );
}

/**
 * 3×3 max pool and average pool as two slots, [N, H, W, C] → [2, N, H', W', C]; nothing where no edge picks one.
 * @param stride 1 or 2
 * @param gate any, of the two pools' primitives
 */
export function sampledPools(x: Tensor, picks: Tensor, stride: number, gate: Gate): Tensor {
  const s = { ...poolShape(x, 3, stride, 1), gate };
  return poolsAt(x, [placesKernel([x, picks], s), picks], s);
}
