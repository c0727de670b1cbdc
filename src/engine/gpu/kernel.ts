/** Registers a kernel of our own with TF.js for both backends, and builds families that are closed under differentiation. */
import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import type { RecordingBackend } from "./backend-webgpu";
import { type Dispatch, runDispatch } from "./program";
import { detach, type Tensor, type TensorInfo, tf } from "./tensorflow";
import { chooseVariant, offerVariants } from "./variants";

/** Name of the dispatch that masks a kernel's input beforehand. */
export const MASKED_INPUT = "MaskedInput";

export type Values = Float32Array | Int32Array;

/** A kernel for both backends. Inputs come in a fixed order; `A` holds every dimension the kernel needs. */
export interface KernelBody<A> {
  readonly dtype?: "float32" | "int32";
  shape(attrs: A): readonly number[];
  /** Multiplications and additions of a call, for the profiler; left out where none is worth counting. */
  operations?(attrs: A): number;
  /** Readable reference: fills `out`, which starts at zero. */
  cpu(inputs: readonly Values[], out: Values, attrs: A): void;
  /** The plain way on WebGPU. */
  readonly gpu: GpuBody<A>;
  /** Other ways, which may be faster: the autotuner chooses for each shape. */
  readonly variants?: readonly Variant<A>[];
}

/** One or more dispatches; `run` enqueues one and returns its result. Intermediate results are released. */
export type GpuBody<A> = (
  inputs: readonly TensorInfo[],
  attrs: A,
  run: (dispatch: Dispatch) => TensorInfo,
) => TensorInfo;

/** Another way to compute a kernel on WebGPU. */
export interface Variant<A> {
  /** Unique within the kernel, and not "plain". */
  readonly name: string;
  /** Whether it can compute this shape. */
  fits(attrs: A): boolean;
  readonly gpu: GpuBody<A>;
}

export type Kernel<A> = (inputs: readonly Tensor[], attrs: A) => Tensor;

function register<A>(kernelName: string, body: KernelBody<A>): Kernel<A> {
  offerVariants(kernelName, body);
  const ordered = (inputs: object) => Object.values(inputs) as TensorInfo[];
  const inner = (attrs: object | undefined) => (attrs as { attrs: A }).attrs;
  tf.registerKernel({
    kernelName,
    backendName: "cpu",
    kernelFunc: ({ inputs, attrs, backend }) => {
      const cpu = backend as MathBackendCPU;
      const a = inner(attrs);
      const shape = [...body.shape(a)];
      const size = shape.reduce((x, y) => x * y, 1);
      const out = body.dtype === "int32" ? new Int32Array(size) : new Float32Array(size);
      body.cpu(
        ordered(inputs).map((info) => cpu.data.get(info.dataId).values as Values),
        out,
        a,
      );
      return cpu.makeTensorInfo(shape, body.dtype ?? "float32", out);
    },
  });
  tf.registerKernel({
    kernelName,
    backendName: "webgpu",
    kernelFunc: ({ inputs, attrs, backend }) => {
      const gpu = backend as RecordingBackend;
      const made: TensorInfo[] = [];
      const tensors = ordered(inputs);
      const a = inner(attrs);
      if (body.variants?.length)
        gpu.recording?.calls.push({
          kernelName,
          attrs: a,
          inputs: tensors.map(({ shape, dtype }) => ({ shape, dtype })),
        });
      let operations = body.operations?.(a) ?? 0;
      // Of the first dispatch but one that masks its input; those after it join partial results.
      const counted = ({ name }: Dispatch) => {
        if (name === MASKED_INPUT) return 0;
        const all = operations;
        operations = 0;
        return all;
      };
      const way = chooseVariant(kernelName, body, a);
      const result = way(tensors, a, (dispatch) => {
        const info = runDispatch(gpu, { operations: counted(dispatch), ...dispatch });
        made.push(info);
        return info;
      });
      for (const dataId of new Set(made.map((info) => info.dataId)))
        if (dataId !== result.dataId) gpu.disposeData(dataId);
      return result;
    },
  });
  return (inputs, attrs) =>
    tf
      .engine()
      .runKernel(
        kernelName,
        [...inputs] as unknown as tf.NamedTensorMap,
        { attrs } as unknown as tf.NamedAttrMap,
      ) as Tensor;
}

const attrsOf = <A>(attrs: object) => (attrs as { attrs: A }).attrs;
const single = (dy: Tensor | Tensor[]): Tensor => {
  if (Array.isArray(dy)) throw new Error("Expected the gradient of one output.");
  return dy;
};

/** A kernel without a gradient. */
export function defineKernel<A>(name: string, body: KernelBody<A>): Kernel<A> {
  return register(name, body);
}

/** A kernel with a gradient for each input; a gradient is computed only when asked for. */
export function defineDifferentiable<A>(
  name: string,
  body: KernelBody<A>,
  gradients: (dy: Tensor, inputs: readonly Tensor[], attrs: A) => readonly (() => Tensor)[],
): Kernel<A> {
  tf.registerGradient({
    kernelName: name,
    saveAllInputs: true,
    gradFunc: (dy, saved, attrs) => Object.fromEntries(gradients(single(dy), saved, attrsOf<A>(attrs)).entries()),
  });
  return register(name, body);
}

/** A linear kernel and its adjoint: each is the other's gradient. */
export function defineLinearPair<A>(name: string, forward: KernelBody<A>, adjoint: KernelBody<A>) {
  const run: Kernel<A> = defineDifferentiable(name, forward, (dy, _x, attrs) => [() => back([dy], attrs)]);
  const back: Kernel<A> = defineDifferentiable(`${name}Adjoint`, adjoint, (dy, _x, attrs) => [() => run([dy], attrs)]);
  return {
    forward: (x: Tensor, attrs: A) => run([x], attrs),
    adjoint: (dy: Tensor, attrs: A) => back([dy], attrs),
  };
}

/**
 * A bilinear kernel y = f(x, w) with its two adjoints. The three are closed under differentiation:
 * f(x, w) → X(dy, w), W(x, dy); X(dy, w) → f(·, w), W(·, dy); W(x, dy) → X(dy, ·), f(x, ·).
 *
 * All three take constants of the differentiation as further inputs. One may be a mask z of x's shape, if the kernel knows
 * masks: f and W then read x where z > 0 and zero elsewhere, and X writes zero where z ≤ 0. With z = x this is
 * f(max(x, 0), w) and its gradients, and the three are still closed.
 */
export function defineBilinear<A>(
  name: string,
  bodies: { readonly forward: KernelBody<A>; readonly gradX: KernelBody<A>; readonly gradW: KernelBody<A> },
) {
  const split = (inputs: readonly Tensor[]) => inputs as readonly [Tensor, Tensor, ...Tensor[]];
  const forward: Kernel<A> = defineDifferentiable(name, bodies.forward, (dy, inputs, attrs) => {
    const [x, w, ...constants] = split(inputs);
    return [() => gradX([dy, w, ...constants], attrs), () => gradW([x, dy, ...constants], attrs)];
  });
  const gradX: Kernel<A> = defineDifferentiable(`${name}GradX`, bodies.gradX, (g, inputs, attrs) => {
    const [dy, w, ...constants] = split(inputs);
    return [() => forward([g, w, ...constants], attrs), () => gradW([g, dy, ...constants], attrs)];
  });
  const gradW: Kernel<A> = defineDifferentiable(`${name}GradW`, bodies.gradW, (g, inputs, attrs) => {
    const [x, dy, ...constants] = split(inputs);
    return [() => gradX([dy, g, ...constants], attrs), () => forward([x, g, ...constants], attrs)];
  });
  return {
    forward: (x: Tensor, w: Tensor, attrs: A, ...constants: readonly Tensor[]) => forward([x, w, ...constants], attrs),
    /** f(max(x, 0), w). */
    forwardRectified: (x: Tensor, w: Tensor, attrs: A, ...constants: readonly Tensor[]) =>
      forward([x, w, detach(x), ...constants], attrs),
    gradX: (dy: Tensor, w: Tensor, attrs: A, ...constants: readonly Tensor[]) => gradX([dy, w, ...constants], attrs),
    gradW: (x: Tensor, dy: Tensor, attrs: A, ...constants: readonly Tensor[]) => gradW([x, dy, ...constants], attrs),
  };
}
