/**
 * The rules of P-DARTS: which operations a stage drops, and how the last stage becomes a genotype (Chen et al., arXiv
 * 1904.12760, as its code has them). Probabilities are the softmax of the alphas, [14, operations on] row-major, a column
 * for each operation of `EdgeOperations`.
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
  PRIMITIVES,
  type Primitive,
} from "./primitives";

/** The operations of both kinds of cell. */
export type Operations = Readonly<Record<CellKind, EdgeOperations>>;

const columnsOf = (on: EdgeOperations) => on[0]?.length ?? 0;

/** The row of an edge's probabilities. */
function rowOf(on: EdgeOperations, probabilities: Float32Array, edge: number): Float32Array {
  const columns = columnsOf(on);
  return probabilities.subarray(edge * columns, (edge + 1) * columns);
}

/** Takes the `count` least likely columns out of `columns`, one after the other; ties go by the lower column. */
function withoutLeast(row: Float32Array, columns: readonly number[], count: number): number[] {
  const byProbability = columns.toSorted((a, b) => (row[a] ?? 0) - (row[b] ?? 0) || a - b);
  const dropped = byProbability.slice(0, count);
  return columns.filter((column) => !dropped.includes(column));
}

/** The end of a stage but the last: each edge loses its `count` least likely operations, `none` like any other. */
export function dropLeast(on: EdgeOperations, probabilities: Float32Array, count: number): EdgeOperations {
  return on.map((operations, edge) =>
    withoutLeast(rowOf(on, probabilities, edge), [...operations.keys()], count).map((k) => operations[k] as Primitive),
  );
}

/** The end of the last stage: each edge keeps one operation. `none` goes first, then the least likely. */
export function keepOne(on: EdgeOperations, probabilities: Float32Array): Primitive[] {
  return on.map((operations, edge) => {
    const others = [...operations.keys()].filter((k) => operations[k] !== "none");
    const [kept] = withoutLeast(rowOf(on, probabilities, edge), others, others.length - 1);
    if (kept === undefined) throw new Error(`Edge ${edge} has no operation but none.`);
    return operations[kept] as Primitive;
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
  const score = ({ index }: Edge) => rowOf(on, probabilities, index).reduce((a, b) => Math.max(a, b), 0);
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
function withoutNone(on: EdgeOperations, probabilities: Float32Array): Float32Array {
  const columns = columnsOf(on);
  return probabilities.map((p, i) => (on[Math.floor(i / columns)]?.[i % columns] === "none" ? 0 : p));
}

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
  const chosen = withoutNone(on, probabilities);
  const columns = columnsOf(on);
  const at = ({ index }: Edge) => index * columns + (on[index]?.indexOf("skip_connect") ?? -1);
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
 * @param alphas [14, operations on] for each kind of cell
 * @param maxSkips in the normal cell; the reduction cell is not restricted
 * @returns with the skips of the normal cell before the restriction
 */
export function deriveStaged(
  on: Operations,
  alphas: Alphas,
  maxSkips: number,
): { readonly genotype: Genotype; readonly unrestrictedSkips: number } {
  const cells = (kind: CellKind, fewest: number) =>
    restrictSkips(on[kind], softmaxRows(alphas[kind], columnsOf(on[kind])), fewest);
  const [normal, reduce] = [cells("normal", maxSkips), cells("reduce", MOST_SKIPS)];
  return {
    genotype: genotypeOf({ normal: normal.at(-1)?.genes ?? [], reduce: reduce[0]?.genes ?? [] }),
    unrestrictedSkips: normal[0]?.skips ?? 0,
  };
}

/** Alphas of the operations on as [14, 8]; an operation that is off has −∞, so that its softmax is 0. */
export function expandAlphas(on: EdgeOperations, alphas: Float32Array): Float32Array {
  const columns = columnsOf(on);
  const all = new Float32Array(EDGES * PRIMITIVES.length).fill(Number.NEGATIVE_INFINITY);
  for (const [edge, operations] of on.entries())
    for (const [k, op] of operations.entries())
      all[edge * PRIMITIVES.length + PRIMITIVES.indexOf(op)] = alphas[edge * columns + k] ?? Number.NaN;
  return all;
}
