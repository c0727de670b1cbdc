/** How far cells that were found from several seeds agree. Plain functions. */
import type { Gene } from "./genotype";
import { cellOperations } from "./genotype-difference";
import { CELL_EDGES, type Edge, PRIMITIVES, type Primitive } from "./primitives";

export interface EdgeAgreement {
  readonly edge: Edge;
  /** Seeds that keep the edge at all. */
  readonly kept: number;
  /** The operation that most seeds keep there; the first in canonical order among equals. */
  readonly op: Primitive;
  /** Seeds that keep it with that operation. */
  readonly agree: number;
}

/** The edges that at least one of the cells keeps, in index order. @param cells the genes of one kind of cell, a seed each */
export function edgeAgreement(cells: readonly (readonly Gene[])[]): EdgeAgreement[] {
  const kept = cells.map(cellOperations);
  return CELL_EDGES.flatMap((edge) => {
    const ops = kept.flatMap((cell) => cell[edge.index] ?? []);
    if (ops.length === 0) return [];
    const counts = PRIMITIVES.map((op) => ops.filter((other) => other === op).length);
    const agree = Math.max(...counts);
    return [{ edge, kept: ops.length, op: PRIMITIVES[counts.indexOf(agree)] ?? "none", agree }];
  });
}

/** Edges that two seeds keep with the same operation, mean over all pairs; null for fewer than two cells. */
export function pairAgreement(cells: readonly (readonly Gene[])[]): number | null {
  const kept = cells.map(cellOperations);
  let sum = 0;
  let pairs = 0;
  for (const [i, one] of kept.entries()) {
    for (const other of kept.slice(i + 1)) {
      sum += one.filter((op, edge) => op !== null && op === other[edge]).length;
      pairs++;
    }
  }
  return pairs === 0 ? null : sum / pairs;
}
