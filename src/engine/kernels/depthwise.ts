/**
 * Depthwise convolutions, several kernel sizes at once: every edge and every operation that reads one state is a block of
 * output channels of one call. A plain depthwise convolution is a bank of one block.
 */
import { defineBilinear, type KernelBody, type Values } from "../gpu/kernel";
import { vectorFor } from "../gpu/program";
import type { Tensor, TensorInfo } from "../gpu/tensorflow";
import {
  type DepthwiseBlock,
  type DepthwiseShape,
  depthwiseForward,
  depthwiseGradW,
  depthwiseGradX,
  keepPositive,
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

/** How a kernel reads x: whole, max(x, 0), or x where the mask z > 0. */
function reading(x: TensorInfo, z: TensorInfo | undefined) {
  const how = !z ? "" : z.dataId === x.dataId ? "r" : "z";
  const value = { "": "x[i]", r: "max(x[i], T(0.0))", z: "select(T(0.0), x[i], z[i] > T(0.0))" }[how];
  return {
    how,
    inputs: z && how === "z" ? { x, z } : { x },
    functions: `fn load(i : i32) -> T { return ${value}; }`,
  };
}

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
  cpu: ([x, w, z], out, s) => depthwiseForward(s, place(s.blocks), keepPositive(x as Values, z), w as Values, out),
  gpu: ([x, w, z], s, run) => {
    if (!x || !w) throw new Error("Depthwise needs x and w.");
    const vector = vectorOf(s);
    const { how, inputs, functions } = reading(x, z);
    // Neighbouring pixels of a row that one invocation computes: a weight is read once for all of them.
    const tile = s.outWidth % 4 === 0 ? 4 : 1;
    const each = (line: (r: number) => string) => Array.from({ length: tile }, (_, r) => line(r)).join("\n");
    return run({
      name: "Depthwise",
      variant: `${how}${tile}_${variant(s)}`,
      inputs: { ...inputs, w },
      functions,
      params: params(s),
      body: `
        let o = index % uniforms.oc;
        let pixel = (index / uniforms.oc) * ${tile};
        let ox = pixel % uniforms.ow;
        let oy = (pixel / uniforms.ow) % uniforms.oh;
        let n = pixel / (uniforms.ow * uniforms.oh);
        ${chooseBlock(s, (b, v) => `o >= ${b.outOffset / v} && o < ${(b.outOffset + b.outChannels) / v}`)}
        let local = o - outOffset;
        let xn = n * uniforms.h * uniforms.w * uniforms.c + inOffset + local % inChannels;
        let y0 = oy * ${s.stride} - pad;
        let x0 = ox * ${s.stride} - pad;
        // Rows of taps that fall inside: ⌈−y0/dilation⌉ up to ⌈(h − y0)/dilation⌉ − 1.
        let top = max(0, (dilation - 1 - y0) / dilation);
        let bottom = min(kernel, (uniforms.h - y0 + dilation - 1) / dilation);
        let last = uniforms.w - 1;
        ${each((r) => `var sum${r} = T(0.0);`)}
        for (var ky = top; ky < bottom; ky++) {
          let row = xn + (y0 + ky * dilation) * uniforms.w * uniforms.c;
          var f = filterOffset + ky * kernel * outChannels + local;
          var ix = x0;
          for (var kx = 0; kx < kernel; kx++) {
            let tap = w[f];
            ${each((r) => `{ let at = clamp(ix + ${r * s.stride}, 0, last); sum${r} += select(T(0.0), load(row + at * uniforms.c) * tap, at == ix + ${r * s.stride}); }`)}
            ix += dilation;
            f += outChannels;
          }
        }
        ${each((r) => `result[(pixel + ${r}) * uniforms.oc + o] = sum${r};`)}`,
      count: (s.batch * s.outHeight * s.outWidth * outChannels(s)) / vector / tile,
      shape: forward.shape(s),
      vector,
    });
  },
};

const gradX: KernelBody<DepthwiseShape> = {
  shape: (s) => [s.batch, s.height, s.width, s.channels],
  cpu: ([dy, w, z], out, s) => {
    depthwiseGradX(s, place(s.blocks), dy as Values, w as Values, out);
    out.set(keepPositive(out, z));
  },
  gpu: ([dy, w, z], s, run) => {
    if (!dy || !w) throw new Error("DepthwiseGradX needs dy and w.");
    const v = vectorOf(s);
    // With stride, neighbours meet different taps: one pixel at a time.
    const tile = s.stride === 1 && s.width % 4 === 0 ? 4 : 1;
    const each = (line: (r: number) => string) => Array.from({ length: tile }, (_, r) => line(r)).join("\n");
    const column =
      s.stride === 1
        ? each((r) => `let at${r} = clamp(tx + ${r}, 0, last); let inside${r} = at${r} == tx + ${r};`)
        : `let at0 = tx / ${s.stride}; if (tx < 0 || at0 * ${s.stride} != tx || at0 > last) { continue; } let inside0 = true;`;
    // Every block reads the same input channel with its own constants, so unlike in the other two nothing diverges.
    const perBlock = place(s.blocks).map(
      (b) => `if (ic >= ${b.inOffset / v} && ic < ${(b.inOffset + b.inChannels) / v}) {
        for (var ky = 0; ky < ${b.kernel}; ky++) {
          let ty = iy + ${b.pad} - ky * ${b.dilation};
          let oy = ty / ${s.stride};
          if (ty < 0 || oy * ${s.stride} != ty || oy >= uniforms.oh) { continue; }
          let row = (n * uniforms.oh + oy) * uniforms.ow;
          for (var kx = 0; kx < ${b.kernel}; kx++) {
            let tx = ix + ${b.pad} - kx * ${b.dilation};
            ${column}
            let f = (ky * ${b.kernel} + kx) * ${b.outChannels / v} + ${(b.filterOffset - b.inOffset) / v} + ic;
            for (var m = 0; m < ${b.outChannels / v}; m += ${b.inChannels / v}) {
              let tap = w[f + m];
              let y = ${(b.outOffset - b.inOffset) / v} + ic + m;
              ${each((r) => `sum${r} += select(T(0.0), dy[(row + at${r}) * uniforms.oc + y] * tap, inside${r});`)}
            }
          }
        }
      }`,
    );
    return run({
      name: "DepthwiseGradX",
      variant: `${z ? "z" : ""}${tile}_${variant(s)}`,
      inputs: z ? { dy, w, z } : { dy, w },
      params: params(s),
      body: `
        let ic = index % uniforms.c;
        let pixel = (index / uniforms.c) * ${tile};
        let ix = pixel % uniforms.w;
        let iy = (pixel / uniforms.w) % uniforms.h;
        let n = pixel / (uniforms.w * uniforms.h);
        let last = uniforms.ow - 1;
        ${each((r) => `var sum${r} = T(0.0);`)}
        ${perBlock.join("\n")}
        ${each((r) => `{ let i = (pixel + ${r}) * uniforms.c + ic; result[i] = ${z ? `select(T(0.0), sum${r}, z[i] > T(0.0))` : `sum${r}`}; }`)}`,
      count: (s.batch * s.height * s.width * s.channels) / v / tile,
      shape: gradX.shape(s),
      vector: v,
    });
  },
};

const gradW: KernelBody<DepthwiseShape> = {
  shape: (s) => [filterSize(s)],
  cpu: ([x, dy, z], out, s) => depthwiseGradW(s, place(s.blocks), keepPositive(x as Values, z), dy as Values, out),
  gpu: ([x, dy, z], s, run) => {
    if (!x || !dy) throw new Error("DepthwiseGradW needs x and dy.");
    const vector = vectorOf(s);
    const size = filterSize(s) / vector;
    const { how, inputs, functions } = reading(x, z);
    const rows = s.batch * s.outHeight;
    const chunks = Math.min(rows, chunkCount(rows * 8, size));
    const partial = run({
      name: "DepthwiseGradW",
      variant: how + variant(s),
      inputs: { ...inputs, dy },
      functions,
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
            sum += load(i) * dy[o];
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

export interface DepthwiseOptions {
  /** Convolve max(x, 0) rather than x. */
  readonly rectify?: boolean;
}

/**
 * Depthwise convolution of a bank of blocks with zero padding, the same before and after.
 * @param x [N, H, W, C]
 * @param filter flat; block after block, each [kernel, kernel, outChannels]
 * @returns [N, H', W', sum of outChannels]; all blocks must give the same H', W'
 */
export function depthwise(
  x: Tensor,
  filter: Tensor,
  stride: number,
  blocks: readonly DepthwiseBlock[],
  options: DepthwiseOptions = {},
): Tensor {
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
  const convolve = options.rectify ? family.forwardRectified : family.forward;
  return convolve(x, filter.flatten(), shape);
}
