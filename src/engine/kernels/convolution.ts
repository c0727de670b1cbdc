/** Dense and grouped convolution with explicit padding, which may be negative (to start inside the picture). */
import { defineBilinear, type KernelBody } from "../gpu/kernel";
import type { Tensor } from "../gpu/tensorflow";
import { type ConvolutionShape, cpuForward, cpuGradW, cpuGradX } from "./convolution-cpu";
import { tiledGradW } from "./convolution-filter";
import { type Machine, tiledForward, tiledGradX } from "./convolution-tiles";
import { outputSide } from "./depthwise";

/** A software adapter: a few cores, to which every load is dear. */
const FEW: Machine = { load: 17, invocations: 256, registers: 32 };

const forward: KernelBody<ConvolutionShape> = {
  shape: (s) => [s.batch, s.outHeight, s.outWidth, s.groups * s.outChannels],
  cpu: cpuForward,
  gpu: tiledForward(FEW),
};

const gradX: KernelBody<ConvolutionShape> = {
  shape: (s) => [s.batch, s.height, s.width, s.groups * s.inChannels],
  cpu: cpuGradX,
  gpu: tiledGradX(FEW),
};

const gradW: KernelBody<ConvolutionShape> = {
  shape: (s) => [s.kernel, s.kernel, s.inChannels, s.groups * s.outChannels],
  cpu: cpuGradW,
  gpu: tiledGradW(FEW),
};

export const family = defineBilinear("SearchlightConvolution", { forward, gradX, gradW });

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
