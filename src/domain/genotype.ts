/** Genotypes: how a cell is read off the alphas, and the text and value forms it is exchanged in. */
import { CELL_KINDS, type CellKind, edgeIndex, NODES, PRIMITIVES, type Primitive } from "./primitives";

/** One kept edge: operation and the state it reads. */
export type Gene = readonly [op: Primitive, state: number];

/** The DARTS `Genotype`: two genes for each node in node order, strongest first. */
export interface Genotype {
  readonly normal: readonly Gene[];
  readonly normal_concat: readonly number[];
  readonly reduce: readonly Gene[];
  readonly reduce_concat: readonly number[];
}

/** Alphas before the softmax: [14, 8] row-major for each kind of cell. */
export type Alphas = Readonly<Record<CellKind, Float32Array>>;

/** Edge weights before the softmax over the edges of a node: [14] for each kind of cell. */
export type Betas = Readonly<Record<CellKind, Float32Array>>;

const OPS = PRIMITIVES.length;
const NONE = PRIMITIVES.indexOf("none");

/** Row-wise softmax of a row-major [rows, columns] matrix, rounded to float32 as the original computes it. */
export function softmaxRows(alphas: Float32Array, columns: number = OPS): Float32Array {
  const out = new Float32Array(alphas.length);
  for (let row = 0; row < alphas.length; row += columns) {
    const values = alphas.subarray(row, row + columns);
    const max = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    let sum = 0;
    for (let k = 0; k < columns; k++) {
      const e = Math.fround(Math.exp(Math.fround((values[k] ?? 0) - max)));
      out[row + k] = e;
      sum = Math.fround(sum + e);
    }
    for (let k = 0; k < columns; k++) out[row + k] = (out[row + k] ?? 0) / sum;
  }
  return out;
}

/** Best operation of an edge apart from `none`: strict scan, so ties keep the lower column. */
export function bestOperation(weights: Float32Array, edge: number): { op: number; weight: number } {
  let op = -1;
  let weight = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < OPS; k++) {
    const w = weights[edge * OPS + k] ?? 0;
    if (k !== NONE && w > weight) {
      op = k;
      weight = w;
    }
  }
  return { op, weight };
}

/** Derives one cell from edge weights [14, 8] (softmax of the alphas, times betas where there are some). */
export function deriveCell(weights: Float32Array): Gene[] {
  const genes: Gene[] = [];
  for (let node = 0; node < NODES; node++) {
    const kept = Array.from({ length: node + 2 }, (_, state) => ({
      state,
      ...bestOperation(weights, edgeIndex(node, state)),
    }))
      .sort((a, b) => b.weight - a.weight)
      .slice(0, 2);
    for (const { op, state } of kept) genes.push([PRIMITIVES[op] ?? "none", state]);
  }
  return genes;
}

const CONCAT: readonly number[] = Array.from({ length: NODES }, (_, i) => i + 2);

/** The genotype of two cells, whose outputs join all nodes. */
export function genotypeOf({ normal, reduce }: Readonly<Record<CellKind, readonly Gene[]>>): Genotype {
  return { normal, normal_concat: CONCAT, reduce, reduce_concat: CONCAT };
}

/** Softmax of a cell's betas over the incoming edges of each node. @param betas [14] */
export function softmaxEdges(betas: Float32Array): Float32Array {
  const out = new Float32Array(betas.length);
  for (let node = 0; node < NODES; node++) {
    const first = edgeIndex(node, 0);
    out.set(softmaxRows(betas.subarray(first, first + node + 2), node + 2), first);
  }
  return out;
}

/** What an edge's operations weigh: softmax of the alphas, times that of the betas where there are some. */
export function edgeWeights(alphas: Float32Array, betas: Float32Array | undefined): Float32Array {
  const weights = softmaxRows(alphas);
  if (!betas) return weights;
  const shares = softmaxEdges(betas);
  return weights.map((w, i) => w * (shares[Math.floor(i / OPS)] ?? Number.NaN));
}

/** The genotype of a pair of alpha matrices (arXiv 1806.09055, §2.4), with betas as PC-DARTS reads it. */
export function deriveGenotype(alphas: Alphas, betas: Betas | null = null): Genotype {
  return genotypeOf({
    normal: deriveCell(edgeWeights(alphas.normal, betas?.normal)),
    reduce: deriveCell(edgeWeights(alphas.reduce, betas?.reduce)),
  });
}

/** The line to paste into DARTS's `genotypes.py`. */
export function genotypeText(genotype: Genotype, name = "Searchlight"): string {
  const cell = (genes: readonly Gene[]) => `[${genes.map(([op, state]) => `('${op}', ${state})`).join(", ")}]`;
  const concat = (states: readonly number[]) => `[${states.join(", ")}]`;
  return (
    `${name} = Genotype(normal=${cell(genotype.normal)}, normal_concat=${concat(genotype.normal_concat)}, ` +
    `reduce=${cell(genotype.reduce)}, reduce_concat=${concat(genotype.reduce_concat)})`
  );
}

/** Mean entropy of the rows of a [14, 8] softmax, in nats. */
export function meanEntropy(weights: Float32Array): number {
  let sum = 0;
  for (const w of weights) if (w > 0) sum -= w * Math.log(w);
  return (sum * OPS) / weights.length;
}

/** Lead of the best over the second-best operation of an edge, `none` apart. */
export function edgeLead(weights: Float32Array, edge: number): number {
  const sorted = Array.from(weights.subarray(edge * OPS, (edge + 1) * OPS))
    .filter((_, k) => k !== NONE)
    .sort((a, b) => b - a);
  return (sorted[0] ?? 0) - (sorted[1] ?? 0);
}

/** Kept edges of a cell that use `op`. */
export function countOp(genotype: Genotype, kind: CellKind, op: Primitive): number {
  return genotype[kind].filter(([name]) => name === op).length;
}

export function sameGenotype(a: Genotype, b: Genotype): boolean {
  return CELL_KINDS.every((kind) => JSON.stringify(a[kind]) === JSON.stringify(b[kind]));
}
