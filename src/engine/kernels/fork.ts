/**
 * Several uses of one tensor. TF.js adds the gradients of uses one by one; those of a fork are added in one dispatch.
 * Nothing is copied.
 */
import { defineDifferentiable, type Values } from "../gpu/kernel";
import { vectorFor } from "../gpu/program";
import { type Tensor, type TensorInfo, tf } from "../gpu/tensorflow";

interface Sum {
  readonly shape: readonly number[];
}

const sumKernel = defineDifferentiable<Sum>(
  "SearchlightSum",
  {
    shape: (s) => s.shape,
    cpu: (inputs, out) => {
      for (let i = 0; i < out.length; i++) out[i] = inputs.reduce((sum, x) => sum + ((x as Values)[i] as number), 0);
    },
    gpu: (inputs, s, run) => {
      const size = s.shape.reduce((a, b) => a * b, 1);
      const vector = vectorFor(size);
      return run({
        name: "Sum",
        variant: `${inputs.length}`,
        inputs: Object.fromEntries(inputs.map((x, i) => [`x${i}`, x])),
        params: {},
        body: `result[index] = ${inputs.map((_, i) => `x${i}[index]`).join(" + ")};`,
        count: size / vector,
        shape: s.shape,
        vector,
      });
    },
  },
  (dy, inputs) => inputs.map(() => () => dy.clone()),
);

const FORK = "SearchlightFork";
for (const backendName of ["cpu", "webgpu"]) {
  tf.registerKernel({
    kernelName: FORK,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) => {
      const [x] = Object.values(inputs) as [TensorInfo];
      return Array.from({ length: (attrs as { uses: number }).uses }, () => {
        (backend as tf.KernelBackend).incRef(x.dataId);
        return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
      });
    },
  });
}
tf.registerGradient({
  kernelName: FORK,
  gradFunc: (dys) => {
    const all = Array.isArray(dys) ? dys : [dys];
    return { 0: () => sumKernel(all, { shape: (all[0] as Tensor).shape }) };
  },
});

/** x as often as it is used, at most seven times. */
export function fork(x: Tensor, uses: number): Tensor[] {
  return tf
    .engine()
    .runKernel(FORK, [x] as unknown as tf.NamedTensorMap, { uses } as unknown as tf.NamedAttrMap) as Tensor[];
}
