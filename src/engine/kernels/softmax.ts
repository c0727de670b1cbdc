/**
 * Softmax and its logarithm over the last axis, differentiable any number of times. TF.js's own lose the second
 * derivative: a tape records the saved copy of an output before the operation itself, so nothing flows through it.
 * These save their input and compute again.
 */
import { defineDifferentiable, type Kernel, type Values } from "../gpu/kernel";
import { type Tensor, tf } from "../gpu/tensorflow";

interface Rows {
  readonly shape: readonly number[];
  readonly columns: number;
}

const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** Calls visit(first index, maximum, sum of exp(x − maximum)) for each row. */
function eachRow(x: Values, columns: number, visit: (first: number, max: number, sum: number) => void): void {
  for (let first = 0; first < x.length; first += columns) {
    let max = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < columns; k++) max = Math.max(max, x[first + k] as number);
    let sum = 0;
    for (let k = 0; k < columns; k++) sum += Math.exp((x[first + k] as number) - max);
    visit(first, max, sum);
  }
}

const rowOnGpu = `
  let first = (index / uniforms.columns) * uniforms.columns;
  var largest = x[first];
  for (var k = 1; k < uniforms.columns; k++) { largest = max(largest, x[first + k]); }
  var sum = 0.0;
  for (var k = 0; k < uniforms.columns; k++) { sum += exp(x[first + k] - largest); }`;

const softmaxKernel: Kernel<Rows> = defineDifferentiable<Rows>(
  "SearchlightSoftmax",
  {
    shape: (s) => s.shape,
    cpu: ([x], out, s) =>
      eachRow(x as Values, s.columns, (first, max, sum) => {
        for (let i = first; i < first + s.columns; i++) out[i] = Math.exp(((x as Values)[i] as number) - max) / sum;
      }),
    gpu: ([x], s, run) => {
      if (!x) throw new Error("Softmax needs x.");
      const body = `${rowOnGpu} result[index] = exp(x[index] - largest) / sum;`;
      return run({
        name: "Softmax",
        inputs: { x },
        params: { columns: s.columns },
        body,
        count: size(s.shape),
        shape: s.shape,
      });
    },
  },
  (dy, [x]) => [
    () => {
      const y = softmax(x as Tensor);
      const weighted = tf.mul(dy, y);
      return tf.sub(weighted, tf.mul(y, tf.sum(weighted, -1, true)));
    },
  ],
);

const logSoftmaxKernel: Kernel<Rows> = defineDifferentiable<Rows>(
  "SearchlightLogSoftmax",
  {
    shape: (s) => s.shape,
    cpu: ([x], out, s) =>
      eachRow(x as Values, s.columns, (first, max, sum) => {
        for (let i = first; i < first + s.columns; i++) out[i] = ((x as Values)[i] as number) - max - Math.log(sum);
      }),
    gpu: ([x], s, run) => {
      if (!x) throw new Error("LogSoftmax needs x.");
      const body = `${rowOnGpu} result[index] = x[index] - largest - log(sum);`;
      return run({
        name: "LogSoftmax",
        inputs: { x },
        params: { columns: s.columns },
        body,
        count: size(s.shape),
        shape: s.shape,
      });
    },
  },
  (dy, [x]) => [() => tf.sub(dy, tf.mul(softmax(x as Tensor), tf.sum(dy, -1, true)))],
);

const rowsOf = (x: Tensor): Rows => ({ shape: x.shape, columns: x.shape[x.shape.length - 1] ?? 1 });

/** exp(x) / Σ exp(x) over the last axis. */
export function softmax(x: Tensor): Tensor {
  return softmaxKernel([x], rowsOf(x));
}

/** log softmax(x) over the last axis. */
export function logSoftmax(x: Tensor): Tensor {
  return logSoftmaxKernel([x], rowsOf(x));
}
