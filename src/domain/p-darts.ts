/**
 * The rules of P-DARTS: which operations a stage drops, and how the last stage becomes a genotype (Chen et al., arXiv
 * 1904.12760, as its code has them). Probabilities are the softmax of the alphas, [14, 8] row-major; those of operations
 * that are off do not count.
 */
import { type Alphas, type Gene, type Genotype, genotypeOf, softmaxRows } from "./genotype";
import {
  CELL_EDGES,
  type CellKind,
  EDGES,
  type Edge,
  type EdgeOperations,
  firstEdge,
  NODES,
  type Operations,
  PRIMITIVES,
  type Primitive,
} from "./primitives";

/** Place of an operation in [14, 8]. */
const placeOf = (edge: number, op: Primitive) => edge * PRIMITIVES.length + PRIMITIVES.indexOf(op);

/** An edge's operations but the `count` least likely, which go one after the other; at ties the first in order goes. */
function withoutLeast(operations: readonly Primitive[], probability: (op: Primitive) => number, count: number) {
  const dropped = operations.toSorted((a, b) => probability(a) - probability(b)).slice(0, count);
  return operations.filter((op) => !dropped.includes(op));
}

const probabilityOn = (probabilities: Float32Array, edge: number) => (op: Primitive) =>
  probabilities[placeOf(edge, op)] ?? Number.NaN;

/** The end of a stage but the last: each edge loses its `count` least likely operations, `none` like any other. */
export function dropLeast(on: EdgeOperations, probabilities: Float32Array, count: number): EdgeOperations {
  return on.map((operations, edge) => withoutLeast(operations, probabilityOn(probabilities, edge), count));
}

/** The end of the last stage: each edge keeps one operation. `none` goes first, then the least likely. */
export function keepOne(on: EdgeOperations, probabilities: Float32Array): Primitive[] {
  return on.map((operations, edge) => {
    const others = operations.filter((op) => op !== "none");
    const [kept] = withoutLeast(others, probabilityOn(probabilities, edge), others.length - 1);
    if (!kept) throw new Error(`Edge ${edge} has no operation but none.`);
    return kept;
  });
}

/** An edge of the finished cell with its one operation. */
interface Kept {
  readonly edge: Edge;
  readonly op: Primitive;
}

/** Each node keeps the two edges of the largest probabilities, by ascending input; ties go to the higher input. */
function keptEdges(on: EdgeOperations, probabilities: Float32Array): Kept[] {
  const operations = keepOne(on, probabilities);
  const score = ({ index }: Edge) => Math.max(...(on[index] ?? []).map(probabilityOn(probabilities, index)));
  return Array.from({ length: NODES }, (_, node) =>
    CELL_EDGES.slice(firstEdge(node), firstEdge(node + 1))
      .toSorted((a, b) => score(a) - score(b) || a.state - b.state)
      .slice(-2)
      .toSorted((a, b) => a.state - b.state),
  )
    .flat()
    .map((edge) => ({ edge, op: operations[edge.index] as Primitive }));
}

/** `none` cannot be chosen: its probability counts as 0. */
const withoutNone = (probabilities: Float32Array) =>
  probabilities.map((p, i) => (i % PRIMITIVES.length === PRIMITIVES.indexOf("none") ? 0 : p));

const genes = (kept: readonly Kept[]): Gene[] => kept.map(({ edge, op }) => [op, edge.state]);

/** A cell with its number of skips. */
export interface RestrictedCell {
  readonly maxSkips: number;
  readonly skips: number;
  readonly genes: readonly Gene[];
}

const MOST_SKIPS = 2 * NODES;

/**
 * The cells of the skip restriction, for at most 8, 7, ... skips in turn: while there are more, the least likely skip of
 * the cell gets probability 0, and the cell is chosen anew. That may let another skip in, hence one at a time.
 * @param on operations on at the start of the last stage
 * @param fewest where to stop
 * @returns the unrestricted cell, then one for each limit that changed something
 */
export function restrictSkips(on: EdgeOperations, probabilities: Float32Array, fewest = 0): RestrictedCell[] {
  const chosen = withoutNone(probabilities);
  const at = ({ index }: Edge) => placeOf(index, "skip_connect");
  let cell = keptEdges(on, chosen);
  const skips = () => cell.filter(({ op }) => op === "skip_connect").map(({ edge }) => edge);
  const result = (maxSkips: number) => ({ maxSkips, skips: skips().length, genes: genes(cell) });
  const results = [result(MOST_SKIPS)];
  for (let maxSkips = MOST_SKIPS; maxSkips >= fewest; maxSkips--) {
    let changed = false;
    while (skips().length > maxSkips) {
      const [weakest] = skips()
        .filter((edge) => (chosen[at(edge)] ?? 0) > 0)
        .toSorted((a, b) => (chosen[at(a)] ?? 0) - (chosen[at(b)] ?? 0) || a.index - b.index);
      // An edge whose other operations have probability 0 too keeps its skip.
      if (!weakest) break;
      chosen[at(weakest)] = 0;
      cell = keptEdges(on, chosen);
      changed = true;
    }
    if (changed) results.push(result(maxSkips));
  }
  return results;
}

/**
 * The genotype of a stage: the last stage's rule, whichever stage it is.
 * @param maxSkips in the normal cell; the reduction cell is not restricted
 */
export function deriveStaged(on: Operations, alphas: Alphas, maxSkips = MOST_SKIPS): Genotype {
  const cell = (kind: CellKind, fewest: number) => restrictSkips(on[kind], softmaxRows(alphas[kind]), fewest).at(-1);
  return genotypeOf({
    normal: cell("normal", maxSkips)?.genes ?? [],
    reduce: cell("reduce", MOST_SKIPS)?.genes ?? [],
  });
}

/** Values of the operations on, row by row, as [14, 8]. @param off the value of an operation that is off */
export function expandRows(on: EdgeOperations, values: Float32Array | readonly number[], off: number): Float32Array {
  const all = new Float32Array(EDGES * PRIMITIVES.length).fill(off);
  let next = 0;
  for (const [edge, operations] of on.entries())
    for (const op of operations) all[placeOf(edge, op)] = values[next++] ?? Number.NaN;
  return all;
}

/** Alphas as [14, 8]: those of operations that are off are −∞, so that their softmax is 0. */
export function expandAlphas(on: EdgeOperations, alphas: Float32Array): Float32Array {
  return expandRows(on, alphas, Number.NEGATIVE_INFINITY);
}
