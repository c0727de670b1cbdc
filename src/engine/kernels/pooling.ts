/** Pools as in PyTorch: average over the pixels inside the picture; the maximum is the first one in row-major order. */
import { defineKernel, defineLinearPair, type KernelBody, type Values } from "../gpu/kernel";
import { vectorFor } from "../gpu/program";
import { type Tensor, tf } from "../gpu/tensorflow";
import { outputSide } from "./depthwise";

export interface PoolShape {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly kernel: number;
  readonly stride: number;
  readonly pad: number;
  readonly outHeight: number;
  readonly outWidth: number;
}

const inShape = (s: PoolShape) => [s.batch, s.height, s.width, s.channels];
const outShape = (s: PoolShape) => [s.batch, s.outHeight, s.outWidth, s.channels];
const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
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

/** Calls visit(outBase, window) for each output pixel; `window` lists the input pixels inside, each as its first index. */
function eachWindow(s: PoolShape, visit: (out: number, window: readonly number[]) => void): void {
  for (let n = 0; n < s.batch; n++)
    for (let oy = 0; oy < s.outHeight; oy++)
      for (let ox = 0; ox < s.outWidth; ox++) {
        const window: number[] = [];
        for (let iy = oy * s.stride - s.pad; iy < oy * s.stride - s.pad + s.kernel; iy++)
          for (let ix = ox * s.stride - s.pad; ix < ox * s.stride - s.pad + s.kernel; ix++)
            if (iy >= 0 && iy < s.height && ix >= 0 && ix < s.width)
              window.push(((n * s.height + iy) * s.width + ix) * s.channels);
        visit(((n * s.outHeight + oy) * s.outWidth + ox) * s.channels, window);
      }
}

const outputCoordinates = `
  let c = index % uniforms.c;
  let ox = (index / uniforms.c) % uniforms.ow;
  let oy = (index / (uniforms.c * uniforms.ow)) % uniforms.oh;
  let n = index / (uniforms.c * uniforms.ow * uniforms.oh);
  let y0 = max(oy * uniforms.stride - uniforms.pad, 0);
  let x0 = max(ox * uniforms.stride - uniforms.pad, 0);
  let y1 = min(oy * uniforms.stride - uniforms.pad + uniforms.k, uniforms.h);
  let x1 = min(ox * uniforms.stride - uniforms.pad + uniforms.k, uniforms.w);`;

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
    cpu: ([x], out, s) =>
      eachWindow(s, (o, window) => {
        for (let c = 0; c < s.channels; c++) {
          let sum = 0;
          for (const i of window) sum += (x as Values)[i + c] as number;
          out[o + c] = sum / window.length;
        }
      }),
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
    cpu: ([dy], out, s) =>
      eachWindow(s, (o, window) => {
        for (let c = 0; c < s.channels; c++) {
          const share = ((dy as Values)[o + c] as number) / window.length;
          for (const i of window) out[i + c] = (out[i + c] as number) + share;
        }
      }),
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

/** Index into the input, for each output, of its first maximum. */
const argmax = defineKernel<PoolShape>("SearchlightMaxPoolArgmax", {
  dtype: "int32",
  shape: outShape,
  cpu: ([x], out, s) =>
    eachWindow(s, (o, window) => {
      for (let c = 0; c < s.channels; c++) {
        let best = (window[0] as number) + c;
        for (const i of window) if (((x as Values)[i + c] as number) > ((x as Values)[best] as number)) best = i + c;
        out[o + c] = best;
      }
    }),
  gpu: ([x], s, run) => {
    if (!x) throw new Error("MaxPoolArgmax needs x.");
    return run({
      name: "MaxPoolArgmax",
      inputs: { x },
      params: params(s),
      body: `${outputCoordinates}
        var best = ((n * uniforms.h + y0) * uniforms.w + x0) * uniforms.c + c;
        for (var iy = y0; iy < y1; iy++) {
          for (var ix = x0; ix < x1; ix++) {
            let i = ((n * uniforms.h + iy) * uniforms.w + ix) * uniforms.c + c;
            if (x[i] > x[best]) { best = i; }
          }
        }
        result[index] = best;`,
      count: size(outShape(s)),
      shape: outShape(s),
      dtype: "int32",
    });
  },
});

const gatherBody: KernelBody<PoolShape> = {
  shape: outShape,
  cpu: ([x, picked], out) => {
    for (let o = 0; o < out.length; o++) out[o] = (x as Values)[(picked as Values)[o] as number] as number;
  },
  gpu: ([x, picked], s, run) => {
    if (!x || !picked) throw new Error("MaxPoolGather needs x and picked.");
    return run({
      name: "MaxPoolGather",
      inputs: { x, picked },
      params: {},
      body: "result[index] = x[picked[index]];",
      count: size(outShape(s)),
      shape: outShape(s),
    });
  },
};

const scatterBody: KernelBody<PoolShape> = {
  shape: inShape,
  cpu: ([dy, picked], out) => {
    for (let o = 0; o < (dy as Values).length; o++) {
      const i = (picked as Values)[o] as number;
      out[i] = (out[i] as number) + ((dy as Values)[o] as number);
    }
  },
  gpu: ([dy, picked], s, run) => {
    if (!dy || !picked) throw new Error("MaxPoolScatter needs dy and picked.");
    return run({
      name: "MaxPoolScatter",
      inputs: { dy, picked },
      params: params(s),
      body: `${inputCoordinates}
        var sum = 0.0;
        for (var oy = oy0; oy <= oy1; oy++) {
          for (var ox = ox0; ox <= ox1; ox++) {
            let o = ((n * uniforms.oh + oy) * uniforms.ow + ox) * uniforms.c + c;
            if (picked[o] == index) { sum += dy[o]; }
          }
        }
        result[index] = sum;`,
      count: size(inShape(s)),
      shape: inShape(s),
    });
  },
};

const gather = defineKernel<PoolShape>("SearchlightMaxPoolGather", gatherBody);
const scatter = defineKernel<PoolShape>("SearchlightMaxPoolScatter", scatterBody);

/** Gather and scatter with fixed indices are adjoint; the indices are constants of the differentiation. */
function gatherAt(x: Tensor, picked: Tensor, s: PoolShape): Tensor {
  return tf.customGrad((...args) => {
    const [value, save] = args as [Tensor, tf.GradSaveFunc];
    save([picked]);
    return {
      value: gather([value, picked], s),
      gradFunc: (dy: Tensor, [p]: Tensor[]) => scatterAt(dy, p as Tensor, s),
    };
  })(x);
}

function scatterAt(dy: Tensor, picked: Tensor, s: PoolShape): Tensor {
  return tf.customGrad((...args) => {
    const [value, save] = args as [Tensor, tf.GradSaveFunc];
    save([picked]);
    return { value: scatter([value, picked], s), gradFunc: (g: Tensor, [p]: Tensor[]) => gatherAt(g, p as Tensor, s) };
  })(dy);
}

function poolShape(x: Tensor, kernel: number, stride: number, pad: number): PoolShape {
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

/** Max pool; padding never wins; ties go to the first maximum. @param x [N, H, W, C] */
export function maxPool(x: Tensor, kernel: number, stride: number, pad: number): Tensor {
  const s = poolShape(x, kernel, stride, pad);
  return tf.customGrad((...args) => {
    const [value, save] = args as [Tensor, tf.GradSaveFunc];
    const picked = argmax([value], s);
    save([picked]);
    return {
      value: gather([value, picked], s),
      gradFunc: (dy: Tensor, [p]: Tensor[]) => scatterAt(dy, p as Tensor, s),
    };
  })(x);
}
