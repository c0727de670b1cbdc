/** Dense and grouped convolution with explicit padding, which may be negative (to start inside the picture). */
import { at, defineBilinear, type KernelBody, type Values } from "../gpu/kernel";
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

const params = (s: ConvolutionShape) => ({
  h: s.height,
  w: s.width,
  g: s.groups,
  ic: s.inChannels,
  oc: s.outChannels,
  oh: s.outHeight,
  ow: s.outWidth,
  stride: s.stride,
  pad: s.pad,
});

/** Channels one invocation computes: a run of 4, 2 or 1 inside a group. */
const runLength = (channels: number) => (channels % 4 === 0 ? 4 : channels % 2 === 0 ? 2 : 1);
const each = (n: number, line: (j: number) => string) => Array.from({ length: n }, (_, j) => line(j)).join("\n");

/** Calls visit(xBase, wBase, yBase) for each (pixel, tap, group): the channel products are left to the caller. */
function eachTap(s: ConvolutionShape, visit: (x: number, w: number, y: number) => void): void {
  const [inAll, outAll] = [s.groups * s.inChannels, s.groups * s.outChannels];
  for (let ky = 0; ky < s.kernel; ky++)
    for (let kx = 0; kx < s.kernel; kx++)
      for (let n = 0; n < s.batch; n++)
        for (let oy = 0; oy < s.outHeight; oy++) {
          const iy = oy * s.stride - s.pad + ky;
          if (iy < 0 || iy >= s.height) continue;
          for (let ox = 0; ox < s.outWidth; ox++) {
            const ix = ox * s.stride - s.pad + kx;
            if (ix < 0 || ix >= s.width) continue;
            const x = ((n * s.height + iy) * s.width + ix) * inAll;
            const y = ((n * s.outHeight + oy) * s.outWidth + ox) * outAll;
            const w = (ky * s.kernel + kx) * s.inChannels * outAll;
            for (let g = 0; g < s.groups; g++)
              visit(x + g * s.inChannels, w + g * s.outChannels, y + g * s.outChannels);
          }
        }
}

const forward: KernelBody<ConvolutionShape> = {
  shape: (s) => [s.batch, s.outHeight, s.outWidth, s.groups * s.outChannels],
  cpu: ([x, w], out, s) => {
    const [xs, ws] = [x as Values, w as Values];
    const outAll = s.groups * s.outChannels;
    eachTap(s, (xi, wi, yi) => {
      for (let i = 0; i < s.inChannels; i++) {
        const v = at(xs, xi + i);
        const row = wi + i * outAll;
        for (let o = 0; o < s.outChannels; o++) out[yi + o] = at(out, yi + o) + v * at(ws, row + o);
      }
    });
  },
  gpu: ([x, w], s, run) => {
    if (!x || !w) throw new Error("Convolution needs x and w.");
    const r = runLength(s.outChannels);
    return run({
      name: "Convolution",
      variant: `${s.kernel}_${r}`,
      inputs: { x, w },
      params: params(s),
      body: `
        let all = uniforms.g * uniforms.oc;
        let o = (index * ${r}) % all;
        let pixel = (index * ${r}) / all;
        let ox = pixel % uniforms.ow;
        let oy = (pixel / uniforms.ow) % uniforms.oh;
        let n = pixel / (uniforms.ow * uniforms.oh);
        let xg = (o / uniforms.oc) * uniforms.ic;
        ${each(r, (j) => `var s${j} = 0.0;`)}
        for (var ky = 0; ky < ${s.kernel}; ky++) {
          let iy = oy * uniforms.stride - uniforms.pad + ky;
          if (iy < 0 || iy >= uniforms.h) { continue; }
          for (var kx = 0; kx < ${s.kernel}; kx++) {
            let ix = ox * uniforms.stride - uniforms.pad + kx;
            if (ix < 0 || ix >= uniforms.w) { continue; }
            let xi = ((n * uniforms.h + iy) * uniforms.w + ix) * uniforms.g * uniforms.ic + xg;
            let wi = (ky * ${s.kernel} + kx) * uniforms.ic * all + o;
            for (var i = 0; i < uniforms.ic; i++) {
              let v = x[xi + i];
              let f = wi + i * all;
              ${each(r, (j) => `s${j} += v * w[f + ${j}];`)}
            }
          }
        }
        ${each(r, (j) => `result[index * ${r} + ${j}] = s${j};`)}`,
      count: (s.batch * s.outHeight * s.outWidth * s.groups * s.outChannels) / r,
      shape: forward.shape(s),
    });
  },
};

const gradX: KernelBody<ConvolutionShape> = {
  shape: (s) => [s.batch, s.height, s.width, s.groups * s.inChannels],
  cpu: ([dy, w], out, s) => {
    const [ds, ws] = [dy as Values, w as Values];
    const outAll = s.groups * s.outChannels;
    eachTap(s, (xi, wi, yi) => {
      for (let i = 0; i < s.inChannels; i++) {
        const row = wi + i * outAll;
        let sum = 0;
        for (let o = 0; o < s.outChannels; o++) sum += at(ds, yi + o) * at(ws, row + o);
        out[xi + i] = at(out, xi + i) + sum;
      }
    });
  },
  gpu: ([dy, w], s, run) => {
    if (!dy || !w) throw new Error("ConvolutionGradX needs dy and w.");
    const r = runLength(s.inChannels);
    return run({
      name: "ConvolutionGradX",
      variant: `${s.kernel}_${r}`,
      inputs: { dy, w },
      params: params(s),
      body: `
        let all = uniforms.g * uniforms.oc;
        let inAll = uniforms.g * uniforms.ic;
        let channel = (index * ${r}) % inAll;
        let pixel = (index * ${r}) / inAll;
        let ix = pixel % uniforms.w;
        let iy = (pixel / uniforms.w) % uniforms.h;
        let n = pixel / (uniforms.w * uniforms.h);
        let yg = (channel / uniforms.ic) * uniforms.oc;
        let i = channel % uniforms.ic;
        ${each(r, (j) => `var s${j} = 0.0;`)}
        for (var ky = 0; ky < ${s.kernel}; ky++) {
          let ty = iy + uniforms.pad - ky;
          if (ty < 0 || ty % uniforms.stride != 0 || ty / uniforms.stride >= uniforms.oh) { continue; }
          for (var kx = 0; kx < ${s.kernel}; kx++) {
            let tx = ix + uniforms.pad - kx;
            if (tx < 0 || tx % uniforms.stride != 0 || tx / uniforms.stride >= uniforms.ow) { continue; }
            let yi = ((n * uniforms.oh + ty / uniforms.stride) * uniforms.ow + tx / uniforms.stride) * all + yg;
            let wi = ((ky * ${s.kernel} + kx) * uniforms.ic + i) * all + yg;
            for (var o = 0; o < uniforms.oc; o++) {
              let v = dy[yi + o];
              ${each(r, (j) => `s${j} += v * w[wi + ${j} * all + o];`)}
            }
          }
        }
        ${each(r, (j) => `result[index * ${r} + ${j}] = s${j};`)}`,
      count: (s.batch * s.height * s.width * s.groups * s.inChannels) / r,
      shape: gradX.shape(s),
    });
  },
};

const gradW: KernelBody<ConvolutionShape> = {
  shape: (s) => [s.kernel, s.kernel, s.inChannels, s.groups * s.outChannels],
  cpu: ([x, dy], out, s) => {
    const [xs, ds] = [x as Values, dy as Values];
    const outAll = s.groups * s.outChannels;
    const sums = new Float64Array(out.length);
    eachTap(s, (xi, wi, yi) => {
      for (let i = 0; i < s.inChannels; i++) {
        const v = at(xs, xi + i);
        const row = wi + i * outAll;
        for (let o = 0; o < s.outChannels; o++) sums[row + o] = (sums[row + o] as number) + v * at(ds, yi + o);
      }
    });
    out.set(sums);
  },
  gpu: ([x, dy], s, run) => {
    if (!x || !dy) throw new Error("ConvolutionGradW needs x and dy.");
    const r = runLength(s.outChannels);
    const size = s.kernel ** 2 * s.inChannels * s.groups * s.outChannels;
    const pixels = s.batch * s.outHeight * s.outWidth;
    const chunks = chunkCount(pixels, size / r);
    const perChunk = Math.ceil(pixels / chunks);
    const partial = run({
      name: "ConvolutionGradW",
      variant: `${s.kernel}_${r}`,
      inputs: { x, dy },
      params: { ...params(s), size, pixels, perChunk },
      body: `
        let all = uniforms.g * uniforms.oc;
        let f = (index * ${r}) % uniforms.size;
        let first = ((index * ${r}) / uniforms.size) * uniforms.perChunk;
        let last = min(first + uniforms.perChunk, uniforms.pixels);
        let o = f % all;
        let i = (f / all) % uniforms.ic + (o / uniforms.oc) * uniforms.ic;
        let kx = (f / (all * uniforms.ic)) % ${s.kernel};
        let ky = f / (all * uniforms.ic * ${s.kernel});
        ${each(r, (j) => `var s${j} = 0.0;`)}
        for (var pixel = first; pixel < last; pixel++) {
          let iy = ((pixel / uniforms.ow) % uniforms.oh) * uniforms.stride - uniforms.pad + ky;
          let ix = (pixel % uniforms.ow) * uniforms.stride - uniforms.pad + kx;
          if (iy < 0 || iy >= uniforms.h || ix < 0 || ix >= uniforms.w) { continue; }
          let n = pixel / (uniforms.ow * uniforms.oh);
          let v = x[((n * uniforms.h + iy) * uniforms.w + ix) * uniforms.g * uniforms.ic + i];
          let yi = pixel * all + o;
          ${each(r, (j) => `s${j} += v * dy[yi + ${j}];`)}
        }
        ${each(r, (j) => `result[index * ${r} + ${j}] = s${j};`)}`,
      count: (size / r) * chunks,
      shape: [chunks, size],
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
