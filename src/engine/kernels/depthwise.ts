/**
 * Depthwise convolutions, several kernel sizes at once: every edge and every operation that reads one state is a block of
 * output channels of one call. A plain depthwise convolution is a bank of one block.
 */
import { defineBilinear, type KernelBody, type Values } from "../gpu/kernel";
import { vectorFor } from "../gpu/program";
import type { Tensor } from "../gpu/tensorflow";
import { chunkCount, sumChunks } from "./reduce";

/**
 * Output channels that share a kernel size. Channel o of the block reads input channel inOffset + o mod inChannels;
 * outChannels is a multiple of inChannels.
 */
export interface DepthwiseBlock {
  readonly kernel: number;
  readonly dilation: number;
  /** Rows and columns of zeros before the picture. */
  readonly pad: number;
  readonly outChannels: number;
  readonly inOffset: number;
  readonly inChannels: number;
}

export interface DepthwiseShape {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly stride: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly blocks: readonly DepthwiseBlock[];
}

interface Placed extends DepthwiseBlock {
  readonly outOffset: number;
  readonly filterOffset: number;
}

function place(blocks: readonly DepthwiseBlock[]): Placed[] {
  let outOffset = 0;
  let filterOffset = 0;
  return blocks.map((block) => {
    const placed = { ...block, outOffset, filterOffset };
    outOffset += block.outChannels;
    filterOffset += block.kernel ** 2 * block.outChannels;
    return placed;
  });
}

const outChannels = (s: DepthwiseShape) => s.blocks.reduce((sum, b) => sum + b.outChannels, 0);
const filterSize = (s: DepthwiseShape) => s.blocks.reduce((sum, b) => sum + b.kernel ** 2 * b.outChannels, 0);

/** Floats that an element holds: four where every block's channels come in fours. */
const vectorOf = (s: DepthwiseShape) =>
  vectorFor(s.channels, ...s.blocks.flatMap((b) => [b.outChannels, b.inOffset, b.inChannels]));
const variant = (s: DepthwiseShape) =>
  s.blocks.map((b) => [b.kernel, b.dilation, b.pad, b.outChannels, b.inOffset, b.inChannels].join("x")).join("_");
const params = (s: DepthwiseShape) => ({
  h: s.height,
  w: s.width,
  c: s.channels / vectorOf(s),
  oh: s.outHeight,
  ow: s.outWidth,
  oc: outChannels(s) / vectorOf(s),
  stride: s.stride,
});

/** Declares a block's numbers, channels in elements, and sets them to those of the block that `holds` chooses. */
function chooseBlock(s: DepthwiseShape, holds: (b: Placed, v: number) => string): string {
  const v = vectorOf(s);
  const numbers = (b: Placed) => ({
    kernel: b.kernel,
    dilation: b.dilation,
    pad: b.pad,
    outChannels: b.outChannels / v,
    outOffset: b.outOffset / v,
    inChannels: b.inChannels / v,
    inOffset: b.inOffset / v,
    filterOffset: b.filterOffset / v,
  });
  const placed = place(s.blocks);
  const names = Object.keys(numbers(placed[0] as Placed));
  return `${names.map((name) => `var ${name} = 0;`).join(" ")}
    ${placed
      .map(
        (b) =>
          `if (${holds(b, v)}) { ${Object.entries(numbers(b))
            .map(([name, value]) => `${name} = ${value};`)
            .join(" ")} }`,
      )
      .join("\n")}`;
}

/** Positions first..last−1 of an output row or column for which tap `k` falls inside the picture. */
function inside(
  k: number,
  b: DepthwiseBlock,
  stride: number,
  side: number,
  outSide: number,
): readonly [number, number] {
  const shift = k * b.dilation - b.pad;
  return [Math.max(0, Math.ceil(-shift / stride)), Math.min(outSide, Math.floor((side - 1 - shift) / stride) + 1)];
}

/** Input channel, inside its block's run, of each output channel. */
const inputChannels = (b: DepthwiseBlock) => Int32Array.from({ length: b.outChannels }, (_, o) => o % b.inChannels);

interface Row {
  readonly block: DepthwiseBlock;
  readonly channels: Int32Array;
  /** First index into x, filter and y of the row's first pixel. */
  x: number;
  w: number;
  y: number;
  pixels: number;
  /** Steps from one pixel to the next. */
  readonly xStep: number;
  readonly yStep: number;
}

/** Calls visit for each (block, tap, output row): all pixels of the row for which the tap falls inside. */
function eachRow(s: DepthwiseShape, visit: (row: Row) => void): void {
  const yStep = outChannels(s);
  for (const b of place(s.blocks)) {
    const row: Row = {
      block: b,
      channels: inputChannels(b),
      x: 0,
      w: 0,
      y: 0,
      pixels: 0,
      xStep: s.stride * s.channels,
      yStep,
    };
    for (let ky = 0; ky < b.kernel; ky++) {
      const [top, bottom] = inside(ky, b, s.stride, s.height, s.outHeight);
      for (let kx = 0; kx < b.kernel; kx++) {
        const [left, right] = inside(kx, b, s.stride, s.width, s.outWidth);
        row.w = b.filterOffset + (ky * b.kernel + kx) * b.outChannels;
        row.pixels = right - left;
        for (let n = 0; n < s.batch; n++)
          for (let oy = top; oy < bottom; oy++) {
            const iy = oy * s.stride - b.pad + ky * b.dilation;
            const ix = left * s.stride - b.pad + kx * b.dilation;
            row.x = ((n * s.height + iy) * s.width + ix) * s.channels + b.inOffset;
            row.y = ((n * s.outHeight + oy) * s.outWidth + left) * yStep + b.outOffset;
            visit(row);
          }
      }
    }
  }
}

const forward: KernelBody<DepthwiseShape> = {
  shape: (s) => [s.batch, s.outHeight, s.outWidth, outChannels(s)],
  cpu: ([x, w], out, s) => {
    const [xs, ws] = [x as Values, w as Values];
    eachRow(s, ({ block, channels, x: x0, w: w0, y: y0, pixels, xStep, yStep }) => {
      for (let p = 0, xi = x0, yi = y0; p < pixels; p++, xi += xStep, yi += yStep)
        for (let o = 0; o < block.outChannels; o++)
          out[yi + o] = (out[yi + o] as number) + (xs[xi + (channels[o] as number)] as number) * (ws[w0 + o] as number);
    });
  },
  gpu: ([x, w], s, run) => {
    if (!x || !w) throw new Error("Depthwise needs x and w.");
    const vector = vectorOf(s);
    return run({
      name: "Depthwise",
      variant: variant(s),
      inputs: { x, w },
      params: params(s),
      body: `
        let o = index % uniforms.oc;
        let ox = (index / uniforms.oc) % uniforms.ow;
        let oy = (index / (uniforms.oc * uniforms.ow)) % uniforms.oh;
        let n = index / (uniforms.oc * uniforms.ow * uniforms.oh);
        ${chooseBlock(s, (b, v) => `o >= ${b.outOffset / v} && o < ${(b.outOffset + b.outChannels) / v}`)}
        let local = o - outOffset;
        let xn = n * uniforms.h * uniforms.w * uniforms.c + inOffset + local % inChannels;
        var sum = T(0.0);
        for (var ky = 0; ky < kernel; ky++) {
          let iy = oy * uniforms.stride - pad + ky * dilation;
          if (iy < 0 || iy >= uniforms.h) { continue; }
          for (var kx = 0; kx < kernel; kx++) {
            let ix = ox * uniforms.stride - pad + kx * dilation;
            if (ix < 0 || ix >= uniforms.w) { continue; }
            sum += x[xn + (iy * uniforms.w + ix) * uniforms.c] * w[filterOffset + (ky * kernel + kx) * outChannels + local];
          }
        }
        result[index] = sum;`,
      count: (s.batch * s.outHeight * s.outWidth * outChannels(s)) / vector,
      shape: forward.shape(s),
      vector,
    });
  },
};

const gradX: KernelBody<DepthwiseShape> = {
  shape: (s) => [s.batch, s.height, s.width, s.channels],
  cpu: ([dy, w], out, s) => {
    const [ds, ws] = [dy as Values, w as Values];
    eachRow(s, ({ block, x: x0, w: w0, y: y0, pixels, xStep, yStep }) => {
      const { inChannels: run, outChannels: all } = block;
      for (let p = 0, xi = x0, yi = y0; p < pixels; p++, xi += xStep, yi += yStep)
        for (let i = 0; i < run; i++) {
          let sum = out[xi + i] as number;
          for (let o = i; o < all; o += run) sum += (ds[yi + o] as number) * (ws[w0 + o] as number);
          out[xi + i] = sum;
        }
    });
  },
  gpu: ([dy, w], s, run) => {
    if (!dy || !w) throw new Error("DepthwiseGradX needs dy and w.");
    const vector = vectorOf(s);
    return run({
      name: "DepthwiseGradX",
      variant: variant(s),
      inputs: { dy, w },
      params: params(s),
      body: `
        let ic = index % uniforms.c;
        let ix = (index / uniforms.c) % uniforms.w;
        let iy = (index / (uniforms.c * uniforms.w)) % uniforms.h;
        let n = index / (uniforms.c * uniforms.w * uniforms.h);
        var sum = T(0.0);
        for (var t = 0; t < ${s.blocks.length}; t++) {
          ${chooseBlock(s, (b) => `t == ${place(s.blocks).findIndex((p) => p.outOffset === b.outOffset)}`)}
          if (ic < inOffset || ic >= inOffset + inChannels) { continue; }
          for (var ky = 0; ky < kernel; ky++) {
            let ty = iy + pad - ky * dilation;
            let oy = ty / uniforms.stride;
            if (ty < 0 || oy * uniforms.stride != ty || oy >= uniforms.oh) { continue; }
            for (var kx = 0; kx < kernel; kx++) {
              let tx = ix + pad - kx * dilation;
              let ox = tx / uniforms.stride;
              if (tx < 0 || ox * uniforms.stride != tx || ox >= uniforms.ow) { continue; }
              let y = ((n * uniforms.oh + oy) * uniforms.ow + ox) * uniforms.oc + outOffset;
              let f = filterOffset + (ky * kernel + kx) * outChannels;
              for (var o = ic - inOffset; o < outChannels; o += inChannels) { sum += dy[y + o] * w[f + o]; }
            }
          }
        }
        result[index] = sum;`,
      count: (s.batch * s.height * s.width * s.channels) / vector,
      shape: gradX.shape(s),
      vector,
    });
  },
};

const gradW: KernelBody<DepthwiseShape> = {
  shape: (s) => [filterSize(s)],
  cpu: ([x, dy], out, s) => {
    const [xs, ds] = [x as Values, dy as Values];
    const sums = new Float64Array(out.length);
    eachRow(s, ({ block, channels, x: x0, w: w0, y: y0, pixels, xStep, yStep }) => {
      for (let o = 0; o < block.outChannels; o++) {
        let sum = 0;
        for (let p = 0, xi = x0 + (channels[o] as number), yi = y0 + o; p < pixels; p++, xi += xStep, yi += yStep)
          sum += (xs[xi] as number) * (ds[yi] as number);
        sums[w0 + o] = (sums[w0 + o] as number) + sum;
      }
    });
    out.set(sums);
  },
  gpu: ([x, dy], s, run) => {
    if (!x || !dy) throw new Error("DepthwiseGradW needs x and dy.");
    const vector = vectorOf(s);
    const size = filterSize(s) / vector;
    const rows = s.batch * s.outHeight;
    const chunks = Math.min(rows, chunkCount(rows * 8, size));
    const partial = run({
      name: "DepthwiseGradW",
      variant: variant(s),
      inputs: { x, dy },
      params: { ...params(s), size, rows, rowsPerChunk: Math.ceil(rows / chunks) },
      body: `
        let f = index % uniforms.size;
        let first = (index / uniforms.size) * uniforms.rowsPerChunk;
        let last = min(first + uniforms.rowsPerChunk, uniforms.rows);
        ${chooseBlock(s, (b, v) => `f >= ${b.filterOffset / v} && f < ${(b.filterOffset + b.kernel ** 2 * b.outChannels) / v}`)}
        let local = (f - filterOffset) % outChannels;
        let tap = (f - filterOffset) / outChannels;
        let shiftY = (tap / kernel) * dilation - pad;
        let shiftX = (tap % kernel) * dilation - pad;
        let ic = inOffset + local % inChannels;
        var sum = T(0.0);
        for (var row = first; row < last; row++) {
          let iy = (row % uniforms.oh) * uniforms.stride + shiftY;
          if (iy < 0 || iy >= uniforms.h) { continue; }
          let xRow = ((row / uniforms.oh) * uniforms.h + iy) * uniforms.w;
          for (var ox = 0; ox < uniforms.ow; ox++) {
            let ix = ox * uniforms.stride + shiftX;
            if (ix < 0 || ix >= uniforms.w) { continue; }
            sum += x[(xRow + ix) * uniforms.c + ic] * dy[(row * uniforms.ow + ox) * uniforms.oc + outOffset + local];
          }
        }
        result[index] = sum;`,
      count: size * chunks,
      shape: [chunks, size * vector],
      vector,
    });
    return sumChunks(run, partial, chunks, [size * vector]);
  },
};

const family = defineBilinear("SearchlightDepthwise", { forward, gradX, gradW });

/** Output side of a convolution or pool over `side` pixels. */
export function outputSide(
  side: number,
  kernel: number,
  stride: number,
  before: number,
  after = before,
  dilation = 1,
): number {
  return Math.floor((side + before + after - dilation * (kernel - 1) - 1) / stride) + 1;
}

/**
 * Depthwise convolution of a bank of blocks with zero padding, the same before and after.
 * @param x [N, H, W, C]
 * @param filter flat; block after block, each [kernel, kernel, outChannels]
 * @returns [N, H', W', sum of outChannels]; all blocks must give the same H', W'
 */
export function depthwise(x: Tensor, filter: Tensor, stride: number, blocks: readonly DepthwiseBlock[]): Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const sides = blocks.map((b) => [
    outputSide(height, b.kernel, stride, b.pad, b.pad, b.dilation),
    outputSide(width, b.kernel, stride, b.pad, b.pad, b.dilation),
  ]);
  const [first] = sides;
  if (!first || sides.some(([h, w]) => h !== first[0] || w !== first[1])) {
    throw new Error("The blocks of a depthwise bank must have the same output size.");
  }
  const [outHeight, outWidth] = first as [number, number];
  const shape = { batch, height, width, channels, stride, outHeight, outWidth, blocks };
  if (filter.size !== filterSize(shape)) {
    throw new Error(`Depthwise filter has ${filter.size} values, its blocks need ${filterSize(shape)}.`);
  }
  return family.forward(x, filter.flatten(), shape);
}
