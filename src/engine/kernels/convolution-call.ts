/**
 * What the ways to gather have in common. The forward pass and the gradient of x are the same kernel, which gathers from a
 * source ([x] or [dy]) into a target, with the filter read as it is or transposed.
 */
import type { GpuBody } from "../gpu/kernel";
import type { TensorInfo } from "../gpu/tensorflow";
import type { ConvolutionShape } from "./convolution-cpu";
import { forwardGather, type Gather, gradientGather, widthOf } from "./convolution-tiles";
import { maskedInput } from "./masked-input";

/** What is gathered: dy, or x or max(x, 0). */
type Source = { readonly dy: TensorInfo } | ReturnType<typeof maskedInput>;

/** One call of a kernel that gathers. */
export interface GatherCall {
  readonly name: string;
  readonly s: ConvolutionShape;
  readonly g: Gather;
  readonly from: Source;
  readonly w: TensorInfo;
  /** Where it is not positive, zero is stored. */
  readonly z: TensorInfo | undefined;
  readonly shape: readonly number[];
  readonly run: Parameters<GpuBody<ConvolutionShape>>[2];
}

export type GatherWay = (call: GatherCall) => TensorInfo;

export const forwardBy =
  (way: GatherWay): GpuBody<ConvolutionShape> =>
  ([x, w, z], s, run) => {
    if (!x || !w) throw new Error("Convolution needs x and w.");
    const shape = [s.batch, s.outHeight, s.outWidth, s.groups * s.outChannels];
    const from = maskedInput(x, z, run);
    return way({ name: "Convolution", s, g: forwardGather(s), from, w, z: undefined, shape, run });
  };

export const gradXBy =
  (way: GatherWay): GpuBody<ConvolutionShape> =>
  ([dy, w, z], s, run) => {
    if (!dy || !w) throw new Error("ConvolutionGradX needs dy and w.");
    const shape = [s.batch, s.height, s.width, s.groups * s.inChannels];
    return way({ name: "ConvolutionGradX", s, g: gradientGather(s), from: { dy }, w, z, shape, run });
  };

/** Sum over a tap's source element v of `target` sums: the filter's part as m, and its product with v. */
export function product(transposed: boolean, target: 1 | 4, source: 1 | 4) {
  if (target === 4 && source === 4)
    return { rows: 4, matrix: (w: string) => `mat4x4<f32>(${w})`, times: transposed ? "v * m" : "m * v" };
  if (target === 1 && source === 1) return { rows: 1, matrix: (w: string) => w, times: "v * m" };
  const wide = { rows: 4, matrix: (w: string) => `vec4<f32>(${w})` };
  const narrow = { rows: 1, matrix: (w: string) => w };
  if (target === 4) return { ...(transposed ? wide : narrow), times: "v * m" };
  return { ...(transposed ? narrow : wide), times: "dot(v, m)" };
}

/** The filter's row j for source element i and element e of the target's block, in elements of the filter. */
export function filterIndex({ g }: GatherCall, elements: number) {
  const [target, source] = [widthOf(g.channels), widthOf(g.sourceChannels)];
  return (i: string | number, e: number, j: string | number) => {
    const row = g.transposed ? `first * ${target} + ${e * target} + ${j}` : `${i} * ${source} + ${j}`;
    const element = g.transposed ? `sourceFirst + ${i}` : `block * ${elements} + ${e}`;
    return { row, element };
  };
}

/** Inputs of the dispatch, its element types, and how the body reads and writes an element. */
export function operandsOf({ g, from, w, z }: GatherCall) {
  const [target, source] = [widthOf(g.channels), widthOf(g.sourceChannels)];
  const filter = g.transposed ? source : target;
  const vector: 1 | 4 = target === 4 || source === 4 ? 4 : 1;
  const narrow = (names: readonly string[], width: 1 | 4) => (width < vector ? names : []);
  const rectify = "x" in from && from.rectify;
  const typeOf = (width: 1 | 4) => (width === 4 ? "vec4<f32>" : "f32");
  const [type, sourceType] = [typeOf(target), typeOf(source)];
  return {
    /** WGSL types of a target and of a source element. */
    type,
    sourceType,
    operands: {
      inputs: { ...("x" in from ? { x: from.x } : from), w, ...(z ? { z } : {}) },
      vector,
      scalars: [...narrow(["x", "dy"], source), ...narrow(["w"], filter), ...narrow(["result", "z"], target)],
    },
    /** Elements from one row of the filter to the next. */
    filterStep: (g.groups * (g.transposed ? g.sourceChannels : g.channels)) / filter,
    /** Of what they change in the text. */
    key: [g.transposed, target, source, rectify, z ? "z" : ""],
    read: (i: string) => (rectify ? `max(x[${i}], ${sourceType}())` : `${"x" in from ? "x" : "dy"}[${i}]`),
    store: (at: string, sum: string) => `store(${at}, ${z ? `select(${type}(), ${sum}, z[${at}] > ${type}())` : sum});`,
  };
}
