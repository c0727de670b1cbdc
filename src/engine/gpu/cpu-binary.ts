/**
 * TF.js's tape adds and multiplies with general kernels that ask each element for its place. Two float tensors of one
 * shape, or a tensor and a number, nearly all their uses here, are taken by a plain loop instead.
 */
import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";

type Loop = (out: Float32Array, a: Float32Array, b: Float32Array) => void;

/** `b` has a's length. */
const addEach: Loop = (out, a, b) => {
  for (let i = 0; i < out.length; i++) out[i] = (a[i] as number) + (b[i] as number);
};

const multiplyEach: Loop = (out, a, b) => {
  for (let i = 0; i < out.length; i++) out[i] = (a[i] as number) * (b[i] as number);
};

/** `b` has one value. */
const addNumber: Loop = (out, a, b) => {
  const value = b[0] as number;
  for (let i = 0; i < out.length; i++) out[i] = (a[i] as number) + value;
};

const multiplyByNumber: Loop = (out, a, b) => {
  const value = b[0] as number;
  for (let i = 0; i < out.length; i++) out[i] = (a[i] as number) * value;
};

/** Replaces a commutative kernel of the CPU backend; inputs that do not fit the loops go to the one it replaces. */
function replace(kernelName: string, each: Loop, byNumber: Loop): void {
  const general = tf.getKernel(kernelName, "cpu");
  if (!general) throw new Error(`The CPU backend has no ${kernelName} to replace.`);
  tf.unregisterKernel(kernelName, "cpu");
  tf.registerKernel({
    ...general,
    kernelFunc: (call) => {
      const { a, b } = call.inputs as tf.BinaryInputs;
      if (!a || !b) throw new Error(`${kernelName} needs two tensors.`);
      if (a.dtype !== "float32" || b.dtype !== "float32") return general.kernelFunc(call);
      const backend = call.backend as MathBackendCPU;
      const values = (x: tf.TensorInfo) => backend.data.get(x.dataId).values as Float32Array;
      const loop = (run: Loop, x: tf.TensorInfo, y: tf.TensorInfo) => {
        const out = new Float32Array(values(x).length);
        run(out, values(x), values(y));
        return backend.makeTensorInfo(x.shape, "float32", out);
      };
      if (tf.util.arraysEqual(a.shape, b.shape)) return loop(each, a, b);
      const isNumber = (x: tf.TensorInfo, other: tf.TensorInfo) =>
        tf.util.sizeFromShape(x.shape) === 1 && x.shape.length <= other.shape.length;
      if (isNumber(b, a)) return loop(byNumber, a, b);
      if (isNumber(a, b)) return loop(byNumber, b, a);
      return general.kernelFunc(call);
    },
  });
}

export function registerPlainArithmetic(): void {
  replace(tf.Add, addEach, addNumber);
  replace(tf.Multiply, multiplyEach, multiplyByNumber);
}
