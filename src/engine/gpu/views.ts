/**
 * The parts of a flat tensor as tensors of their own, and back. In a plan both cost nothing: a view is a range of the flat
 * tensor's bytes, and the kernels that make a part write it where it belongs.
 */
import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { ALIGNMENT } from "./arena";
import type { RecordingBackend } from "./backend-webgpu";
import { rootOf, type Storage } from "./recorder";
import { type Tensor, type TensorInfo, tf } from "./tensorflow";

/** Parts of a flat tensor, apart from one another. Gaps between them are zero in what is joined. */
export interface FlatLayout {
  /** Values of the flat tensor, gaps included. */
  readonly size: number;
  readonly parts: readonly {
    readonly offset: number;
    readonly shape: readonly number[];
    /** Whether a plan copies it, so that it does not keep the whole. */
    readonly copied?: boolean;
  }[];
}

/** Values between the starts of two parts that a binding can begin at. */
const STEP = ALIGNMENT / 4;
const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** Parts of the given shapes, one after the other, where bindings can begin. The whole comes in fours, as kernels take it fastest. */
export function flatLayout(shapes: readonly (readonly number[])[]): FlatLayout {
  let end = 0;
  const parts = shapes.map((shape) => {
    const offset = Math.ceil(end / STEP) * STEP;
    end = offset + sizeOf(shape);
    return { offset, shape };
  });
  return { size: Math.ceil(end / 4) * 4, parts };
}

type Part = FlatLayout["parts"][number];

const layoutOf = (attrs: object | undefined) => (attrs as { layout: FlatLayout }).layout;
const cpuValues = (backend: MathBackendCPU, { dataId }: TensorInfo) => backend.data.get(dataId).values as Float32Array;

function cpuView(backend: MathBackendCPU, flat: TensorInfo, { offset, shape }: Part): TensorInfo {
  // No kernel writes into its input, so the view shares the flat tensor's memory.
  const values = cpuValues(backend, flat).subarray(offset, offset + sizeOf(shape));
  return backend.makeTensorInfo([...shape], "float32", values);
}

function gpuView(backend: RecordingBackend, flat: TensorInfo, { offset, shape, copied }: Part): TensorInfo {
  const info = backend.makeTensorInfo([...shape], "float32");
  const { recording: recorder } = backend;
  const source = 4 * offset;
  if (!recorder) {
    backend.copyInto(info, [{ from: flat, source, target: 0, bytes: 4 * sizeOf(shape) }], false);
    return info;
  }
  const storage = recorder.storage(flat, null, "View");
  if (!copied && (rootOf(storage).offset + source) % ALIGNMENT === 0) {
    recorder.view(info, storage, source);
    return info;
  }
  const part: Storage = { bytes: 4 * sizeOf(shape), source: "scratch", within: { storage, offset: source } };
  recorder.commands.push({ kind: "join", output: recorder.scratch(info), pieces: [{ from: part, offset: 0 }] });
  return info;
}

function gpuJoin(backend: RecordingBackend, parts: readonly TensorInfo[], layout: FlatLayout): TensorInfo {
  const info = backend.makeTensorInfo([layout.size], "float32");
  const offsets = layout.parts.map(({ offset }) => 4 * offset);
  const { recording: recorder } = backend;
  if (!recorder) {
    const copies = parts.map((from, i) => ({
      from,
      source: 0,
      target: offsets[i] ?? 0,
      bytes: 4 * sizeOf(from.shape),
    }));
    backend.copyInto(info, copies, true);
    return info;
  }
  const pieces = parts.map((part, i) => {
    const storage = recorder.storage(part, backend.waiting(part), "Join");
    const { source } = storage;
    const zero = typeof source === "object" && "constant" in source && Object.is(source.constant, 0);
    return { from: zero ? null : storage, offset: offsets[i] ?? 0 };
  });
  recorder.commands.push({ kind: "join", output: recorder.scratch(info), pieces });
  return info;
}

const [VIEWS, VIEW, JOIN] = ["SearchlightViews", "SearchlightView", "SearchlightJoin"] as const;
const ordered = (inputs: object) => Object.values(inputs) as TensorInfo[];
const first = (inputs: object) => ordered(inputs)[0] as TensorInfo;

tf.registerKernel({
  kernelName: VIEWS,
  backendName: "cpu",
  kernelFunc: ({ inputs, attrs, backend }) =>
    layoutOf(attrs).parts.map((part) => cpuView(backend as MathBackendCPU, first(inputs), part)),
});
tf.registerKernel({
  kernelName: VIEWS,
  backendName: "webgpu",
  kernelFunc: ({ inputs, attrs, backend }) =>
    layoutOf(attrs).parts.map((part) => gpuView(backend as RecordingBackend, first(inputs), part)),
});
tf.registerKernel({
  kernelName: VIEW,
  backendName: "cpu",
  kernelFunc: ({ inputs, attrs, backend }) =>
    cpuView(backend as MathBackendCPU, first(inputs), (attrs as unknown as { part: Part }).part),
});
tf.registerKernel({
  kernelName: VIEW,
  backendName: "webgpu",
  kernelFunc: ({ inputs, attrs, backend }) =>
    gpuView(backend as RecordingBackend, first(inputs), (attrs as unknown as { part: Part }).part),
});
tf.registerKernel({
  kernelName: JOIN,
  backendName: "cpu",
  kernelFunc: ({ inputs, attrs, backend }) => {
    const { size, parts } = layoutOf(attrs);
    const values = new Float32Array(size);
    for (const [i, part] of ordered(inputs).entries())
      values.set(cpuValues(backend as MathBackendCPU, part), parts[i]?.offset);
    return (backend as MathBackendCPU).makeTensorInfo([size], "float32", values);
  },
});
tf.registerKernel({
  kernelName: JOIN,
  backendName: "webgpu",
  kernelFunc: ({ inputs, attrs, backend }) => gpuJoin(backend as RecordingBackend, ordered(inputs), layoutOf(attrs)),
});

tf.registerGradient({
  kernelName: VIEWS,
  // TF.js hands over the gradient of a single part bare.
  gradFunc: (dys, _saved, attrs) => ({ 0: () => join(Array.isArray(dys) ? dys : [dys], layoutOf(attrs)) }),
});
tf.registerGradient({
  kernelName: JOIN,
  gradFunc: (dy, _saved, attrs) =>
    Object.fromEntries(layoutOf(attrs).parts.map((part, i) => [i, () => view(dy as Tensor, part)])),
});

const run = (kernel: string, inputs: readonly Tensor[], attrs: object) =>
  tf.engine().runKernel(kernel, [...inputs] as unknown as tf.NamedTensorMap, attrs as tf.NamedAttrMap);

function view(flat: Tensor, part: Part): Tensor {
  return run(VIEW, [flat], { part }) as Tensor;
}

/** The parts of a flat tensor [size]. */
export function views(flat: Tensor, layout: FlatLayout): Tensor[] {
  return run(VIEWS, [flat], { layout }) as Tensor[];
}

/** A copy of slot 0 of [slots, ...], and the others. */
export function firstSlot(x: Tensor): [Tensor, Tensor] {
  const [slots = 1, ...shape] = x.shape;
  const parts = [
    { offset: 0, shape, copied: true },
    { offset: sizeOf(shape), shape: [slots - 1, ...shape] },
  ];
  return views(tf.reshape(x, [x.size]), { size: x.size, parts }) as [Tensor, Tensor];
}

/** The flat tensor of the parts, zero in the gaps. */
export function join(parts: readonly Tensor[], layout: FlatLayout): Tensor {
  return run(JOIN, parts, { layout }) as Tensor;
}
