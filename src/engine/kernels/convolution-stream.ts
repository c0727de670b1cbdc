/**
 * 1×1 convolutions on the GPU with the filter in registers: an invocation holds the filter from all input channels of a
 * group to a block of its output channels and streams pixels past it, so that besides each pixel's channels nothing is
 * loaded. The forward pass and the gradient of x are the same kernel, with the filter as it is or transposed.
 */

import { filterIndex, type GatherWay, operandsOf, product } from "./convolution-call";
import type { ConvolutionShape } from "./convolution-cpu";
import { forwardGather, type Gather, gradientGather, isFlat, range, widthOf } from "./convolution-tiles";

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

export const stream: GatherWay = (call) => {
  const { name, g, shape, run } = call;
  const elements = elementsOf(g);
  const [target, source] = [widthOf(g.channels), widthOf(g.sourceChannels)];
  const all = (g.groups * g.channels) / target;
  const steps = g.sourceChannels / source;
  const blocks = all / elements;
  const { rows, matrix, times } = product(g.transposed, target, source);
  const pixels = g.width;
  const wanted = Math.max(Math.ceil(INVOCATIONS / blocks), Math.ceil(pixels / MOST_PIXELS));
  const chunks = Math.min(Math.ceil(pixels / LEAST_PIXELS), wanted);
  const { operands, filterStep, key, read, store } = operandsOf(call);
  const filterOf = filterIndex(call, elements);
  const weight = (i: number, e: number, j: number) => {
    const { row, element } = filterOf(i, e, j);
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
  return run({
    name,
    variant: ["stream", steps, elements, ...key].join("_"),
    ...operands,
    params: {
      blocks,
      perGroup: g.channels / target / elements,
      perChunk: Math.ceil(pixels / chunks),
      pixels,
      sourceStep: g.groups * steps,
      all,
      filterStep,
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
        ${range(elements)
          .map((e) => store(`to + ${e}`, sum(e)))
          .join("\n")}
        at += uniforms.sourceStep;
        to += uniforms.all;
      }`,
    count: blocks * chunks,
    shape,
    workgroup: WORKGROUP,
  });
};
