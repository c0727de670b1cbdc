/**
 * Addition of two float tensors of one shape on WebGPU by a kernel of our own, nearly all of which a plan can spare
 * (accumulate.ts). Every other addition goes to TF.js's kernel.
 */
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu/dist/webgpu";
import * as tf from "@tensorflow/tfjs-core";
import { ADD } from "./accumulate";
import { runDispatch, vectorFor } from "./program";

export function registerPlainAddition(): void {
  const general = tf.getKernel(tf.Add, "webgpu");
  if (!general) throw new Error("The WebGPU backend has no Add to replace.");
  tf.unregisterKernel(tf.Add, "webgpu");
  tf.registerKernel({
    ...general,
    kernelFunc: (call) => {
      const { a, b } = call.inputs as tf.BinaryInputs;
      if (!a || !b) throw new Error("Add needs two tensors.");
      const alike = a.dtype === "float32" && b.dtype === "float32" && tf.util.arraysEqual(a.shape, b.shape);
      const size = tf.util.sizeFromShape(a.shape);
      if (!alike || size === 0) return general.kernelFunc(call);
      const vector = vectorFor(size);
      return runDispatch(call.backend as WebGPUBackend, {
        name: ADD,
        inputs: { a, b },
        params: {},
        body: "store(index, a[index] + b[index]);",
        count: size / vector,
        shape: a.shape,
        vector,
        joins: "sum",
      });
    },
  });
}
