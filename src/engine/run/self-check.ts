/** Tells whether this adapter computes the primitives and their gradients right: drivers do get them wrong. */
import { PRIMITIVES } from "../../domain/primitives";
import type { BackendName } from "../../domain/run";
import { scoped, type Tensor, tf } from "../gpu/tensorflow";
import { compareGradients } from "../kernels/central-difference";
import { caseDirectional, caseLoss, type KernelCase, runCase } from "../kernels/kernel-cases";
import { operation } from "../nn/operations";
import { ParameterSet } from "../nn/parameters";

export interface CheckResult {
  readonly name: string;
  readonly ok: boolean;
  /** Largest error over the tolerance; at most 1 when ok. */
  readonly error: number;
}

/** Of the largest value of a tensor. Kernels alone agree to 1e-5; a primitive chains up to eight of them. */
const TOLERANCE = 1e-4;
/** Of the size of the summed terms, for a central difference in float32. */
const DIFFERENCE_TOLERANCE = 5e-3;
const [BATCH, SIDE, CHANNELS] = [2, 8, 4];

/** Each primitive as the search uses it, at both strides, as a function of its input and its weights. */
export const PRIMITIVE_CASES: readonly KernelCase[] = PRIMITIVES.flatMap((primitive) =>
  [1, 2].map((stride): KernelCase => {
    const set = new ParameterSet();
    const options = { channels: CHANNELS, stride, affine: false, smooth: false, normAfterPool: true };
    const layer = operation(set, "", primitive, options);
    const input = [BATCH, SIDE, SIDE, CHANNELS];
    return {
      name: `${primitive}, stride ${stride}`,
      shapes: set.size > 0 ? [input, [set.size]] : [input],
      run: ([x, weights]) => layer(weights ? set.view(weights) : noWeights, x as Tensor),
    };
  }),
);

function noWeights(): never {
  throw new Error("This primitive has no weights.");
}

/** Largest difference over the largest wanted value; 0 when both are zero throughout, ∞ for anything that is no number. */
export function relativeError(want: Float32Array, got: Float32Array): number {
  if (want.length !== got.length) return Number.POSITIVE_INFINITY;
  let [largest, difference] = [0, 0];
  for (const [i, w] of want.entries()) {
    const d = Math.abs(w - (got[i] ?? Number.NaN));
    if (!Number.isFinite(d)) return Number.POSITIVE_INFINITY;
    largest = Math.max(largest, Math.abs(w));
    difference = Math.max(difference, d);
  }
  return difference === 0 ? 0 : difference / largest;
}

/** Value, first and second derivatives of a case on a backend. */
async function valuesOn(backend: BackendName, c: KernelCase): Promise<Float32Array[]> {
  await tf.setBackend(backend);
  const tensors = scoped(() => {
    const { value, first, second } = runCase(c);
    return [value, ...first, ...second];
  });
  const values = await Promise.all(tensors.map((t) => t.data() as Promise<Float32Array>));
  tf.dispose(tensors);
  return values;
}

/** Error over tolerance of WebGPU against the CPU reference. */
async function againstReference(c: KernelCase): Promise<number> {
  const want = await valuesOn("cpu", c);
  const got = await valuesOn("webgpu", c);
  return Math.max(...want.map((values, i) => relativeError(values, got[i] ?? new Float32Array()))) / TOLERANCE;
}

/** Error over tolerance of the reference itself: its first and second derivatives against central differences. */
async function againstDifferences(c: KernelCase): Promise<number> {
  await tf.setBackend("cpu");
  return tf.tidy(() => {
    const { first, second } = runCase(c);
    const parts = [compareGradients(c, caseLoss, first), compareGradients(c, caseDirectional, second)];
    return (
      Math.max(...parts.map(({ difference, scale }) => (difference === 0 ? 0 : difference / scale))) /
      DIFFERENCE_TOLERANCE
    );
  });
}

/**
 * Checks each primitive at both strides: on WebGPU, where it has been opened, against the CPU reference, else the reference
 * against central differences. The backend in use afterwards is the one before.
 * @param report told of each result as it comes
 */
export async function selfCheck(report: (result: CheckResult) => void): Promise<void> {
  const before = tf.getBackend();
  const check = tf.findBackend("webgpu") ? againstReference : againstDifferences;
  try {
    for (const c of PRIMITIVE_CASES) {
      const error = await check(c);
      report({ name: c.name, ok: error <= 1, error });
    }
  } finally {
    await tf.setBackend(before);
  }
}
