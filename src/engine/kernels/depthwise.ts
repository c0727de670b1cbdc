/**
 * Depthwise convolutions, several kernel sizes at once: every edge and every operation that reads one state is a block of
 * output channels of one call. A plain depthwise convolution is a bank of one block.
 */
import { defineBilinear, type KernelBody, type Values } from "../gpu/kernel";
import { vectorFor } from "../gpu/program";
import type { Tensor } from "../gpu/tensorflow";
import {
  type DepthwiseBlock,
  type DepthwiseShape,
  depthwiseForward,
  depthwiseGradW,
  depthwiseGradX,
  type PlacedBlock,
} from "./depthwise-cpu";
import { chunkCount, sumChunks } from "./reduce";

export type { DepthwiseBlock } from "./depthwise-cpu";

function place(blocks: readonly DepthwiseBlock[]): PlacedBlock[] {
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
  `${s.stride}_` +
  s.blocks.map((b) => [b.kernel, b.dilation, b.pad, b.outChannels, b.inOffset, b.inChannels].join("x")).join("_");
const params = (s: DepthwiseShape) => ({
  h: s.height,
  w: s.width,
  c: s.channels / vectorOf(s),
  oh: s.outHeight,
  ow: s.outWidth,
  oc: outChannels(s) / vectorOf(s),
});

/** Declares a block's numbers, channels in elements, and sets them to those of the block that `holds` chooses. */
function chooseBlock(s: DepthwiseShape, holds: (b: PlacedBlock, v: number) => string): string {
  const v = vectorOf(s);
  const numbers = (b: PlacedBlock) => ({
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
  const names = Object.keys(numbers(placed[0] as PlacedBlock));
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

const forward: KernelBody<DepthwiseShape> = {
  shape: (s) => [s.batch, s.outHeight, s.outWidth, outChannels(s)],
  cpu: ([x, w], out, s) => depthwiseForward(s, place(s.blocks), x as Values, w as Values, out),
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
        let y0 = oy * ${s.stride} - pad;
        let x0 = ox * ${s.stride} - pad;
        // Taps that fall inside: ⌈−y0/dilation⌉ up to ⌈(h − y0)/dilation⌉ − 1.
        let top = max(0, (dilation - 1 - y0) / dilation);
        let bottom = min(kernel, (uniforms.h - y0 + dilation - 1) / dilation);
        let left = max(0, (dilation - 1 - x0) / dilation);
        let right = min(kernel, (uniforms.w - x0 + dilation - 1) / dilation);
        var sum = T(0.0);
        for (var ky = top; ky < bottom; ky++) {
          var i = xn + ((y0 + ky * dilation) * uniforms.w + x0 + left * dilation) * uniforms.c;
          var f = filterOffset + (ky * kernel + left) * outChannels + local;
          for (var kx = left; kx < right; kx++) {
            sum += x[i] * w[f];
            i += dilation * uniforms.c;
            f += outChannels;
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
  cpu: ([dy, w], out, s) => depthwiseGradX(s, place(s.blocks), dy as Values, w as Values, out),
  gpu: ([dy, w], s, run) => {
    if (!dy || !w) throw new Error("DepthwiseGradX needs dy and w.");
    const v = vectorOf(s);
    // Every block reads the same input channel with its own constants, so unlike in the other two nothing diverges.
    const perBlock = place(s.blocks).map(
      (b) => `if (ic >= ${b.inOffset / v} && ic < ${(b.inOffset + b.inChannels) / v}) {
        for (var ky = 0; ky < ${b.kernel}; ky++) {
          let ty = iy + ${b.pad} - ky * ${b.dilation};
          let oy = ty / ${s.stride};
          if (ty < 0 || ${s.stride === 1 ? "" : `oy * ${s.stride} != ty ||`} oy >= uniforms.oh) { continue; }
          for (var kx = 0; kx < ${b.kernel}; kx++) {
            let tx = ix + ${b.pad} - kx * ${b.dilation};
            let ox = tx / ${s.stride};
            if (tx < 0 || ${s.stride === 1 ? "" : `ox * ${s.stride} != tx ||`} ox >= uniforms.ow) { continue; }
            let y = ((n * uniforms.oh + oy) * uniforms.ow + ox) * uniforms.oc + ${(b.outOffset - b.inOffset) / v} + ic;
            let f = (ky * ${b.kernel} + kx) * ${b.outChannels / v} + ${(b.filterOffset - b.inOffset) / v} + ic;
            ${Array.from({ length: b.outChannels / b.inChannels }, (_, m) => `sum += dy[y + ${(m * b.inChannels) / v}] * w[f + ${(m * b.inChannels) / v}];`).join("\n")}
          }
        }
      }`,
    );
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
        ${perBlock.join("\n")}
        result[index] = sum;`,
      count: (s.batch * s.height * s.width * s.channels) / v,
      shape: gradX.shape(s),
      vector: v,
    });
  },
};

const gradW: KernelBody<DepthwiseShape> = {
  shape: (s) => [filterSize(s)],
  cpu: ([x, dy], out, s) => depthwiseGradW(s, place(s.blocks), x as Values, dy as Values, out),
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
        // Output columns whose tap falls inside.
        let left = max(0, (${s.stride - 1} - shiftX) / ${s.stride});
        let right = min(uniforms.ow, (uniforms.w - shiftX + ${s.stride - 1}) / ${s.stride});
        var sum = T(0.0);
        for (var row = first; row < last; row++) {
          let iy = (row % uniforms.oh) * ${s.stride} + shiftY;
          if (iy < 0 || iy >= uniforms.h) { continue; }
          let xRow = ((row / uniforms.oh) * uniforms.h + iy) * uniforms.w;
          var i = (xRow + left * ${s.stride} + shiftX) * uniforms.c + ic;
          var o = (row * uniforms.ow + left) * uniforms.oc + outOffset + local;
          for (var ox = left; ox < right; ox++) {
            sum += x[i] * dy[o];
            i += ${s.stride} * uniforms.c;
            o += uniforms.oc;
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
