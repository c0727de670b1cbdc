/**
 * Several uses of one tensor. TF.js adds the gradients of uses one by one; those of a fork are added in one dispatch.
 * Nothing is copied.
 */
import { defineDifferentiable, type Values } from "../gpu/kernel";
import { vectorFor } from "../gpu/program";
import { type Tensor, type TensorInfo, tf } from "../gpu/tensorflow";
import { arrange } from "./mix";

interface Sum {
  readonly shape: readonly number[];
}

const sumKernel = defineDifferentiable<Sum>(
  "SearchlightSum",
  {
    shape: (s) => s.shape,
    operations: (s) => s.shape.reduce((a, b) => a * b, 1),
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
        body: `store(index, ${inputs.map((_, i) => `x${i}[index]`).join(" + ")});`,
        count: size / vector,
        shape: s.shape,
        vector,
        joins: "sum",
      });
    },
  },
  (dy, inputs) => inputs.map(() => () => dy.clone()),
);

/** Registers a kernel of several results, views of the first input or made from it, on both backends. */
export function registerResults<A>(
  kernelName: string,
  results: (x: Tensor, attrs: A, alias: () => TensorInfo) => TensorInfo[],
) {
  for (const backendName of ["cpu", "webgpu"]) {
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs, backend }) => {
        const [x] = Object.values(inputs) as [Tensor];
        return results(x, attrs as A, () => {
          (backend as tf.KernelBackend).incRef(x.dataId);
          return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
        });
      },
    });
  }
  return (inputs: readonly Tensor[], attrs: A) =>
    tf
      .engine()
      .runKernel(kernelName, [...inputs] as unknown as tf.NamedTensorMap, attrs as tf.NamedAttrMap) as Tensor[];
}
export const several = (dys: Tensor | Tensor[]) => (Array.isArray(dys) ? dys : [dys]);

const forkKernel = registerResults<{ readonly uses: number }>("SearchlightFork", (_, { uses }, alias) =>
  Array.from({ length: uses }, alias),
);
tf.registerGradient({
  kernelName: "SearchlightFork",
  gradFunc: (dys) => ({ 0: () => sumKernel(several(dys), { shape: (several(dys)[0] as Tensor).shape }) }),
});

/** x as often as it is used, at most seven times. */
export function fork(x: Tensor, uses: number): Tensor[] {
  return forkKernel([x], { uses });
}

interface Taken {
  readonly block: number;
  readonly channels: number;
}

const takeKernel = registerResults<Taken>("SearchlightTake", (x, { block, channels }, alias) => [
  arrange([x], [{ input: 0, from: block, to: 0 }], { channels, outBlocks: 1 }),
  alias(),
]);
tf.registerGradient({
  kernelName: "SearchlightTake",
  gradFunc: (dys, _, attrs) => ({
    0: () => {
      const { block, channels } = attrs as unknown as Taken;
      const [dBlock, dx] = several(dys) as [Tensor, Tensor];
      const outBlocks = (dx.shape[dx.shape.length - 1] ?? 0) / channels;
      const all = Array.from({ length: outBlocks }, (_, b) => ({ input: 0, from: b, to: b }));
      return arrange([dx, dBlock], [...all, { input: 1, from: 0, to: block }], { channels, outBlocks });
    },
  }),
});

/** A channel block of x, copied, and x for its further use: their gradients are added in one dispatch. */
export function take(x: Tensor, block: number, channels: number): { readonly block: Tensor; readonly rest: Tensor } {
  const [copy, rest] = takeKernel([x], { block, channels }) as [Tensor, Tensor];
  return { block: copy, rest };
}
