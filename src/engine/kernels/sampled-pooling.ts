/** The two pools of one state for the edges that pick them: slot 0 the maximum, slot 1 the average; computed once for all. */
import { defineKernel, type KernelBody, type Values } from "../gpu/kernel";
import { vectorFor } from "../gpu/program";
import type { Tensor } from "../gpu/tensorflow";
import { custom } from "./batch-norm";
import { type Gate, gateCode, gateParams, usedSlots } from "./gate";
import {
  addToWindow,
  eachWindow,
  inputCoordinates,
  meanOf,
  outputCoordinates,
  params,
  placeOffsets,
  poolShape,
} from "./pooling";
import { inShape, outShape, type PoolShape, size } from "./pooling-shape";

interface SampledPools extends PoolShape {
  /** any, of two slots. */
  readonly gate: Gate;
}

const elements = (s: SampledPools, shape: readonly number[]) => {
  const vector = vectorFor(s.channels);
  return { params: { ...params(s, vector), ...gateParams(s.gate) }, vector, count: size(shape) / vector };
};
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
  gpu: ([x, picks], s, run) => {
    if (!x || !picks) throw new Error("SampledMaxPlaces needs x and picks.");
    return run({
      name: "SampledMaxPlaces",
      inputs: { x, picks },
      functions: gateCode(s.gate),
      body: `if (!used(0)) { return; }
        ${outputCoordinates}
        var best = x[((n * uniforms.h + y0) * uniforms.w + x0) * uniforms.c + c];
        var place = T(f32((y0 - top) * uniforms.k + x0 - left));
        for (var iy = y0; iy < y1; iy++) {
          for (var ix = x0; ix < x1; ix++) {
            let v = x[((n * uniforms.h + iy) * uniforms.w + ix) * uniforms.c + c];
            place = select(place, T(f32((iy - top) * uniforms.k + ix - left)), v > best);
            best = max(best, v);
          }
        }
        result[index] = place;`,
      shape: outShape(s),
      scalars: ["picks"],
      ...elements(s, outShape(s)),
    });
  },
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
  gpu: ([x, places, picks], s, run) => {
    if (!x || !places || !picks) throw new Error("SampledPools needs x, places and picks.");
    return run({
      name: "SampledPools",
      inputs: { x, places, picks },
      functions: gateCode(s.gate),
      body: `
        let wantMax = used(0);
        let wantAverage = used(1);
        if (!wantMax && !wantAverage) { return; }
        ${outputCoordinates}
        if (wantMax) {
          let place = places[index];
          var chosen = T(0.0);
          for (var iy = y0; iy < y1; iy++) {
            for (var ix = x0; ix < x1; ix++) {
              let v = x[((n * uniforms.h + iy) * uniforms.w + ix) * uniforms.c + c];
              chosen = select(chosen, v, place == T(f32((iy - top) * uniforms.k + ix - left)));
            }
          }
          result[index] = chosen;
        }
        if (wantAverage) {
          var sum = T(0.0);
          for (var iy = y0; iy < y1; iy++) {
            for (var ix = x0; ix < x1; ix++) { sum += x[((n * uniforms.h + iy) * uniforms.w + ix) * uniforms.c + c]; }
          }
          result[uniforms.count + index] = sum / f32((y1 - y0) * (x1 - x0));
        }`,
      shape: slotShape(s),
      scalars: ["picks"],
      ...elements(s, outShape(s)),
    });
  },
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
  gpu: ([dy, places, picks], s, run) => {
    if (!dy || !places || !picks) throw new Error("SampledPoolsAdjoint needs dy, places and picks.");
    return run({
      name: "SampledPoolsAdjoint",
      inputs: { dy, places, picks },
      functions: gateCode(s.gate),
      body: `
        ${inputCoordinates}
        var sum = T(0.0);
        // Loops, which are passed over where there is nothing to do.
        for (var oy = select(oy1 + 1, oy0, used(0)); oy <= oy1; oy++) {
          for (var ox = ox0; ox <= ox1; ox++) {
            let place = (iy - oy * uniforms.stride + uniforms.pad) * uniforms.k + ix - ox * uniforms.stride + uniforms.pad;
            let at = ((n * uniforms.oh + oy) * uniforms.ow + ox) * uniforms.c + c;
            sum += select(T(0.0), dy[at], places[at] == T(f32(place)));
          }
        }
        let second = uniforms.count / (uniforms.h * uniforms.w) * uniforms.oh * uniforms.ow;
        for (var oy = select(oy1 + 1, oy0, used(1)); oy <= oy1; oy++) {
          let top = oy * uniforms.stride - uniforms.pad;
          let rows = min(top + uniforms.k, uniforms.h) - max(top, 0);
          for (var ox = ox0; ox <= ox1; ox++) {
            let left = ox * uniforms.stride - uniforms.pad;
            let columns = min(left + uniforms.k, uniforms.w) - max(left, 0);
            sum += dy[second + ((n * uniforms.oh + oy) * uniforms.ow + ox) * uniforms.c + c] / f32(rows * columns);
          }
        }
        result[index] = sum;`,
      shape: inShape(s),
      scalars: ["picks"],
      ...elements(s, inShape(s)),
    });
  },
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
 * @param gate any, of the two pools' primitives
 */
export function sampledPools(x: Tensor, picks: Tensor, stride: number, gate: Gate): Tensor {
  const s = { ...poolShape(x, 3, stride, 1), gate };
  return poolsAt(x, [placesKernel([x, picks], s), picks], s);
}
