/** How a convolution on WebGPU reads x under a mask. */
import { MASKED_INPUT } from "../gpu/kernel";
import { type Dispatch, vectorFor } from "../gpu/program";
import type { TensorInfo } from "../gpu/tensorflow";

/**
 * Whether to read max(x, 0), as under the mask z = x, and what to read. Another mask, which is rare, is applied beforehand:
 * kernels that know it would be one more pipeline each.
 */
export function maskedInput(x: TensorInfo, z: TensorInfo | undefined, run: (dispatch: Dispatch) => TensorInfo) {
  if (!z) return { x, rectify: false };
  if (z.dataId === x.dataId) return { x, rectify: true };
  const size = x.shape.reduce((a, b) => a * b, 1);
  const vector = vectorFor(size);
  const masked = run({
    name: MASKED_INPUT,
    inputs: { x, z },
    params: {},
    body: "result[index] = select(T(0.0), x[index], z[index] > T(0.0));",
    count: size / vector,
    shape: x.shape,
    vector,
  });
  return { x: masked, rectify: false };
}
