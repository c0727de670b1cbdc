/**
 * The ground: TF.js core with its gradients and the two backends' kernels. The only place that loads TF.js; everything
 * else imports `tf` from here. Knows nothing of networks.
 */
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/register_all_gradients";
import "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-webgpu/dist/flags_webgpu";
import "@tensorflow/tfjs-backend-webgpu/dist/register_all_kernels";

import { registerPlainArithmetic } from "./cpu-binary";
import { registerPlainAddition } from "./webgpu-add";

registerPlainArithmetic();
registerPlainAddition();
tf.env().set("IS_TEST", false);
// Says nothing of a faster backend for Node.
tf.env().set("PROD", true);
// Else small operations would silently leave the GPU.
tf.env().set("WEBGPU_CPU_FORWARD", false);

/** tf.tidy for results of any type: releases every tensor made inside but those in the result (objects and arrays). */
export function scoped<T>(f: () => T): T {
  return tf.tidy(f as unknown as () => tf.TensorContainer) as unknown as T;
}

/** The same values as a constant: no derivative flows through it. Nothing is copied. */
export function detach(x: tf.Tensor): tf.Tensor {
  tf.backend().incRef(x.dataId);
  return tf.engine().makeTensorFromTensorInfo({ dataId: x.dataId, shape: x.shape, dtype: x.dtype });
}

/** The value of f without a tape: no derivative flows through it, and nothing inside is kept for one. */
export function withoutGradient(f: () => tf.Tensor): tf.Tensor {
  return tf.customGrad((...args) => ({
    value: f(),
    // Asked for by nobody: the input is a constant.
    gradFunc: () => args[0] as tf.Tensor,
  }))(tf.scalar(0));
}

/**
 * Runs f with its derivatives on a tape of its own: what it keeps for them is released when f is done, also while other derivatives
 * are being taken. To those its results are constants.
 */
export function onTapeOfItsOwn<T>(f: () => T): T {
  const { state } = tf.engine();
  const { activeTape, gradientDepth } = state;
  Object.assign(state, { activeTape: null, gradientDepth: 0 });
  try {
    return f();
  } finally {
    Object.assign(state, { activeTape, gradientDepth });
  }
}

/** Those of the tensors that depend on inputs of the derivative that is being taken. */
export function dependents(tensors: readonly tf.Tensor[], inputs: readonly tf.Tensor[]): tf.Tensor[] {
  const reached = new Set(inputs.map(({ id }) => id));
  for (const node of tf.engine().state.activeTape ?? [])
    if (Object.values(node.inputs).some(({ id }) => reached.has(id)))
      for (const { id } of node.outputs) reached.add(id);
  return tensors.filter(({ id }) => reached.has(id));
}

export type Tensor = tf.Tensor;
export type TensorInfo = tf.TensorInfo;
export { tf };
