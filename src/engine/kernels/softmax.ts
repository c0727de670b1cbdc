/**
 * Softmax over the last axis, differentiable any number of times. TF.js's own loses the second derivative: a tape records
 * the saved copy of an output before the operation itself, so nothing flows through it. This saves its input and computes
 * again. With y = softmax(x) and ⟨·⟩ the sum over a row:
 *   S(dy)              = y (dy − ⟨y·dy⟩)                                             gradient of x
 *   ∂⟨g, S(dy)⟩/∂dy = S(g)
 *   ∂⟨g, S(dy)⟩/∂x  = S(g·dy − g⟨y·dy⟩ − dy⟨y·g⟩)
 */
import { defineDifferentiable, defineKernel, type Kernel, type Values } from "../gpu/kernel";
import type { Tensor } from "../gpu/tensorflow";

interface Rows {
  readonly shape: readonly number[];
  readonly columns: number;
}

const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** Calls visit(first index, softmax of the row). */
function eachRow(x: Values, columns: number, visit: (first: number, y: readonly number[]) => void): void {
  for (let first = 0; first < x.length; first += columns) {
    const row = Array.from(x.subarray(first, first + columns));
    const max = Math.max(...row);
    const powers = row.map((v) => Math.exp(v - max));
    const sum = powers.reduce((a, b) => a + b, 0);
    visit(
      first,
      powers.map((v) => v / sum),
    );
  }
}
const sumOf = (y: readonly number[], term: (k: number) => number) => y.reduce((sum, v, k) => sum + v * term(k), 0);

const rowOnGpu = `
  let first = (index / uniforms.columns) * uniforms.columns;
  var largest = x[first];
  for (var k = 1; k < uniforms.columns; k++) { largest = max(largest, x[first + k]); }
  var sum = 0.0;
  for (var k = 0; k < uniforms.columns; k++) { sum += exp(x[first + k] - largest); }
  let y = exp(x[index] - largest) / sum;`;
const sumOnGpu = (name: string, term: string) => `
  var ${name} = 0.0;
  for (var k = first; k < first + uniforms.columns; k++) { ${name} += exp(x[k] - largest) / sum * ${term}; }`;
const onEach = (s: Rows) => ({ params: { columns: s.columns }, count: size(s.shape), shape: s.shape });

const secondKernel = defineKernel<Rows>("SearchlightSoftmaxGradGrad", {
  shape: (s) => s.shape,
  cpu: ([g, dy, x], out, s) =>
    eachRow(x as Values, s.columns, (first, y) => {
      const [gs, ds] = [g as Values, dy as Values];
      const [gOf, dOf] = [(k: number) => gs[first + k] as number, (k: number) => ds[first + k] as number];
      const [a, b] = [sumOf(y, gOf), sumOf(y, dOf)];
      const mean = sumOf(y, (k) => gOf(k) * dOf(k)) - 2 * a * b;
      for (const [k, v] of y.entries()) out[first + k] = v * (gOf(k) * dOf(k) - gOf(k) * b - dOf(k) * a - mean);
    }),
  gpu: ([g, dy, x], s, run) => {
    if (!g || !dy || !x) throw new Error("SoftmaxGradGrad needs g, dy and x.");
    const body = `${rowOnGpu} ${sumOnGpu("a", "g[k]")} ${sumOnGpu("b", "dy[k]")} ${sumOnGpu("m", "g[k] * dy[k]")}
      result[index] = y * (g[index] * dy[index] - g[index] * b - dy[index] * a - m + 2.0 * a * b);`;
    return run({ name: "SoftmaxGradGrad", inputs: { x, g, dy }, body, ...onEach(s) });
  },
});

const gradientKernel: Kernel<Rows> = defineDifferentiable<Rows>(
  "SearchlightSoftmaxGrad",
  {
    shape: (s) => s.shape,
    cpu: ([dy, x], out, s) =>
      eachRow(x as Values, s.columns, (first, y) => {
        const dOf = (k: number) => (dy as Values)[first + k] as number;
        const mean = sumOf(y, dOf);
        for (const [k, v] of y.entries()) out[first + k] = v * (dOf(k) - mean);
      }),
    gpu: ([dy, x], s, run) => {
      if (!dy || !x) throw new Error("SoftmaxGrad needs dy and x.");
      const body = `${rowOnGpu} ${sumOnGpu("mean", "dy[k]")} result[index] = y * (dy[index] - mean);`;
      return run({ name: "SoftmaxGrad", inputs: { x, dy }, body, ...onEach(s) });
    },
  },
  (g, inputs, s) => {
    const [dy, x] = inputs as [Tensor, Tensor];
    return [() => gradientKernel([g, x], s), () => secondKernel([g, dy, x], s)];
  },
);

const softmaxKernel: Kernel<Rows> = defineDifferentiable<Rows>(
  "SearchlightSoftmax",
  {
    shape: (s) => s.shape,
    cpu: ([x], out, s) => eachRow(x as Values, s.columns, (first, y) => out.set(y, first)),
    gpu: ([x], s, run) => {
      if (!x) throw new Error("Softmax needs x.");
      return run({ name: "Softmax", inputs: { x }, body: `${rowOnGpu} result[index] = y;`, ...onEach(s) });
    },
  },
  (dy, [x], s) => [() => gradientKernel([dy, x as Tensor], s)],
);

/** exp(x) / Σ exp(x) over the last axis. */
export function softmax(x: Tensor): Tensor {
  return softmaxKernel([x], { shape: x.shape, columns: x.shape[x.shape.length - 1] ?? 0 });
}
