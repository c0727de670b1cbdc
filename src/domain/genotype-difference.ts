/** How two cells differ, edge by edge. Plain functions. */
import type { Gene } from "./genotype";
import { CELL_EDGES, type Edge, edgeIndex, type Primitive } from "./primitives";

/** The operation that a cell keeps on each of its 14 edges; null where it keeps none. Genes stand two for each node. */
export function cellOperations(genes: readonly Gene[]): (Primitive | null)[] {
  const kept: (Primitive | null)[] = CELL_EDGES.map(() => null);
  for (const [i, [op, state]] of genes.entries()) kept[edgeIndex(Math.floor(i / 2), state)] = op;
  return kept;
}

/** Kept by both with one operation, by both with two, by one alone. */
export type EdgeChange = "same" | "changed" | "first" | "second";

export interface EdgeDifference {
  readonly edge: Edge;
  readonly first: Primitive | null;
  readonly second: Primitive | null;
  readonly change: EdgeChange;
}

/** The edges that at least one of two cells keeps, in index order. */
export function cellDifference(first: readonly Gene[], second: readonly Gene[]): EdgeDifference[] {
  const [one, other] = [cellOperations(first), cellOperations(second)];
  return CELL_EDGES.flatMap((edge) => {
    const a = one[edge.index] ?? null;
    const b = other[edge.index] ?? null;
    if (a === null && b === null) return [];
    return [{ edge, first: a, second: b, change: changeOf(a, b) }];
  });
}

function changeOf(first: Primitive | null, second: Primitive | null): EdgeChange {
  if (first === second) return "same";
  if (first === null) return "second";
  return second === null ? "first" : "changed";
}

/** How many edges went which way. */
export function countChanges(differences: readonly EdgeDifference[]): Readonly<Record<EdgeChange, number>> {
  const counts = { same: 0, changed: 0, first: 0, second: 0 };
  for (const { change } of differences) counts[change]++;
  return counts;
}
