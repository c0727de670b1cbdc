/** Dense and grouped convolution with explicit padding, which may be negative (to start inside the picture). */
import { defineBilinear, type KernelBody, type Values } from "../gpu/kernel";
import { vectorFor } from "../gpu/program";
import type { Tensor } from "../gpu/tensorflow";
import { outputSide } from "./depthwise";
import { chunkCount, sumChunks } from "./reduce";

export interface ConvolutionShape {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly groups: number;
  /** Input and output channels of one group. */
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernel: number;
  readonly stride: number;
  readonly pad: number;
  readonly outHeight: number;
  readonly outWidth: number;
}

/** WGSL parameters; channels in elements of the vectors they are read in. */
const params = (s: ConvolutionShape, inVector: number, outVector: number) => ({
  h: s.height,
  w: s.width,
  g: s.groups,
  ic: s.inChannels / inVector,
  oc: s.outChannels / outVector,
  oh: s.outHeight,
  ow: s.outWidth,
  stride: s.stride,
  pad: s.pad,
});

const LANES = ["x", "y", "z", "w"] as const;

interface Row {
  /** First index into x, filter and y of the group's channels at the row's first pixel. */
  x: number;
  w: number;
  y: number;
  pixels: number;
  /** Steps from one pixel to the next, and from one input channel of the filter to the next. */
  readonly xStep: number;
  readonly yStep: number;
  readonly wStep: number;
}

/** Calls visit for each (tap, output row, group): all pixels of the row for which the tap falls inside. */
function eachRow(s: ConvolutionShape, visit: (row: Row) => void): void {
  const [inAll, outAll] = [s.groups * s.inChannels, s.groups * s.outChannels];
  const row: Row = { x: 0, w: 0, y: 0, pixels: 0, xStep: s.stride * inAll, yStep: outAll, wStep: outAll };
  const inside = (k: number, side: number, outSide: number): [number, number] => [
    Math.max(0, Math.ceil((s.pad - k) / s.stride)),
    Math.min(outSide, Math.floor((side - 1 + s.pad - k) / s.stride) + 1),
  ];
  for (let ky = 0; ky < s.kernel; ky++) {
    const [top, bottom] = inside(ky, s.height, s.outHeight);
    for (let kx = 0; kx < s.kernel; kx++) {
      const [left, right] = inside(kx, s.width, s.outWidth);
      row.pixels = right - left;
      const w = (ky * s.kernel + kx) * s.inChannels * outAll;
      for (let n = 0; n < s.batch; n++)
        for (let oy = top; oy < bottom; oy++) {
          const x = ((n * s.height + oy * s.stride - s.pad + ky) * s.width + left * s.stride - s.pad + kx) * inAll;
          const y = ((n * s.outHeight + oy) * s.outWidth + left) * outAll;
          for (let g = 0; g < s.groups; g++) {
            row.x = x + g * s.inChannels;
            row.w = w + g * s.outChannels;
            row.y = y + g * s.outChannels;
            visit(row);
          }
        }
    }
  }
}

const forward: KernelBody<ConvolutionShape> = {
  shape: (s) => [s.batch, s.outHeight, s.outWidth, s.groups * s.outChannels],
  cpu: ([x, w], out, s) => {
    const [xs, ws] = [x as Values, w as Values];
    const { inChannels, outChannels } = s;
    eachRow(s, ({ x: x0, w: w0, y: y0, pixels, xStep, yStep, wStep }) => {
      for (let p = 0, xi = x0, yi = y0; p < pixels; p++, xi += xStep, yi += yStep)
        for (let o = 0; o < outChannels; o++) {
          let sum = out[yi + o] as number;
          for (let i = 0, wi = w0 + o; i < inChannels; i++, wi += wStep)
            sum += (xs[xi + i] as number) * (ws[wi] as number);
          out[yi + o] = sum;
        }
    });
  },
  gpu: ([x, w], s, run) => {
    if (!x || !w) throw new Error("Convolution needs x and w.");
    const vector = vectorFor(s.outChannels);
    const wideInput = vector === 4 && vectorFor(s.inChannels) === 4;
    const products = wideInput
      ? LANES.map((lane, j) => `sum += v.${lane} * w[f + ${j} * all];`).join(" ")
      : "sum += v * w[f];";
    return run({
      name: "Convolution",
      variant: `${s.kernel}_${wideInput}`,
      inputs: { x, w },
      params: params(s, wideInput ? 4 : 1, vector),
      body: `
        let all = uniforms.g * uniforms.oc;
        let o = index % all;
        let pixel = index / all;
        let ox = pixel % uniforms.ow;
        let oy = (pixel / uniforms.ow) % uniforms.oh;
        let n = pixel / (uniforms.ow * uniforms.oh);
        let xg = (o / uniforms.oc) * uniforms.ic;
        var sum = T(0.0);
        for (var ky = 0; ky < ${s.kernel}; ky++) {
          let iy = oy * uniforms.stride - uniforms.pad + ky;
          if (iy < 0 || iy >= uniforms.h) { continue; }
          for (var kx = 0; kx < ${s.kernel}; kx++) {
            let ix = ox * uniforms.stride - uniforms.pad + kx;
            if (ix < 0 || ix >= uniforms.w) { continue; }
            let xi = ((n * uniforms.h + iy) * uniforms.w + ix) * uniforms.g * uniforms.ic + xg;
            var f = (ky * ${s.kernel} + kx) * uniforms.ic * ${wideInput ? 4 : 1} * all + o;
            for (var i = 0; i < uniforms.ic; i++) {
              let v = x[xi + i];
              ${products}
              f += ${wideInput ? 4 : 1} * all;
            }
          }
        }
        result[index] = sum;`,
      count: (s.batch * s.outHeight * s.outWidth * s.groups * s.outChannels) / vector,
      shape: forward.shape(s),
      vector,
      scalars: wideInput ? [] : ["x"],
    });
  },
};

const gradX: KernelBody<ConvolutionShape> = {
  shape: (s) => [s.batch, s.height, s.width, s.groups * s.inChannels],
  cpu: ([dy, w], out, s) => {
    const [ds, ws] = [dy as Values, w as Values];
    const { inChannels, outChannels } = s;
    eachRow(s, ({ x: x0, w: w0, y: y0, pixels, xStep, yStep, wStep }) => {
      for (let p = 0, xi = x0, yi = y0; p < pixels; p++, xi += xStep, yi += yStep)
        for (let i = 0, wi = w0; i < inChannels; i++, wi += wStep) {
          let sum = out[xi + i] as number;
          for (let o = 0; o < outChannels; o++) sum += (ds[yi + o] as number) * (ws[wi + o] as number);
          out[xi + i] = sum;
        }
    });
  },
  gpu: ([dy, w], s, run) => {
    if (!dy || !w) throw new Error("ConvolutionGradX needs dy and w.");
    const vector = vectorFor(s.inChannels, s.outChannels);
    const products =
      vector === 4 ? LANES.map((lane, j) => `sum.${lane} += dot(v, w[f + ${j} * all]);`).join(" ") : "sum += v * w[f];";
    return run({
      name: "ConvolutionGradX",
      variant: `${s.kernel}`,
      inputs: { dy, w },
      params: params(s, vector, vector),
      body: `
        let all = uniforms.g * uniforms.oc;
        let inAll = uniforms.g * uniforms.ic;
        let channel = index % inAll;
        let pixel = index / inAll;
        let ix = pixel % uniforms.w;
        let iy = (pixel / uniforms.w) % uniforms.h;
        let n = pixel / (uniforms.w * uniforms.h);
        let yg = (channel / uniforms.ic) * uniforms.oc;
        let i = channel % uniforms.ic;
        var sum = T(0.0);
        for (var ky = 0; ky < ${s.kernel}; ky++) {
          let ty = iy + uniforms.pad - ky;
          let oy = ty / uniforms.stride;
          if (ty < 0 || oy * uniforms.stride != ty || oy >= uniforms.oh) { continue; }
          for (var kx = 0; kx < ${s.kernel}; kx++) {
            let tx = ix + uniforms.pad - kx;
            let ox = tx / uniforms.stride;
            if (tx < 0 || ox * uniforms.stride != tx || ox >= uniforms.ow) { continue; }
            let yi = ((n * uniforms.oh + oy) * uniforms.ow + ox) * all + yg;
            let wi = ((ky * ${s.kernel} + kx) * uniforms.ic + i) * ${vector} * all + yg;
            for (var o = 0; o < uniforms.oc; o++) {
              let v = dy[yi + o];
              let f = wi + o;
              ${products}
            }
          }
        }
        result[index] = sum;`,
      count: (s.batch * s.height * s.width * s.groups * s.inChannels) / vector,
      shape: gradX.shape(s),
      vector,
    });
  },
};

const gradW: KernelBody<ConvolutionShape> = {
  shape: (s) => [s.kernel, s.kernel, s.inChannels, s.groups * s.outChannels],
  cpu: ([x, dy], out, s) => {
    const [xs, ds] = [x as Values, dy as Values];
    const { inChannels, outChannels } = s;
    const sums = new Float64Array(out.length);
    eachRow(s, ({ x: x0, w: w0, y: y0, pixels, xStep, yStep, wStep }) => {
      for (let i = 0, wi = w0; i < inChannels; i++, wi += wStep)
        for (let o = 0; o < outChannels; o++) {
          let sum = 0;
          for (let p = 0, xi = x0 + i, yi = y0 + o; p < pixels; p++, xi += xStep, yi += yStep)
            sum += (xs[xi] as number) * (ds[yi] as number);
          sums[wi + o] = (sums[wi + o] as number) + sum;
        }
    });
    out.set(sums);
  },
  gpu: ([x, dy], s, run) => {
    if (!x || !dy) throw new Error("ConvolutionGradW needs x and dy.");
    const vector = vectorFor(s.outChannels);
    const size = (s.kernel ** 2 * s.inChannels * s.groups * s.outChannels) / vector;
    const pixels = s.batch * s.outHeight * s.outWidth;
    const chunks = chunkCount(pixels, size);
    const partial = run({
      name: "ConvolutionGradW",
      variant: `${s.kernel}`,
      inputs: { x, dy },
      params: { ...params(s, 1, vector), size, pixels, perChunk: Math.ceil(pixels / chunks) },
      body: `
        let all = uniforms.g * uniforms.oc;
        let f = index % uniforms.size;
        let first = (index / uniforms.size) * uniforms.perChunk;
        let last = min(first + uniforms.perChunk, uniforms.pixels);
        let o = f % all;
        let i = (f / all) % uniforms.ic + (o / uniforms.oc) * uniforms.ic;
        let kx = (f / (all * uniforms.ic)) % ${s.kernel};
        let ky = f / (all * uniforms.ic * ${s.kernel});
        var sum = T(0.0);
        for (var pixel = first; pixel < last; pixel++) {
          let iy = ((pixel / uniforms.ow) % uniforms.oh) * uniforms.stride - uniforms.pad + ky;
          let ix = (pixel % uniforms.ow) * uniforms.stride - uniforms.pad + kx;
          if (iy < 0 || iy >= uniforms.h || ix < 0 || ix >= uniforms.w) { continue; }
          let n = pixel / (uniforms.ow * uniforms.oh);
          sum += x[((n * uniforms.h + iy) * uniforms.w + ix) * uniforms.g * uniforms.ic + i] * dy[pixel * all + o];
        }
        result[index] = sum;`,
      count: size * chunks,
      shape: [chunks, size * vector],
      vector,
      scalars: ["x"],
    });
    return sumChunks(run, partial, chunks, gradW.shape(s));
  },
};

const family = defineBilinear("SearchlightConvolution", { forward, gradX, gradW });

/**
 * Convolution without bias.
 * @param x [N, H, W, groups·I]
 * @param filter [k, k, I, groups·O]; group g is output channels g·O..g·O+O−1 and reads input channels g·I..g·I+I−1
 * @param pad zeros before and after; negative drops pixels before the picture's start (and adds none after)
 * @returns [N, H', W', groups·O]
 */
export function convolution(
  x: Tensor,
  filter: Tensor,
  options: { readonly stride?: number; readonly pad?: number; readonly groups?: number } = {},
): Tensor {
  const { stride = 1, pad = 0, groups = 1 } = options;
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const [kernel, kernelWidth, inChannels, outAll] = filter.shape as [number, number, number, number];
  if (kernel !== kernelWidth || channels !== groups * inChannels || outAll % groups !== 0) {
    throw new Error(`Filter [${filter.shape}] does not fit input [${x.shape}] in ${groups} groups.`);
  }
  return family.forward(x, filter, {
    batch,
    height,
    width,
    groups,
    inChannels,
    outChannels: outAll / groups,
    kernel,
    stride,
    pad,
    outHeight: outputSide(height, kernel, stride, pad, Math.max(pad, 0)),
    outWidth: outputSide(width, kernel, stride, pad, Math.max(pad, 0)),
  });
}
