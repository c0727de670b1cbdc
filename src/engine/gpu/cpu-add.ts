/**
 * TF.js's tape adds gradients with its general `Add`, which asks each element for its place. Two float tensors of one
 * shape, nearly all its uses here, are added by a plain loop instead.
 */
import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";

/** Replaces the CPU backend's `Add`; other inputs go to the one it replaces. */
export function registerPlainAdd(): void {
  const general = tf.getKernel(tf.Add, "cpu");
  if (!general) throw new Error("The CPU backend has no Add to replace.");
  tf.unregisterKernel(tf.Add, "cpu");
  tf.registerKernel({
    ...general,
    kernelFunc: (call) => {
      const { a, b } = call.inputs as tf.AddInputs;
      if (!a || !b) throw new Error("Add needs two tensors.");
      if (a.dtype !== "float32" || b.dtype !== "float32" || !tf.util.arraysEqual(a.shape, b.shape))
        return general.kernelFunc(call);
      const backend = call.backend as MathBackendCPU;
      const left = backend.data.get(a.dataId).values as Float32Array;
      const right = backend.data.get(b.dataId).values as Float32Array;
      const sum = new Float32Array(left.length);
      for (let i = 0; i < sum.length; i++) sum[i] = (left[i] as number) + (right[i] as number);
      return backend.makeTensorInfo(a.shape, "float32", sum);
    },
  });
}
