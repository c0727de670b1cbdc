/** Dense and grouped convolution with explicit padding, which may be negative (to start inside the picture). */
import { defineBilinear, type KernelBody, type Values } from "../gpu/kernel";
import { vectorFor } from "../gpu/program";
import type { Tensor, TensorInfo } from "../gpu/tensorflow";
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
  pad: s.pad,
});

const LANES = ["x", "y", "z", "w"] as const;

/** Neighbouring pixels of a row that one invocation computes: a weight is read once for all of them. */
const tileFor = (width: number) => (width % 4 === 0 ? 4 : 1);
const each = (n: number, line: (r: number) => string) => Array.from({ length: n }, (_, r) => line(r)).join("\n");

/** A run of pixels of one group: rows of a matrix with `pixels` rows. */
interface Run {
  /** First index into x, filter and y of the group's channels at the run's first pixel. */
  x: number;
  w: number;
  y: number;
  pixels: number;
}

/** Calls visit for each (tap, output row, group) with the pixels for which the tap falls inside; a 1×1 convolution is one run. */
function eachRun(s: ConvolutionShape, visit: (run: Run) => void): void {
  const [inAll, outAll] = [s.groups * s.inChannels, s.groups * s.outChannels];
  const run: Run = { x: 0, w: 0, y: 0, pixels: 0 };
  const groups = (x: number, w: number, y: number) => {
    for (let g = 0; g < s.groups; g++) {
      run.x = x + g * s.inChannels;
      run.w = w + g * s.outChannels;
      run.y = y + g * s.outChannels;
      visit(run);
    }
  };
  if (s.kernel === 1 && s.stride === 1 && s.pad === 0) {
    run.pixels = s.batch * s.outHeight * s.outWidth;
    groups(0, 0, 0);
    return;
  }
  const inside = (k: number, side: number, outSide: number): [number, number] => [
    Math.max(0, Math.ceil((s.pad - k) / s.stride)),
    Math.min(outSide, Math.floor((side - 1 + s.pad - k) / s.stride) + 1),
  ];
  for (let ky = 0; ky < s.kernel; ky++) {
    const [top, bottom] = inside(ky, s.height, s.outHeight);
    for (let kx = 0; kx < s.kernel; kx++) {
      const [left, right] = inside(kx, s.width, s.outWidth);
      run.pixels = right - left;
      for (let n = 0; n < s.batch; n++)
        for (let oy = top; oy < bottom; oy++) {
          const x = ((n * s.height + oy * s.stride - s.pad + ky) * s.width + left * s.stride - s.pad + kx) * inAll;
          const y = ((n * s.outHeight + oy) * s.outWidth + left) * outAll;
          groups(x, (ky * s.kernel + kx) * s.inChannels * outAll, y);
        }
    }
  }
}

/** A matrix inside an array: value (r, c) at start + r·row + c·column. */
interface Matrix {
  /** Sums are kept in double precision: they are rounded once, as a reference should be. */
  readonly values: Values | Float64Array;
  start: number;
  readonly row: number;
  readonly column: number;
}

/**
 * c += a·b for a [rows, inner], b [inner, columns], with a's and c's columns next to each other. Two columns by four inner
 * terms at a time: eight numbers of b stay in registers while the rows go by.
 */
function addProduct(c: Matrix, a: Matrix, b: Matrix, rows: number, inner: number, columns: number): void {
  const [cs, as, bs] = [c.values, a.values, b.values];
  const value = (i: number, j: number) =>
    i < inner && j < columns ? (bs[b.start + i * b.row + j * b.column] as number) : 0;
  for (let j = 0; j < columns; j += 2) {
    const pair = j + 1 < columns;
    for (let i = 0; i < inner; i += 4) {
      const [b00, b10, b20, b30] = [value(i, j), value(i + 1, j), value(i + 2, j), value(i + 3, j)];
      const [b01, b11, b21, b31] = [value(i, j + 1), value(i + 1, j + 1), value(i + 2, j + 1), value(i + 3, j + 1)];
      const left = inner - i;
      for (let r = 0, p = a.start + i, q = c.start + j; r < rows; r++, p += a.row, q += c.row) {
        const a0 = as[p] as number;
        const a1 = left > 1 ? (as[p + 1] as number) : 0;
        const a2 = left > 2 ? (as[p + 2] as number) : 0;
        const a3 = left > 3 ? (as[p + 3] as number) : 0;
        cs[q] = (cs[q] as number) + a0 * b00 + a1 * b10 + a2 * b20 + a3 * b30;
        if (pair) cs[q + 1] = (cs[q + 1] as number) + a0 * b01 + a1 * b11 + a2 * b21 + a3 * b31;
      }
    }
  }
}

/** x where the mask is positive, zero elsewhere. */
const masked = (x: Values, z: Values | undefined): Values =>
  z ? x.map((v: number, i: number) => ((z[i] as number) > 0 ? v : 0)) : x;

/** How WGSL reads elements of type `type` of x under mask z; with z = x that is max(x, 0), and x is bound once. */
function maskedInput(x: TensorInfo, z: TensorInfo | undefined, type: "T" | "f32") {
  const at = (name: string) => (i: string) => `${name}[${i}]`;
  if (!z) return { key: "", inputs: { x }, at: at("x") };
  const zero = `${type}(0.0)`;
  if (z.dataId === x.dataId) return { key: "r", inputs: { x }, at: (i: string) => `max(x[${i}], ${zero})` };
  return { key: "z", inputs: { x, z }, at: (i: string) => `select(${zero}, x[${i}], z[${i}] > ${zero})` };
}

const forward: KernelBody<ConvolutionShape> = {
  shape: (s) => [s.batch, s.outHeight, s.outWidth, s.groups * s.outChannels],
  cpu: ([x, w, z], out, s) => {
    const [inAll, outAll] = [s.groups * s.inChannels, s.groups * s.outChannels];
    const a: Matrix = { values: masked(x as Values, z), start: 0, row: s.stride * inAll, column: 1 };
    const b: Matrix = { values: w as Values, start: 0, row: outAll, column: 1 };
    const c: Matrix = { values: new Float64Array(out.length), start: 0, row: outAll, column: 1 };
    eachRun(s, (run) => {
      [a.start, b.start, c.start] = [run.x, run.w, run.y];
      addProduct(c, a, b, run.pixels, s.inChannels, s.outChannels);
    });
    out.set(c.values);
  },
  gpu: ([x, w, z], s, run) => {
    if (!x || !w) throw new Error("Convolution needs x and w.");
    const vector = vectorFor(s.outChannels);
    const wideInput = vector === 4 && vectorFor(s.inChannels) === 4;
    const input = maskedInput(x, z, wideInput ? "T" : "f32");
    const lanes = wideInput ? LANES.map((lane) => `.${lane}`) : [""];
    const tile = tileFor(s.outWidth);
    return run({
      name: "Convolution",
      variant: `${s.kernel}_${s.stride}_${wideInput}_${tile}${input.key}`,
      inputs: { ...input.inputs, w },
      params: params(s, wideInput ? 4 : 1, vector),
      body: `
        let all = uniforms.g * uniforms.oc;
        let o = index % all;
        let pixel = (index / all) * ${tile};
        let ox = pixel % uniforms.ow;
        let oy = (pixel / uniforms.ow) % uniforms.oh;
        let n = pixel / (uniforms.ow * uniforms.oh);
        let xg = (o / uniforms.oc) * uniforms.ic;
        let step = uniforms.g * uniforms.ic;
        ${each(tile, (r) => `var sum${r} = T(0.0);`)}
        for (var ky = 0; ky < ${s.kernel}; ky++) {
          let iy = oy * ${s.stride} - uniforms.pad + ky;
          if (iy < 0 || iy >= uniforms.h) { continue; }
          for (var kx = 0; kx < ${s.kernel}; kx++) {
            let ix = ox * ${s.stride} - uniforms.pad + kx;
            let xi = (n * uniforms.h + iy) * uniforms.w * step + xg;
            ${each(tile, (r) => `let at${r} = clamp(ix + ${r * s.stride}, 0, uniforms.w - 1); let inside${r} = at${r} == ix + ${r * s.stride};`)}
            var f = (ky * ${s.kernel} + kx) * uniforms.ic * ${lanes.length} * all + o;
            for (var i = 0; i < uniforms.ic; i++) {
              ${lanes.map((_, j) => `let w${j} = w[f + ${j} * all];`).join(" ")}
              ${each(tile, (r) => `{ let v = ${input.at(`xi + at${r} * step + i`)}; sum${r} += select(T(0.0), ${lanes.map((lane, j) => `v${lane} * w${j}`).join(" + ")}, inside${r}); }`)}
              f += ${lanes.length} * all;
            }
          }
        }
        ${each(tile, (r) => `result[(pixel + ${r}) * all + o] = sum${r};`)}`,
      count: (s.batch * s.outHeight * s.outWidth * s.groups * s.outChannels) / vector / tile,
      shape: forward.shape(s),
      vector,
      scalars: wideInput ? [] : ["x", "z"],
    });
  },
};

const gradX: KernelBody<ConvolutionShape> = {
  shape: (s) => [s.batch, s.height, s.width, s.groups * s.inChannels],
  cpu: ([dy, w, z], out, s) => {
    const [inAll, outAll] = [s.groups * s.inChannels, s.groups * s.outChannels];
    const a: Matrix = { values: dy as Values, start: 0, row: outAll, column: 1 };
    // The filter, transposed.
    const b: Matrix = { values: w as Values, start: 0, row: 1, column: outAll };
    const c: Matrix = { values: new Float64Array(out.length), start: 0, row: s.stride * inAll, column: 1 };
    eachRun(s, (run) => {
      [a.start, b.start, c.start] = [run.y, run.w, run.x];
      addProduct(c, a, b, run.pixels, s.outChannels, s.inChannels);
    });
    out.set(c.values);
    if (z) out.set(masked(out, z));
  },
  gpu: ([dy, w, z], s, run) => {
    if (!dy || !w) throw new Error("ConvolutionGradX needs dy and w.");
    const vector = vectorFor(s.inChannels, s.outChannels);
    const lanes = vector === 4 ? LANES.map((lane) => `.${lane}`) : [""];
    // With stride, neighbours meet different taps: one pixel at a time.
    const tile = s.stride === 1 ? tileFor(s.width) : 1;
    const product = (j: number) => (vector === 4 ? `dot(v, w${j})` : `v * w${j}`);
    return run({
      name: "ConvolutionGradX",
      variant: `${s.kernel}_${s.stride}_${tile}${z ? "z" : ""}`,
      inputs: { dy, w, ...(z ? { z } : {}) },
      params: params(s, vector, vector),
      body: `
        let all = uniforms.g * uniforms.oc;
        let inAll = uniforms.g * uniforms.ic;
        let channel = index % inAll;
        let pixel = (index / inAll) * ${tile};
        let ix = pixel % uniforms.w;
        let iy = (pixel / uniforms.w) % uniforms.h;
        let n = pixel / (uniforms.w * uniforms.h);
        let yg = (channel / uniforms.ic) * uniforms.oc;
        let i = channel % uniforms.ic;
        let last = uniforms.ow - 1;
        ${each(tile, (r) => `var sum${r} = T(0.0);`)}
        for (var ky = 0; ky < ${s.kernel}; ky++) {
          let ty = iy + uniforms.pad - ky;
          let oy = ty / ${s.stride};
          if (ty < 0 || oy * ${s.stride} != ty || oy >= uniforms.oh) { continue; }
          for (var kx = 0; kx < ${s.kernel}; kx++) {
            let tx = ix + uniforms.pad - kx;
            ${
              s.stride === 1
                ? each(tile, (r) => `let at${r} = clamp(tx + ${r}, 0, last); let inside${r} = at${r} == tx + ${r};`)
                : `let at0 = tx / ${s.stride}; if (tx < 0 || at0 * ${s.stride} != tx || at0 > last) { continue; } let inside0 = true;`
            }
            let yi = (n * uniforms.oh + oy) * uniforms.ow * all + yg;
            let wi = ((ky * ${s.kernel} + kx) * uniforms.ic + i) * ${vector} * all + yg;
            for (var o = 0; o < uniforms.oc; o++) {
              let f = wi + o;
              ${lanes.map((_, j) => `let w${j} = w[f + ${j} * all];`).join(" ")}
              ${each(tile, (r) => `{ let v = select(T(0.0), dy[yi + at${r} * all + o], inside${r}); ${lanes.map((lane, j) => `sum${r}${lane} += ${product(j)};`).join(" ")} }`)}
            }
          }
        }
        ${each(tile, (r) => {
          const at = `(pixel + ${r}) * inAll + channel`;
          return `result[${at}] = ${z ? `select(T(0.0), sum${r}, z[${at}] > T(0.0))` : `sum${r}`};`;
        })}`,
      count: (s.batch * s.height * s.width * s.groups * s.inChannels) / vector / tile,
      shape: gradX.shape(s),
      vector,
    });
  },
};

const gradW: KernelBody<ConvolutionShape> = {
  shape: (s) => [s.kernel, s.kernel, s.inChannels, s.groups * s.outChannels],
  cpu: ([x, dy, z], out, s) => {
    const [xs, ds] = [masked(x as Values, z), dy as Values];
    const { inChannels, outChannels } = s;
    const [xStep, yStep] = [s.stride * s.groups * inChannels, s.groups * outChannels];
    const fours = outChannels - (outChannels % 4);
    const sums = new Float64Array(out.length);
    eachRun(s, ({ x: x0, w: w0, y: y0, pixels }) => {
      for (let i = 0, wi = w0; i < inChannels; i++, wi += yStep) {
        // Four output channels at a time: each pixel of x is read once for four products.
        for (let o = 0; o < fours; o += 4) {
          let [a, b, c, d] = [0, 0, 0, 0];
          for (let p = 0, xi = x0 + i, yi = y0 + o; p < pixels; p++, xi += xStep, yi += yStep) {
            const v = xs[xi] as number;
            a += v * (ds[yi] as number);
            b += v * (ds[yi + 1] as number);
            c += v * (ds[yi + 2] as number);
            d += v * (ds[yi + 3] as number);
          }
          const f = wi + o;
          sums[f] = (sums[f] as number) + a;
          sums[f + 1] = (sums[f + 1] as number) + b;
          sums[f + 2] = (sums[f + 2] as number) + c;
          sums[f + 3] = (sums[f + 3] as number) + d;
        }
        for (let o = fours; o < outChannels; o++) {
          let sum = 0;
          for (let p = 0, xi = x0 + i, yi = y0 + o; p < pixels; p++, xi += xStep, yi += yStep)
            sum += (xs[xi] as number) * (ds[yi] as number);
          sums[wi + o] = (sums[wi + o] as number) + sum;
        }
      }
    });
    out.set(sums);
  },
  gpu: ([x, dy, z], s, run) => {
    if (!x || !dy) throw new Error("ConvolutionGradW needs x and dy.");
    const vector = vectorFor(s.outChannels);
    const input = maskedInput(x, z, "f32");
    const size = (s.kernel ** 2 * s.inChannels * s.groups * s.outChannels) / vector;
    const pixels = s.batch * s.outHeight * s.outWidth;
    const chunks = chunkCount(pixels, size);
    const partial = run({
      name: "ConvolutionGradW",
      variant: `${s.kernel}_${s.stride}${input.key}`,
      inputs: { ...input.inputs, dy },
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
          let iy = ((pixel / uniforms.ow) % uniforms.oh) * ${s.stride} - uniforms.pad + ky;
          let ix = (pixel % uniforms.ow) * ${s.stride} - uniforms.pad + kx;
          if (iy < 0 || iy >= uniforms.h || ix < 0 || ix >= uniforms.w) { continue; }
          let n = pixel / (uniforms.ow * uniforms.oh);
          let at = ((n * uniforms.h + iy) * uniforms.w + ix) * uniforms.g * uniforms.ic + i;
          sum += ${input.at("at")} * dy[pixel * all + o];
        }
        result[index] = sum;`,
      count: size * chunks,
      shape: [chunks, size * vector],
      vector,
      scalars: ["x", "z"],
    });
    return sumChunks(run, partial, chunks, gradW.shape(s));
  },
};

const family = defineBilinear("SearchlightConvolution", { forward, gradX, gradW });

/**
 * Convolution without bias.
 * @param x [N, H, W, groups·I]
 * @param filter [k, k, I, groups·O]; group g is output channels g·O..g·O+O−1 and reads input channels g·I..g·I+I−1
 * @param rectify reads max(x, 0) for x
 * @param pad zeros before and after; negative drops pixels before the picture's start (and adds none after)
 * @returns [N, H', W', groups·O]
 */
export function convolution(
  x: Tensor,
  filter: Tensor,
  options: {
    readonly stride?: number;
    readonly pad?: number;
    readonly groups?: number;
    readonly rectify?: boolean;
  } = {},
): Tensor {
  const { stride = 1, pad = 0, groups = 1, rectify = false } = options;
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const [kernel, kernelWidth, inChannels, outAll] = filter.shape as [number, number, number, number];
  if (kernel !== kernelWidth || channels !== groups * inChannels || outAll % groups !== 0) {
    throw new Error(`Filter [${filter.shape}] does not fit input [${x.shape}] in ${groups} groups.`);
  }
  return family[rectify ? "forwardRectified" : "forward"](x, filter, {
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
