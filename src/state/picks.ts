/** What a sampled strategy draws: the sub-graphs of an iteration, and how often each operation was drawn. Plain functions. */
import { CELL_KINDS, type CellKind, EDGES, PRIMITIVES } from "../domain/primitives";
import type { IterationRecord } from "../domain/run";

/** The index of each edge's operation, [14]. */
export type SubGraphPicks = readonly number[];

/** Draws of each operation, [14, 8] for each kind of cell. */
export type PickCounts = Readonly<Record<CellKind, Uint32Array>>;

const OPS = PRIMITIVES.length;
const SUB_GRAPH = CELL_KINDS.length * EDGES;

/** K of a record's picks. */
export function subGraphCount(picks: readonly number[] | null): number {
  return (picks?.length ?? 0) / SUB_GRAPH;
}

/** The picks of one kind of cell in each sub-graph. @param picks [K, 2, 14] flat, normal cells first */
export function subGraphsOf(picks: readonly number[], kind: CellKind): SubGraphPicks[] {
  const first = CELL_KINDS.indexOf(kind) * EDGES;
  return Array.from({ length: subGraphCount(picks) }, (_, k) => {
    const from = k * SUB_GRAPH + first;
    return picks.slice(from, from + EDGES);
  });
}

/** The counts with those of further iterations; null while nothing was drawn. */
export function countPicks(counts: PickCounts | null, records: readonly IterationRecord[]): PickCounts | null {
  let sums: PickCounts | null = null;
  for (const { picks } of records) {
    if (!picks) continue;
    sums ??= { normal: copyOf(counts?.normal), reduce: copyOf(counts?.reduce) };
    for (let i = 0; i < picks.length; i++) {
      const own = i % SUB_GRAPH < EDGES ? sums.normal : sums.reduce;
      const at = (i % EDGES) * OPS + (picks[i] ?? 0);
      own[at] = (own[at] ?? 0) + 1;
    }
  }
  return sums ?? counts;
}

function copyOf(counts: Uint32Array | undefined): Uint32Array {
  return counts?.slice() ?? new Uint32Array(EDGES * OPS);
}

/** Each operation's share of an edge's draws: [14, 8], rows add up to 1. */
export function pickShares(counts: Uint32Array): Float32Array {
  return Float32Array.from(counts, (count, i) => {
    const row = i - (i % OPS);
    return (
      count /
      Math.max(
        1,
        counts.subarray(row, row + OPS).reduce((sum, n) => sum + n, 0),
      )
    );
  });
}
