/**
 * 1×1 convolutions on the GPU with the filter in registers: an invocation holds the filter from all input channels of a
 * group to a block of its output channels and streams pixels past it, so that besides each pixel's channels nothing is
 * loaded. The forward pass and the gradient of x are the same kernel, with the filter as it is or transposed.
 */
import type { GpuBody } from "../gpu/kernel";
import type { TensorInfo } from "../gpu/tensorflow";
import type { ConvolutionShape } from "./convolution-cpu";
import { type ConvolutionSource, product, sourceOf } from "./convolution-gather";
import { forwardGather, type Gather, gradientGather, isFlat, range, widthOf } from "./convolution-tiles";
import { maskedInput } from "./masked-input";

/** Multiply-adds of a pixel, at most: all are written out, and compilers take their time. */
const MOST_PRODUCTS = 256;
/** Pixels of an invocation: enough to be worth its filter, and no more than these while invocations are many. */
const [LEAST_PIXELS, MOST_PIXELS, INVOCATIONS] = [16, 64, 128];
/** Invocations of a workgroup: small, so that few workgroups keep a few cores equally busy. */
const WORKGROUP = 16;

/** Target elements of an invocation: as many as fit; 0 where the filter of one alone is too large. */
function elementsOf(g: Gather): number {
  const width = widthOf(g.channels);
  const all = g.channels / width;
  const fitting = range(all + 1).filter((n) => all % n === 0 && n * width * g.sourceChannels <= MOST_PRODUCTS);
  return Math.max(0, ...fitting);
}

/** Whether the way can compute a shape, forward and back. */
export function fitsStream(s: ConvolutionShape): boolean {
  return isFlat(s) && elementsOf(forwardGather(s)) > 0 && elementsOf(gradientGather(s)) > 0;
}

function stream(
  name: string,
  g: Gather,
  from: ConvolutionSource,
  w: TensorInfo,
  z: TensorInfo | undefined,
  shape: readonly number[],
  run: Parameters<GpuBody<ConvolutionShape>>[2],
): TensorInfo {
  const elements = elementsOf(g);
  const [target, source] = [widthOf(g.channels), widthOf(g.sourceChannels)];
  const all = (g.groups * g.channels) / target;
  const steps = g.sourceChannels / source;
  const blocks = all / elements;
  const { rows, matrix, times } = product(g.transposed, target, source);
  const filterWidth = g.transposed ? source : target;
  const pixels = g.width;
  const wanted = Math.max(Math.ceil(INVOCATIONS / blocks), Math.ceil(pixels / MOST_PIXELS));
  const chunks = Math.min(Math.ceil(pixels / LEAST_PIXELS), wanted);
  const { inputs, rectify, read } = sourceOf(from, source);
  const weight = (i: number, e: number, j: number) => {
    const row = g.transposed ? `first * ${target} + ${e * target + j}` : `${i * source + j}`;
    const element = g.transposed ? `sourceFirst + ${i}` : `block * ${elements} + ${e}`;
    return `w[(${row}) * uniforms.filterStep + ${element}]`;
  };
  const filter = range(steps).flatMap((i) =>
    range(elements).map(
      (e) =>
        `let m${i}_${e} = ${matrix(
          range(rows)
            .map((j) => weight(i, e, j))
            .join(", "),
        )};`,
    ),
  );
  const sum = (e: number) =>
    range(steps)
      .map((i) => times.replace("v", `v${i}`).replace("m", `m${i}_${e}`))
      .join(" + ");
  const type = target === 4 ? "vec4<f32>" : "f32";
  const store = (e: number) => {
    if (!z) return `store(to + ${e}, ${sum(e)});`;
    return `store(to + ${e}, select(${type}(), ${sum(e)}, z[to + ${e}] > ${type}()));`;
  };
  const vector = target === 4 || source === 4 ? 4 : 1;
  const narrow = (names: readonly string[], width: 1 | 4) => (width < vector ? names : []);
  return run({
    name,
    variant: ["stream", g.transposed, steps, elements, target, source, rectify, z ? "z" : ""].join("_"),
    inputs: { ...inputs, w, ...(z ? { z } : {}) },
    params: {
      blocks,
      perGroup: g.channels / target / elements,
      perChunk: Math.ceil(pixels / chunks),
      pixels,
      sourceStep: g.groups * steps,
      all,
      filterStep: (g.groups * (g.transposed ? g.sourceChannels : g.channels)) / filterWidth,
    },
    body: `
      let block = index % uniforms.blocks;
      let group = block / uniforms.perGroup;
      let sourceFirst = group * ${steps};
      ${g.transposed ? `let first = (block - group * uniforms.perGroup) * ${elements};` : ""}
      ${filter.join("\n")}
      let begin = (index / uniforms.blocks) * uniforms.perChunk;
      let end = min(begin + uniforms.perChunk, uniforms.pixels);
      var at = begin * uniforms.sourceStep + sourceFirst;
      var to = begin * uniforms.all + block * ${elements};
      for (var p = begin; p < end; p++) {
        ${range(steps)
          .map((i) => `let v${i} = ${read(`at + ${i}`)};`)
          .join("\n")}
        ${range(elements).map(store).join("\n")}
        at += uniforms.sourceStep;
        to += uniforms.all;
      }`,
    count: blocks * chunks,
    shape,
    vector,
    scalars: [...narrow(["x", "dy"], source), ...narrow(["w"], filterWidth), ...narrow(["result", "z"], target)],
    workgroup: WORKGROUP,
  });
}

export const streamForward: GpuBody<ConvolutionShape> = ([x, w, z], s, run) => {
  if (!x || !w) throw new Error("Convolution needs x and w.");
  const shape = [s.batch, s.outHeight, s.outWidth, s.groups * s.outChannels];
  return stream("Convolution", forwardGather(s), maskedInput(x, z, run), w, undefined, shape, run);
};

export const streamGradX: GpuBody<ConvolutionShape> = ([dy, w, z], s, run) => {
  if (!dy || !w) throw new Error("ConvolutionGradX needs dy and w.");
  const shape = [s.batch, s.height, s.width, s.groups * s.inChannels];
  return stream("ConvolutionGradX", gradientGather(s), { dy }, w, z, shape, run);
};
