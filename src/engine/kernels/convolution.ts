/** Dense and grouped convolution with explicit padding, which may be negative (to start inside the picture). */
import { hasSubgroups } from "../gpu/backend";
import { defineBilinear, type GpuBody, type KernelBody, type Variant } from "../gpu/kernel";
import type { Tensor } from "../gpu/tensorflow";
import { forwardBy, type GatherWay, gradXBy } from "./convolution-call";
import { type ConvolutionShape, cpuForward, cpuGradW, cpuGradX } from "./convolution-cpu";
import { tiledGradW } from "./convolution-filter";
import { sharedGradW } from "./convolution-filter-shared";
import { tiled } from "./convolution-gather";
import { fitsQuads, quads } from "./convolution-quads";
import { fitsShared, shared } from "./convolution-shared";
import { fitsStream, stream } from "./convolution-stream";
import type { Machine } from "./convolution-tiles";
import { outputSide } from "./depthwise";

/** A few cores to which every load is dear, as software adapters have them. */
const FEW: Machine = { load: 17, invocations: 128, registers: 32, code: 260 };
/** The same, for shapes that are worth a longer compilation. */
const LARGE: Machine = { load: 17, invocations: 256, registers: 64, code: 700 };
/** Graphics processors: loads are cheap, and thousands of invocations hide what they cost. */
const MANY: Machine = { load: 4, invocations: 16384, registers: 8, code: 260 };

const MACHINES = { "large tiles": LARGE, "many invocations": MANY } as const;

/** A kernel in tiles for each machine. */
const forMachines = (way: (machine: Machine) => GpuBody<ConvolutionShape>): Variant<ConvolutionShape>[] =>
  Object.entries(MACHINES).map(([name, machine]) => ({ name, fits: () => true, gpu: way(machine) }));

/** The ways of a kernel that gathers. */
function gathering(
  by: (way: GatherWay) => GpuBody<ConvolutionShape>,
): Pick<KernelBody<ConvolutionShape>, "gpu" | "variants"> {
  const [streamed, few] = [by(stream), by(tiled(FEW))];
  return {
    gpu: (inputs, s, run) => (fitsStream(s) ? streamed : few)(inputs, s, run),
    variants: [
      ...forMachines((machine) => by(tiled(machine))),
      { name: "subgroups", fits: (s) => hasSubgroups() && fitsQuads(s), gpu: by(quads) },
      { name: "shared tiles", fits: fitsShared, gpu: by(shared) },
    ],
  };
}

/** Of each of the three; zeros of the padding count as well. */
const operations = (s: ConvolutionShape) =>
  2 * s.batch * s.outHeight * s.outWidth * s.kernel ** 2 * s.inChannels * s.groups * s.outChannels;

const forward: KernelBody<ConvolutionShape> = {
  shape: (s) => [s.batch, s.outHeight, s.outWidth, s.groups * s.outChannels],
  operations,
  cpu: cpuForward,
  ...gathering(forwardBy),
};

const gradX: KernelBody<ConvolutionShape> = {
  shape: (s) => [s.batch, s.height, s.width, s.groups * s.inChannels],
  operations,
  cpu: cpuGradX,
  ...gathering(gradXBy),
};

const gradW: KernelBody<ConvolutionShape> = {
  shape: (s) => [s.kernel, s.kernel, s.inChannels, s.groups * s.outChannels],
  operations,
  cpu: cpuGradW,
  gpu: tiledGradW(FEW),
  variants: [...forMachines(tiledGradW), { name: "shared tiles", fits: fitsShared, gpu: sharedGradW }],
};

/** Convolution and its two adjoints. */
export const convolutionFamily = defineBilinear("SearchlightConvolution", { forward, gradX, gradW });

export interface ConvolutionOptions {
  readonly stride?: number;
  readonly pad?: number;
  readonly groups?: number;
}

/** All dimensions of a convolution of x by a filter. @throws when they do not fit */
export function convolutionShape(
  xShape: readonly number[],
  filterShape: readonly number[],
  { stride = 1, pad = 0, groups = 1 }: ConvolutionOptions,
): ConvolutionShape {
  const [batch = 0, height = 0, width = 0, channels = 0] = xShape;
  const [kernel = 0, kernelWidth = 0, inChannels = 0, outAll = 0] = filterShape;
  if (kernel !== kernelWidth || channels !== groups * inChannels || outAll % groups !== 0) {
    throw new Error(`Filter [${filterShape}] does not fit input [${xShape}] in ${groups} groups.`);
  }
  return {
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
  };
}

/**
 * Convolution without bias.
 * @param x [N, H, W, groups·I]
 * @param filter [k, k, I, groups·O]; group g is output channels g·O..g·O+O−1 and reads input channels g·I..g·I+I−1
 * @param options.rectify reads max(x, 0) for x
 * @param options.pad zeros before and after; negative drops pixels before the picture's start (and adds none after)
 * @returns [N, H', W', groups·O]
 */
export function convolution(
  x: Tensor,
  filter: Tensor,
  options: ConvolutionOptions & { readonly rectify?: boolean } = {},
): Tensor {
  const shape = convolutionShape(x.shape, filter.shape, options);
  return options.rectify
    ? convolutionFamily.forwardRectified(x, filter, shape)
    : convolutionFamily.forward(x, filter, shape);
}
