/** Layers that both networks are made of. A layer registers its parameters when built and reads them from a view when run. */

import { type Tensor, tf } from "../gpu/tensorflow";
import { batchNorm } from "../kernels/batch-norm";
import { convolution } from "../kernels/convolution";
import { arrange } from "../kernels/mix";
import { channelShift, relu } from "../kernels/pointwise";
import { averagePool, maxPool, poolPair } from "../kernels/pooling";
import { convolutionFilter, linearFilter, type ParameterSet, type View, vector } from "./parameters";

export type Layer = (view: View, x: Tensor) => Tensor;

/** What may be swapped for operations without kinks, to check derivatives: ReLU → softplus(4x)/4, maximum → average pool. */
export interface Smoothness {
  readonly smooth: boolean;
}

export function activation({ smooth }: Smoothness): (x: Tensor) => Tensor {
  return smooth ? (x) => tf.mul(tf.softplus(tf.mul(x, 4)), 1 / 4) : relu;
}

/** How a convolution reads an activated input: ReLU as it loads, softplus from an operation before it. */
export function onLoad(o: Smoothness): { readonly prepare: (x: Tensor) => Tensor; readonly rectify: boolean } {
  return o.smooth ? { prepare: activation(o), rectify: false } : { prepare: (x) => x, rectify: true };
}

/** Pools, 3×3 with padding 1 by default; `pair` is the maximum and the average as two blocks of channels. */
export function pools({ smooth }: Smoothness, kernel = 3, pad = 1) {
  const average = (x: Tensor, stride: number) => averagePool(x, kernel, stride, pad);
  if (!smooth) {
    const max = (x: Tensor, stride: number) => maxPool(x, kernel, stride, pad);
    return { average, max, pair: (x: Tensor, stride: number) => poolPair(x, kernel, stride, pad) };
  }
  const both = [0, 1].map((to) => ({ input: 0, from: 0, to }));
  const pair = (x: Tensor, stride: number) =>
    arrange([average(x, stride)], both, { channels: x.shape[3] ?? 0, outBlocks: 2 });
  return { average, max: average, pair };
}

/** Batch norm in train mode; with scale and shift when `affine`. State dict: weight, bias. */
export function norm(set: ParameterSet, name: string, channels: number, affine: boolean): Layer {
  if (!affine) return (_, x) => batchNorm(x);
  const scale = set.add(vector(`${name}.weight`, channels, "ones"));
  const shift = set.add(vector(`${name}.bias`, channels, "zeros"));
  return (view, x) => batchNorm(x, { scale: view(scale), shift: view(shift) });
}

/** Convolution without bias, of max(x, 0) where `rectify`. State dict: weight. */
export function conv(
  set: ParameterSet,
  name: string,
  o: {
    readonly in: number;
    readonly out: number;
    readonly kernel: number;
    readonly stride?: number;
    readonly pad?: number;
    readonly rectify?: boolean;
  },
): Layer {
  const filter = set.add(convolutionFilter([`${name}.weight`], o.kernel, o.in, o.out));
  const options = { stride: o.stride ?? 1, pad: o.pad ?? 0, rectify: o.rectify ?? false };
  return (view, x) => convolution(x, view(filter), options);
}

/** Global average pool, then a linear layer with bias: [N, H, H, I] → [N, O]. State dict: weight, bias. */
export function classifier(set: ParameterSet, name: string, inputs: number, outputs: number): Layer {
  const filter = set.add(linearFilter(`${name}.weight`, inputs, outputs));
  const bias = set.add(vector(`${name}.bias`, outputs, { fanIn: inputs }));
  return (view, x) => {
    const side = x.shape[1] ?? 1;
    const pooled = averagePool(x, side, 1, 0);
    return tf.reshape(channelShift(convolution(pooled, view(filter)), view(bias)), [x.shape[0] ?? 0, outputs]);
  };
}
