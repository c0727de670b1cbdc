/** Pools as in PyTorch: average over the pixels inside the picture; the maximum is the first one in row-major order. */
import { defineKernel, defineLinearPair, type GpuBody, type KernelBody } from "../gpu/kernel";
import { vectorFor } from "../gpu/program";
import { type Tensor, tf } from "../gpu/tensorflow";
import { outputSide } from "./depthwise";
import { arrange } from "./mix";
import { inShape, outShape, type PoolShape, pairShape, size } from "./pooling-shape";
import { fitsStrips, stripsPair, stripsPairAdjoint } from "./pooling-strips";

/** Strips where they fit, else the fine way, which is a variant of theirs. */
const ways = (
  strips: GpuBody<PoolShape>,
  fine: GpuBody<PoolShape>,
): Pick<KernelBody<PoolShape>, "gpu" | "variants"> => ({
  gpu: (inputs, s, run) => (fitsStrips(s) ? strips : fine)(inputs, s, run),
  variants: [{ name: "fine", fits: fitsStrips, gpu: fine }],
});

/** Additions and comparisons of all windows. */
const operations = (s: PoolShape) => 2 * size(outShape(s)) * s.kernel ** 2;
const params = (s: PoolShape, vector = 1) => ({
  h: s.height,
  w: s.width,
  c: s.channels / vector,
  oh: s.outHeight,
  ow: s.outWidth,
  k: s.kernel,
  stride: s.stride,
  pad: s.pad,
});

/** The part of an output pixel's window that lies inside the picture, on the CPU; all places are first channels. */
export interface Window {
  out: number;
  first: number;
  rows: number;
  columns: number;
  /** Where the whole window would begin, and which of its places comes first inside. */
  corner: number;
  place: number;
}

/** Calls visit for each output pixel, with one window that changes. */
export function eachWindow(s: PoolShape, visit: (window: Window) => void): void {
  const window: Window = { out: 0, first: 0, rows: 0, columns: 0, corner: 0, place: 0 };
  for (let n = 0; n < s.batch; n++)
    for (let oy = 0; oy < s.outHeight; oy++) {
      const top = oy * s.stride - s.pad;
      const y0 = Math.max(top, 0);
      window.rows = Math.min(top + s.kernel, s.height) - y0;
      for (let ox = 0; ox < s.outWidth; ox++) {
        const left = ox * s.stride - s.pad;
        const x0 = Math.max(left, 0);
        window.columns = Math.min(left + s.kernel, s.width) - x0;
        window.first = ((n * s.height + y0) * s.width + x0) * s.channels;
        window.corner = ((n * s.height + top) * s.width + left) * s.channels;
        window.place = (y0 - top) * s.kernel + x0 - left;
        window.out = ((n * s.outHeight + oy) * s.outWidth + ox) * s.channels;
        visit(window);
      }
    }
}

/** How far each place of a window is from its corner. */
export function placeOffsets(s: PoolShape): Int32Array {
  return Int32Array.from({ length: s.kernel ** 2 }, (_, place) => {
    return (Math.floor(place / s.kernel) * s.width + (place % s.kernel)) * s.channels;
  });
}

/** Mean of channel c over a window. */
export function meanOf(xs: Float32Array, s: PoolShape, { first, rows, columns }: Window, c: number): number {
  let sum = 0;
  for (let r = 0, row = first + c; r < rows; r++, row += s.width * s.channels)
    for (let q = 0, i = row; q < columns; q++, i += s.channels) sum += xs[i] as number;
  return sum / (rows * columns);
}

/** Adds a value to channel c of all pixels of a window. */
export function addToWindow(
  sums: Float64Array,
  s: PoolShape,
  { first, rows, columns }: Window,
  c: number,
  value: number,
): void {
  for (let r = 0, row = first + c; r < rows; r++, row += s.width * s.channels)
    for (let q = 0, i = row; q < columns; q++, i += s.channels) sums[i] = (sums[i] as number) + value;
}

const outputCoordinates = `
  let c = index % uniforms.c;
  let ox = (index / uniforms.c) % uniforms.ow;
  let oy = (index / (uniforms.c * uniforms.ow)) % uniforms.oh;
  let n = index / (uniforms.c * uniforms.ow * uniforms.oh);
  let top = oy * uniforms.stride - uniforms.pad;
  let left = ox * uniforms.stride - uniforms.pad;
  let y0 = max(top, 0);
  let x0 = max(left, 0);
  let y1 = min(top + uniforms.k, uniforms.h);
  let x1 = min(left + uniforms.k, uniforms.w);`;

const inputCoordinates = `
  let c = index % uniforms.c;
  let ix = (index / uniforms.c) % uniforms.w;
  let iy = (index / (uniforms.c * uniforms.w)) % uniforms.h;
  let n = index / (uniforms.c * uniforms.w * uniforms.h);
  let oy0 = max(0, (iy + uniforms.pad - uniforms.k + uniforms.stride) / uniforms.stride);
  let ox0 = max(0, (ix + uniforms.pad - uniforms.k + uniforms.stride) / uniforms.stride);
  let oy1 = min(uniforms.oh - 1, (iy + uniforms.pad) / uniforms.stride);
  let ox1 = min(uniforms.ow - 1, (ix + uniforms.pad) / uniforms.stride);`;

const average = defineLinearPair<PoolShape>(
  "SearchlightAveragePool",
  {
    shape: outShape,
    cpu: ([x], out, s) => {
      const xs = x as Float32Array;
      eachWindow(s, (window) => {
        for (let c = 0; c < s.channels; c++) out[window.out + c] = meanOf(xs, s, window, c);
      });
    },
    gpu: ([x], s, run) => {
      if (!x) throw new Error("AveragePool needs x.");
      return run({
        name: "AveragePool",
        inputs: { x },
        params: params(s, vectorFor(s.channels)),
        body: `${outputCoordinates}
          var sum = T(0.0);
          for (var iy = y0; iy < y1; iy++) {
            for (var ix = x0; ix < x1; ix++) { sum += x[((n * uniforms.h + iy) * uniforms.w + ix) * uniforms.c + c]; }
          }
          result[index] = sum / f32((y1 - y0) * (x1 - x0));`,
        count: size(outShape(s)) / vectorFor(s.channels),
        shape: outShape(s),
        vector: vectorFor(s.channels),
      });
    },
  },
  {
    shape: inShape,
    cpu: ([dy], out, s) => {
      const [ds, sums] = [dy as Float32Array, new Float64Array(out.length)];
      eachWindow(s, (window) => {
        const pixels = window.rows * window.columns;
        for (let c = 0; c < s.channels; c++) addToWindow(sums, s, window, c, (ds[window.out + c] as number) / pixels);
      });
      out.set(sums);
    },
    gpu: ([dy], s, run) => {
      if (!dy) throw new Error("AveragePoolAdjoint needs dy.");
      return run({
        name: "AveragePoolAdjoint",
        inputs: { dy },
        params: params(s, vectorFor(s.channels)),
        body: `${inputCoordinates}
          var sum = T(0.0);
          for (var oy = oy0; oy <= oy1; oy++) {
            let top = oy * uniforms.stride - uniforms.pad;
            let rows = min(top + uniforms.k, uniforms.h) - max(top, 0);
            for (var ox = ox0; ox <= ox1; ox++) {
              let left = ox * uniforms.stride - uniforms.pad;
              let columns = min(left + uniforms.k, uniforms.w) - max(left, 0);
              sum += dy[((n * uniforms.oh + oy) * uniforms.ow + ox) * uniforms.c + c] / f32(rows * columns);
            }
          }
          result[index] = sum;`,
        count: size(inShape(s)) / vectorFor(s.channels),
        shape: inShape(s),
        vector: vectorFor(s.channels),
      });
    },
  },
);

/** Place in its window, row-major from 0, of each output's first maximum. */
const argmax = defineKernel<PoolShape>("SearchlightMaxPoolArgmax", {
  shape: outShape,
  cpu: ([x], out, s) => {
    const xs = x as Float32Array;
    eachWindow(s, ({ out: o, first, rows, columns, place }) => {
      for (let c = 0; c < s.channels; c++) {
        let [best, at] = [xs[first + c] as number, place];
        for (let r = 0, row = first + c; r < rows; r++, row += s.width * s.channels)
          for (let q = 0, i = row; q < columns; q++, i += s.channels) {
            const v = xs[i] as number;
            if (v > best) {
              best = v;
              at = place + r * s.kernel + q;
            }
          }
        out[o + c] = at;
      }
    });
  },
  gpu: ([x], s, run) => {
    if (!x) throw new Error("MaxPoolArgmax needs x.");
    return run({
      name: "MaxPoolArgmax",
      inputs: { x },
      params: params(s, vectorFor(s.channels)),
      body: `${outputCoordinates}
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
      count: size(outShape(s)) / vectorFor(s.channels),
      shape: outShape(s),
      vector: vectorFor(s.channels),
    });
  },
});

/** Input values at the places picked, then averages. Inputs: x, places. */
const pairBody: KernelBody<PoolShape> = {
  operations,
  shape: pairShape,
  cpu: ([x, picked], out, s) => {
    const [xs, places, offsets] = [x as Float32Array, picked as Float32Array, placeOffsets(s)];
    eachWindow(s, (window) => {
      const { out: o, corner } = window;
      for (let c = 0; c < s.channels; c++) {
        out[2 * o + c] = xs[corner + (offsets[places[o + c] as number] as number) + c] as number;
        out[2 * o + s.channels + c] = meanOf(xs, s, window, c);
      }
    });
  },
  ...ways(stripsPair, ([x, picked], s, run) => {
    if (!x || !picked) throw new Error("PoolPair needs x and picked.");
    return run({
      name: "PoolPair",
      inputs: { x, picked },
      params: params(s, vectorFor(s.channels)),
      body: `${outputCoordinates}
        let place = picked[index];
        var chosen = T(0.0);
        var sum = T(0.0);
        for (var iy = y0; iy < y1; iy++) {
          for (var ix = x0; ix < x1; ix++) {
            let v = x[((n * uniforms.h + iy) * uniforms.w + ix) * uniforms.c + c];
            sum += v;
            chosen = select(chosen, v, place == T(f32((iy - top) * uniforms.k + ix - left)));
          }
        }
        let o = 2 * (index - c) + c;
        result[o] = chosen;
        result[o + uniforms.c] = sum / f32((y1 - y0) * (x1 - x0));`,
      count: size(outShape(s)) / vectorFor(s.channels),
      shape: pairShape(s),
      vector: vectorFor(s.channels),
    });
  }),
};

/** Adjoint of the pair at fixed places. Inputs: dy, places. */
const pairAdjointBody: KernelBody<PoolShape> = {
  operations,
  shape: inShape,
  cpu: ([dy, picked], out, s) => {
    const [ds, places, offsets] = [dy as Float32Array, picked as Float32Array, placeOffsets(s)];
    const sums = new Float64Array(out.length);
    eachWindow(s, (window) => {
      const { out: o, corner } = window;
      const pixels = window.rows * window.columns;
      for (let c = 0; c < s.channels; c++) {
        const at = corner + (offsets[places[o + c] as number] as number) + c;
        sums[at] = (sums[at] as number) + (ds[2 * o + c] as number);
        addToWindow(sums, s, window, c, (ds[2 * o + s.channels + c] as number) / pixels);
      }
    });
    out.set(sums);
  },
  ...ways(stripsPairAdjoint, ([dy, picked], s, run) => {
    if (!dy || !picked) throw new Error("PoolPairAdjoint needs dy and picked.");
    return run({
      name: "PoolPairAdjoint",
      inputs: { dy, picked },
      params: params(s, vectorFor(s.channels)),
      body: `${inputCoordinates}
        var sum = T(0.0);
        for (var oy = oy0; oy <= oy1; oy++) {
          let top = oy * uniforms.stride - uniforms.pad;
          let rows = min(top + uniforms.k, uniforms.h) - max(top, 0);
          for (var ox = ox0; ox <= ox1; ox++) {
            let left = ox * uniforms.stride - uniforms.pad;
            let columns = min(left + uniforms.k, uniforms.w) - max(left, 0);
            let pixel = ((n * uniforms.oh + oy) * uniforms.ow + ox) * uniforms.c;
            let chosen = picked[pixel + c] == T(f32((iy - top) * uniforms.k + ix - left));
            sum += select(T(0.0), dy[2 * pixel + c], chosen);
            sum += dy[2 * pixel + uniforms.c + c] / f32(rows * columns);
          }
        }
        result[index] = sum;`,
      count: size(inShape(s)) / vectorFor(s.channels),
      shape: inShape(s),
      vector: vectorFor(s.channels),
    });
  }),
};

const pairKernel = defineKernel<PoolShape>("SearchlightPoolPair", pairBody);
const pairAdjointKernel = defineKernel<PoolShape>("SearchlightPoolPairAdjoint", pairAdjointBody);

/** The places are constants of the differentiation: the pair and its adjoint are linear and each other's gradient. */
function pairAt(x: Tensor, picked: Tensor, s: PoolShape): Tensor {
  return tf.customGrad((...args) => {
    const [value, save] = args as [Tensor, tf.GradSaveFunc];
    save([picked]);
    return {
      value: pairKernel([value, picked], s),
      gradFunc: (dy: Tensor, [p]: Tensor[]) => pairAdjointAt(dy, p as Tensor, s),
    };
  })(x);
}

function pairAdjointAt(dy: Tensor, picked: Tensor, s: PoolShape): Tensor {
  return tf.customGrad((...args) => {
    const [value, save] = args as [Tensor, tf.GradSaveFunc];
    save([picked]);
    return {
      value: pairAdjointKernel([value, picked], s),
      gradFunc: (g: Tensor, [p]: Tensor[]) => pairAt(g, p as Tensor, s),
    };
  })(dy);
}

export function poolShape(x: Tensor, kernel: number, stride: number, pad: number): PoolShape {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  return {
    batch,
    height,
    width,
    channels,
    kernel,
    stride,
    pad,
    outHeight: outputSide(height, kernel, stride, pad),
    outWidth: outputSide(width, kernel, stride, pad),
  };
}

/** Average pool, divided by the number of pixels inside the picture. @param x [N, H, W, C] */
export function averagePool(x: Tensor, kernel: number, stride: number, pad: number): Tensor {
  return average.forward(x, poolShape(x, kernel, stride, pad));
}

/**
 * Max pool and average pool, as two blocks of channels: [N, H, W, C] → [N, H', W', 2·C]. Padding never wins; ties go to
 * the first maximum.
 */
export function poolPair(x: Tensor, kernel: number, stride: number, pad: number): Tensor {
  const s = poolShape(x, kernel, stride, pad);
  return pairAt(x, argmax([x], s), s);
}

/** The max pool alone. @param x [N, H, W, C] */
export function maxPool(x: Tensor, kernel: number, stride: number, pad: number): Tensor {
  const move = { input: 0, from: 0, to: 0 };
  return arrange([poolPair(x, kernel, stride, pad)], [move], { channels: x.shape[3] ?? 0, outBlocks: 1 });
}
