/**
 * Depthwise convolutions, several kernel sizes at once: every edge and every operation that reads one state is a block of
 * output channels of one call. A plain depthwise convolution is a bank of one block.
 */
import { at, defineBilinear, type KernelBody, type Values } from "../gpu/kernel";
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

const variant = (s: DepthwiseShape) =>
  s.blocks.map((b) => [b.kernel, b.dilation, b.pad, b.outChannels, b.inOffset, b.inChannels].join("x")).join("_");
const params = (s: DepthwiseShape) => ({
  h: s.height,
  w: s.width,
  c: s.channels,
  oh: s.outHeight,
  ow: s.outWidth,
  oc: outChannels(s),
  stride: s.stride,
});

/** Calls visit(block, x, w, y) for each (pixel, tap): the bases of the block's channels. */
function eachTap(s: DepthwiseShape, visit: (b: DepthwiseBlock, x: number, w: number, y: number) => void): void {
  const total = outChannels(s);
  for (const b of place(s.blocks))
    for (let n = 0; n < s.batch; n++)
      for (let oy = 0; oy < s.outHeight; oy++)
        for (let ox = 0; ox < s.outWidth; ox++) {
          const y = ((n * s.outHeight + oy) * s.outWidth + ox) * total + b.outOffset;
          for (let ky = 0; ky < b.kernel; ky++) {
            const iy = oy * s.stride - b.pad + ky * b.dilation;
            if (iy < 0 || iy >= s.height) continue;
            for (let kx = 0; kx < b.kernel; kx++) {
              const ix = ox * s.stride - b.pad + kx * b.dilation;
              if (ix < 0 || ix >= s.width) continue;
              const x = ((n * s.height + iy) * s.width + ix) * s.channels + b.inOffset;
              visit(b, x, b.filterOffset + (ky * b.kernel + kx) * b.outChannels, y);
            }
          }
        }
}

const loops = (b: Placed, inside: string) => `
  for (var ky = 0; ky < ${b.kernel}; ky++) {
    let iy = oy * uniforms.stride - ${b.pad} + ky * ${b.dilation};
    if (iy < 0 || iy >= uniforms.h) { continue; }
    for (var kx = 0; kx < ${b.kernel}; kx++) {
      let ix = ox * uniforms.stride - ${b.pad} + kx * ${b.dilation};
      if (ix < 0 || ix >= uniforms.w) { continue; }
      ${inside}
    }
  }`;

const forward: KernelBody<DepthwiseShape> = {
  shape: (s) => [s.batch, s.outHeight, s.outWidth, outChannels(s)],
  cpu: ([x, w], out, s) => {
    const [xs, ws] = [x as Values, w as Values];
    eachTap(s, (b, xi, wi, yi) => {
      for (let m = 0; m < b.outChannels; m += b.inChannels)
        for (let i = 0; i < b.inChannels; i++)
          out[yi + m + i] = at(out, yi + m + i) + at(xs, xi + i) * at(ws, wi + m + i);
    });
  },
  gpu: ([x, w], s, run) => {
    if (!x || !w) throw new Error("Depthwise needs x and w.");
    const branches = place(s.blocks).map(
      (b) => `if (o >= ${b.outOffset} && o < ${b.outOffset + b.outChannels}) {
        let local = o - ${b.outOffset};
        let ic = ${b.inOffset} + local % ${b.inChannels};
        ${loops(b, `sum += x[((n * uniforms.h + iy) * uniforms.w + ix) * uniforms.c + ic] * w[${b.filterOffset} + (ky * ${b.kernel} + kx) * ${b.outChannels} + local];`)}
      }`,
    );
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
        var sum = 0.0;
        ${branches.join("\n")}
        result[index] = sum;`,
      count: s.batch * s.outHeight * s.outWidth * outChannels(s),
      shape: forward.shape(s),
    });
  },
};

const gradX: KernelBody<DepthwiseShape> = {
  shape: (s) => [s.batch, s.height, s.width, s.channels],
  cpu: ([dy, w], out, s) => {
    const [ds, ws] = [dy as Values, w as Values];
    eachTap(s, (b, xi, wi, yi) => {
      for (let m = 0; m < b.outChannels; m += b.inChannels)
        for (let i = 0; i < b.inChannels; i++) out[xi + i] = at(out, xi + i) + at(ds, yi + m + i) * at(ws, wi + m + i);
    });
  },
  gpu: ([dy, w], s, run) => {
    if (!dy || !w) throw new Error("DepthwiseGradX needs dy and w.");
    const branches = place(s.blocks).map(
      (b) => `if (ic >= ${b.inOffset} && ic < ${b.inOffset + b.inChannels}) {
        for (var ky = 0; ky < ${b.kernel}; ky++) {
          let ty = iy + ${b.pad} - ky * ${b.dilation};
          if (ty < 0 || ty % uniforms.stride != 0 || ty / uniforms.stride >= uniforms.oh) { continue; }
          for (var kx = 0; kx < ${b.kernel}; kx++) {
            let tx = ix + ${b.pad} - kx * ${b.dilation};
            if (tx < 0 || tx % uniforms.stride != 0 || tx / uniforms.stride >= uniforms.ow) { continue; }
            let y = ((n * uniforms.oh + ty / uniforms.stride) * uniforms.ow + tx / uniforms.stride) * uniforms.oc + ${b.outOffset};
            let f = ${b.filterOffset} + (ky * ${b.kernel} + kx) * ${b.outChannels};
            for (var o = ic - ${b.inOffset}; o < ${b.outChannels}; o += ${b.inChannels}) { sum += dy[y + o] * w[f + o]; }
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
        var sum = 0.0;
        ${branches.join("\n")}
        result[index] = sum;`,
      count: s.batch * s.height * s.width * s.channels,
      shape: gradX.shape(s),
    });
  },
};

const gradW: KernelBody<DepthwiseShape> = {
  shape: (s) => [filterSize(s)],
  cpu: ([x, dy], out, s) => {
    const [xs, ds] = [x as Values, dy as Values];
    const sums = new Float64Array(out.length);
    eachTap(s, (b, xi, wi, yi) => {
      for (let m = 0; m < b.outChannels; m += b.inChannels)
        for (let i = 0; i < b.inChannels; i++)
          sums[wi + m + i] = (sums[wi + m + i] as number) + at(xs, xi + i) * at(ds, yi + m + i);
    });
    out.set(sums);
  },
  gpu: ([x, dy], s, run) => {
    if (!x || !dy) throw new Error("DepthwiseGradW needs x and dy.");
    const size = filterSize(s);
    const rows = s.batch * s.outHeight;
    const chunks = Math.min(rows, chunkCount(rows * 8, size));
    const rowsPerChunk = Math.ceil(rows / chunks);
    const branches = place(s.blocks).map(
      (b) => `if (f >= ${b.filterOffset} && f < ${b.filterOffset + b.kernel ** 2 * b.outChannels}) {
        let local = (f - ${b.filterOffset}) % ${b.outChannels};
        let tap = (f - ${b.filterOffset}) / ${b.outChannels};
        let dyRow = (tap / ${b.kernel}) * ${b.dilation} - ${b.pad};
        let dx = (tap % ${b.kernel}) * ${b.dilation} - ${b.pad};
        let ic = ${b.inOffset} + local % ${b.inChannels};
        for (var row = first; row < last; row++) {
          let iy = (row % uniforms.oh) * uniforms.stride + dyRow;
          if (iy < 0 || iy >= uniforms.h) { continue; }
          let n = row / uniforms.oh;
          for (var ox = 0; ox < uniforms.ow; ox++) {
            let ix = ox * uniforms.stride + dx;
            if (ix < 0 || ix >= uniforms.w) { continue; }
            sum += x[((n * uniforms.h + iy) * uniforms.w + ix) * uniforms.c + ic] * dy[(row * uniforms.ow + ox) * uniforms.oc + ${b.outOffset} + local];
          }
        }
      }`,
    );
    const partial = run({
      name: "DepthwiseGradW",
      variant: variant(s),
      inputs: { x, dy },
      params: { ...params(s), size, rows, rowsPerChunk },
      body: `
        let f = index % uniforms.size;
        let first = (index / uniforms.size) * uniforms.rowsPerChunk;
        let last = min(first + uniforms.rowsPerChunk, uniforms.rows);
        var sum = 0.0;
        ${branches.join("\n")}
        result[index] = sum;`,
      count: size * chunks,
      shape: [chunks, size],
    });
    return sumChunks(run, partial, chunks, [size]);
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
