/**
 * Depthwise convolutions, several kernel sizes at once: every edge and every operation that reads one state is a block of
 * output channels of one call. A plain depthwise convolution is a bank of one block.
 */
import { defineBilinear, type GpuBody, type KernelBody, type Values } from "../gpu/kernel";
import type { Tensor } from "../gpu/tensorflow";
import {
  type DepthwiseBlock,
  type DepthwiseShape,
  depthwiseForward,
  depthwiseGradW,
  depthwiseGradX,
  keepPositive,
} from "./depthwise-cpu";
import { fineForward, fineGradW, fineGradX } from "./depthwise-fine";
import { filterSize, outChannels, place } from "./depthwise-plan";
import { stridedGradX } from "./depthwise-strided";
import { fitsTiles, tiledForward, tiledGradW, tiledGradX } from "./depthwise-tiled";
import { fitsWhole, wholeForward, wholeGradW } from "./depthwise-whole";

export type { DepthwiseBlock } from "./depthwise-cpu";

/** Whole pictures where they are small, else strips where they fit, else the fine way; the others are variants. */
function ways(
  whole: GpuBody<DepthwiseShape>,
  tiled: GpuBody<DepthwiseShape>,
  fine: GpuBody<DepthwiseShape>,
): Pick<KernelBody<DepthwiseShape>, "gpu" | "variants"> {
  return {
    gpu: (inputs, s, run) => (fitsWhole(s) ? whole : fitsTiles(s) ? tiled : fine)(inputs, s, run),
    variants: [
      { name: "fine", fits: (s) => fitsWhole(s) || fitsTiles(s), gpu: fine },
      { name: "strips", fits: (s) => fitsWhole(s) && fitsTiles(s), gpu: tiled },
    ],
  };
}

/** Of each of the three; zeros of the padding count as well. */
const operations = (s: DepthwiseShape) => 2 * s.batch * s.outHeight * s.outWidth * filterSize(s);

const forward: KernelBody<DepthwiseShape> = {
  shape: (s) => [s.batch, s.outHeight, s.outWidth, outChannels(s)],
  operations,
  cpu: ([x, w, z], out, s) => depthwiseForward(s, place(s.blocks), keepPositive(x as Values, z), w as Values, out),
  ...ways(wholeForward, tiledForward, fineForward),
};

const gradX: KernelBody<DepthwiseShape> = {
  shape: (s) => [s.batch, s.height, s.width, s.channels],
  operations,
  cpu: ([dy, w, z], out, s) => {
    depthwiseGradX(s, place(s.blocks), dy as Values, w as Values, out);
    out.set(keepPositive(out, z));
  },
  gpu: (inputs, s, run) => (s.stride > 1 ? stridedGradX : fitsTiles(s) ? tiledGradX : fineGradX)(inputs, s, run),
  variants: [{ name: "fine", fits: (s) => s.stride > 1 || fitsTiles(s), gpu: fineGradX }],
};

const gradW: KernelBody<DepthwiseShape> = {
  shape: (s) => [filterSize(s)],
  operations,
  cpu: ([x, dy, z], out, s) => depthwiseGradW(s, place(s.blocks), keepPositive(x as Values, z), dy as Values, out),
  ...ways(wholeGradW, tiledGradW, fineGradW),
};

/** The bank and its two adjoints. */
export const depthwiseFamily = defineBilinear("SearchlightDepthwise", { forward, gradX, gradW });

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
  const convolve = options.rectify ? depthwiseFamily.forwardRectified : depthwiseFamily.forward;
  return convolve(x, filter.flatten(), shape);
}
