/** The DARTS operations one by one (Liu et al., DARTS, arXiv 1806.09055), named as in its state dicts. */
import type { Primitive } from "../../domain/primitives";
import { type Tensor, tf } from "../gpu/tensorflow";
import { batchNorm } from "../kernels/batch-norm";
import { convolution } from "../kernels/convolution";
import { depthwise } from "../kernels/depthwise";
import { arrange } from "../kernels/mix";
import { averagePool } from "../kernels/pooling";
import { conv, type Layer, norm, onLoad, pools, type Smoothness } from "./layers";
import { convolutionFilter, depthwiseFilter, type ParameterRef, type ParameterSet, type View } from "./parameters";

interface OperationOptions extends Smoothness {
  readonly channels: number;
  readonly stride: number;
  readonly affine: boolean;
}

/** ReLU → k×k convolution → batch norm. State dict: op.1, op.2. */
export function reluConvNorm(
  set: ParameterSet,
  name: string,
  o: Smoothness & {
    readonly in: number;
    readonly out: number;
    readonly affine: boolean;
    readonly kernel?: number;
    readonly stride?: number;
    readonly pad?: number;
  },
): Layer {
  const { prepare, rectify } = onLoad(o);
  const { kernel = 1, stride = 1, pad = 0 } = o;
  const convolve = conv(set, `${name}op.1`, { in: o.in, out: o.out, kernel, stride, pad, rectify });
  const normalise = norm(set, `${name}op.2`, o.out, o.affine);
  return (view, x) => normalise(view, convolve(view, prepare(x)));
}

/**
 * The two halves of factorized reductions of x for `groups` edges at once: 1×1 convolutions of stride 2 at even and at odd
 * pixels of the activated x, joined for each edge. [N, H, W, I] → [N, H/2, W/2, groups·out]
 * @param uses x twice
 */
export function reduceHalves(
  uses: readonly [Tensor, Tensor],
  even: Tensor,
  odd: Tensor,
  groups: number,
  o: Smoothness,
): Tensor {
  const { prepare, rectify } = onLoad(o);
  const [, h = 0, w = 0] = uses[0].shape;
  if (h % 2 === 1 || w % 2 === 1)
    throw new Error(`A factorized reduction needs an even height and width, not ${h}×${w}.`);
  const channels = (even.shape[3] ?? 0) / groups;
  const halves = [
    convolution(prepare(uses[0]), even, { stride: 2, rectify }),
    convolution(prepare(uses[1]), odd, { stride: 2, pad: -1, rectify }),
  ];
  const moves = Array.from({ length: groups }, (_, g) =>
    [0, 1].map((input) => ({ input, from: g, to: 2 * g + input })),
  ).flat();
  return arrange(halves, moves, { channels, outBlocks: 2 * groups });
}

/** FactorizedReduce: ReLU → halves → batch norm. State dict: conv_1, conv_2, bn. */
export function factorizedReduce(
  set: ParameterSet,
  name: string,
  o: Smoothness & { readonly in: number; readonly out: number; readonly affine: boolean },
): Layer {
  const even = set.add(convolutionFilter([`${name}conv_1.weight`], 1, o.in, o.out / 2));
  const odd = set.add(convolutionFilter([`${name}conv_2.weight`], 1, o.in, o.out / 2));
  const normalise = norm(set, `${name}bn`, o.out, o.affine);
  return (view, x) => normalise(view, reduceHalves([x, x], view(even), view(odd), 1, o));
}

/** ReLU → depthwise → 1×1 → batch norm; state dict: op.FIRST, op.FIRST+1, op.FIRST+2. */
function separable(
  set: ParameterSet,
  name: string,
  first: number,
  o: OperationOptions & { readonly kernel: number; readonly dilation: number },
): Layer {
  const { channels, kernel, dilation, stride } = o;
  const { prepare, rectify } = onLoad(o);
  const block = {
    kernel,
    dilation,
    pad: (dilation * (kernel - 1)) / 2,
    outChannels: channels,
    inOffset: 0,
    inChannels: channels,
  };
  const filter: ParameterRef = set.add(depthwiseFilter([{ kernel, names: [`${name}op.${first}.weight`] }], channels));
  const pointwise = conv(set, `${name}op.${first + 1}`, { in: channels, out: channels, kernel: 1 });
  const normalise = norm(set, `${name}op.${first + 2}`, channels, o.affine);
  const spread = (view: View, x: Tensor) => depthwise(prepare(x), view(filter), stride, [block], { rectify });
  return (view, x) => normalise(view, pointwise(view, spread(view, x)));
}

/** One primitive. `normAfterPool`: the batch norm that the search puts behind pools. */
export function operation(
  set: ParameterSet,
  name: string,
  primitive: Primitive,
  o: OperationOptions & { readonly normAfterPool: boolean },
): Layer {
  const { channels, stride, affine, smooth } = o;
  const afterPool = o.normAfterPool ? batchNorm : (x: Tensor) => x;
  const sep = (kernel: number): Layer => {
    const first = separable(set, name, 1, { ...o, kernel, dilation: 1 });
    const second = separable(set, name, 5, { ...o, stride: 1, kernel, dilation: 1 });
    return (view, x) => second(view, first(view, x));
  };
  switch (primitive) {
    case "none":
      return (_, x) => tf.mul(stride === 1 ? x : averagePool(x, 1, stride, 0), 0);
    case "max_pool_3x3":
      return (_, x) => afterPool(pools(o).max(x, stride));
    case "avg_pool_3x3":
      return (_, x) => afterPool(pools(o).average(x, stride));
    case "skip_connect":
      return stride === 1 ? (_, x) => x : factorizedReduce(set, name, { in: channels, out: channels, affine, smooth });
    case "sep_conv_3x3":
      return sep(3);
    case "sep_conv_5x5":
      return sep(5);
    case "dil_conv_3x3":
      return separable(set, name, 1, { ...o, kernel: 3, dilation: 2 });
    case "dil_conv_5x5":
      return separable(set, name, 1, { ...o, kernel: 5, dilation: 2 });
    default:
      return primitive satisfies never;
  }
}
