/**
 * Σ_i c_i ℓ_i over rows, ℓ_i = −Σ_k b_k log softmax(z)_k, with hard or soft targets b: differentiable twice in z and in b.
 * For each row, with p = softmax(z), s = Σ b and a = c·dL:
 *   Z(dL, z, b) = a (p s − b)     gradient of z
 *   B(dL, z)    = −a log p        gradient of b
 * Given g for Z, with u = Σ g·p and v = Σ g·b, the gradients are c (s u − v) of dL, a s p (g − u) of z and a (u − g) of b.
 * Given h for B, they are the loss itself and Z, both with h in the place of b.
 */
import { defineDifferentiable, defineKernel, type Kernel, type KernelBody, type Values } from "../gpu/kernel";
import type { Tensor } from "../gpu/tensorflow";
import { sumChunks } from "./reduce";

export interface CrossEntropyShape {
  readonly rows: number;
  readonly columns: number;
  /** Times every row. */
  readonly factor: number;
  /** Whether rows have weights too: the last input, [rows]. */
  readonly weighted: boolean;
}

/** What a row knows when its terms are written. */
interface Row {
  readonly c: number;
  readonly a: number;
  readonly s: number;
  readonly u: number;
  readonly v: number;
}
/** One pass over rows: a number for each element, or one for each row, which are then summed. */
interface Pass {
  readonly name: string;
  /** Tensors read, before the rows' weights: z, b and g [rows, columns], dL a scalar. */
  readonly reads: readonly ("z" | "b" | "g" | "dL")[];
  readonly total: boolean;
  /** The same formula twice; p, logP, b and g are the element's. A total is summed over elements. */
  readonly cpu: (row: Row, p: number, logP: number, b: number, g: number) => number;
  readonly gpu: string;
}

function body(pass: Pass): KernelBody<CrossEntropyShape> {
  const { name, reads, total } = pass;
  const has = (input: (typeof reads)[number]) => reads.includes(input);
  return {
    shape: (s) => (total ? [] : [s.rows, s.columns]),
    cpu: (inputs, out, shape) => {
      const read = (input: (typeof reads)[number]) => inputs[reads.indexOf(input)] as Values | undefined;
      const [z, b, g, dL] = [read("z") as Values, read("b"), read("g"), read("dL")];
      const weights = shape.weighted ? (inputs[reads.length] as Values) : null;
      let sum = 0;
      for (let i = 0; i < shape.rows; i++) {
        const at = i * shape.columns;
        const of = (x: Values | undefined, k: number) => (x ? (x[at + k] as number) : 0);
        const columns = Array.from({ length: shape.columns }, (_, k) => k);
        const largest = Math.max(...columns.map((k) => of(z, k)));
        const all = columns.reduce((t, k) => t + Math.exp(of(z, k) - largest), 0);
        const logP = (k: number) => of(z, k) - largest - Math.log(all);
        const sumOf = (term: (k: number) => number) => columns.reduce((t, k) => t + term(k), 0);
        const c = shape.factor * (weights ? (weights[i] as number) : 1);
        const row: Row = {
          c,
          a: c * (dL ? (dL[0] as number) : 1),
          s: sumOf((k) => of(b, k)),
          u: sumOf((k) => of(g, k) * Math.exp(logP(k))),
          v: sumOf((k) => of(g, k) * of(b, k)),
        };
        for (const k of columns) {
          const term = pass.cpu(row, Math.exp(logP(k)), logP(k), of(b, k), of(g, k));
          if (total) sum += term;
          else out[at + k] = term;
        }
      }
      if (total) out[0] = sum;
    },
    gpu: (inputs, shape, run) => {
      const weights = shape.weighted ? inputs[reads.length] : undefined;
      const term = `term(c, a, s, u, v, exp(logP), logP, ${has("b") ? "f32(b[at + k])" : "0.0"}, ${has("g") ? "g[at + k]" : "0.0"})`;
      // TF.js casts one-hot labels in name only: b may hold integers.
      const each = (line: string) => `for (var k = 0; k < uniforms.columns; k++) { ${line} }`;
      const rows = run({
        name,
        variant: `${shape.factor}${shape.weighted ? "w" : ""}`,
        inputs: {
          ...Object.fromEntries(reads.map((input, i) => [input, inputs[i] as NonNullable<(typeof inputs)[number]>])),
          ...(weights ? { weights } : {}),
        },
        params: { columns: shape.columns },
        functions: `fn term(c : f32, a : f32, s : f32, u : f32, v : f32, p : f32, logP : f32, b : f32, g : f32) -> f32 {
          return ${pass.gpu};
        }`,
        body: `
          let row = index${total ? "" : " / uniforms.columns"};
          let at = row * uniforms.columns;
          var largest = z[at];
          ${each("largest = max(largest, z[at + k]);")}
          var all = 0.0;
          ${each("all += exp(z[at + k] - largest);")}
          let shift = largest + log(all);
          let c = ${shape.factor.toExponential()}${weights ? " * weights[row]" : ""};
          let a = c${has("dL") ? " * dL[0]" : ""};
          var s = 0.0; var u = 0.0; var v = 0.0;
          ${has("b") ? each("s += f32(b[at + k]);") : ""}
          ${has("g") ? each("u += g[at + k] * exp(z[at + k] - shift);") : ""}
          ${has("g") && has("b") ? each("v += g[at + k] * f32(b[at + k]);") : ""}
          ${
            total
              ? `var sum = 0.0; ${each(`let logP = z[at + k] - shift; sum += ${term};`)} result[index] = sum;`
              : `let k = index - at; let logP = z[index] - shift; result[index] = ${term};`
          }`,
        count: total ? shape.rows : shape.rows * shape.columns,
        shape: total ? [shape.rows] : [shape.rows, shape.columns],
      });
      return total ? sumChunks(run, rows, shape.rows, []) : rows;
    },
  };
}

const bodies = {
  loss: body({
    name: "CrossEntropy",
    reads: ["z", "b"],
    total: true,
    cpu: ({ c }, _p, logP, b) => -c * b * logP,
    gpu: "-c * b * logP",
  }),
  ofZ: body({
    name: "CrossEntropyGradZ",
    reads: ["dL", "z", "b"],
    total: false,
    cpu: ({ a, s }, p, _logP, b) => a * (p * s - b),
    gpu: "a * (p * s - b)",
  }),
  ofB: body({
    name: "CrossEntropyGradB",
    reads: ["dL", "z"],
    total: false,
    cpu: ({ a }, _p, logP) => -a * logP,
    gpu: "-a * logP",
  }),
  ofZofL: body({
    name: "CrossEntropyGradZL",
    reads: ["z", "b", "g"],
    total: true,
    cpu: ({ c, s }, p, _logP, b, g) => c * g * (s * p - b),
    gpu: "c * g * (s * p - b)",
  }),
  ofZofZ: body({
    name: "CrossEntropyGradZZ",
    reads: ["dL", "z", "b", "g"],
    total: false,
    cpu: ({ a, s, u }, p, _logP, _b, g) => a * s * p * (g - u),
    gpu: "a * s * p * (g - u)",
  }),
  ofZofB: body({
    name: "CrossEntropyGradZB",
    reads: ["dL", "z", "g"],
    total: false,
    cpu: ({ a, u }, _p, _logP, _b, g) => a * (u - g),
    gpu: "a * (u - g)",
  }),
};

type Shape = CrossEntropyShape;
const ofZofL = defineKernel<Shape>("SearchlightCrossEntropyGradZL", bodies.ofZofL);
const ofZofZ = defineKernel<Shape>("SearchlightCrossEntropyGradZZ", bodies.ofZofZ);
const ofZofB = defineKernel<Shape>("SearchlightCrossEntropyGradZB", bodies.ofZofB);

/** Inputs of a pass with the rows' weights behind them; no gradient reaches the weights. */
const loss: Kernel<Shape> = defineDifferentiable("SearchlightCrossEntropy", bodies.loss, (dL, inputs, s) => {
  const [z, b, ...w] = inputs as [Tensor, Tensor, ...Tensor[]];
  return [() => ofZ([dL, z, b, ...w], s), () => ofB([dL, z, ...w], s)];
});
const ofZ: Kernel<Shape> = defineDifferentiable("SearchlightCrossEntropyGradZ", bodies.ofZ, (g, inputs, s) => {
  const [dL, z, b, ...w] = inputs as [Tensor, Tensor, Tensor, ...Tensor[]];
  return [() => ofZofL([z, b, g, ...w], s), () => ofZofZ([dL, z, b, g, ...w], s), () => ofZofB([dL, z, g, ...w], s)];
});
const ofB: Kernel<Shape> = defineDifferentiable("SearchlightCrossEntropyGradB", bodies.ofB, (h, inputs, s) => {
  const [dL, z, ...w] = inputs as [Tensor, Tensor, ...Tensor[]];
  return [() => loss([z, h, ...w], s), () => ofZ([dL, z, h, ...w], s)];
});

/**
 * factor · Σ_i w_i ℓ_i, a scalar.
 * @param logits [N, K]
 * @param targets probabilities [N, K]
 * @param weights [N], constants; null for ones
 */
export function summedCrossEntropy(logits: Tensor, targets: Tensor, weights: Tensor | null, factor: number): Tensor {
  const [rows, columns] = logits.shape as [number, number];
  const inputs = [logits, targets, ...(weights ? [weights] : [])];
  return loss(inputs, { rows, columns, factor, weighted: weights !== null });
}
