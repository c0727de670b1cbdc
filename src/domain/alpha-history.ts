/** The architecture over a run: its alphas at some moments, and every change of what the cells keep. Plain data. */
import type { Alphas, Betas, Gene, Genotype } from "./genotype";
import { CELL_EDGES, CELL_KINDS, type CellKind, EDGES, edgeIndex, PRIMITIVES } from "./primitives";

/** The architecture after an iteration. */
export interface Moment {
  /** 0 for the start of the run. */
  readonly iteration: number;
  /** [2, 14, 8] flat, normal cell first; an operation that a stage has dropped has −∞. */
  readonly alphas: Float32Array;
  /** [2, 14] flat; null for a strategy without edge weights. */
  readonly betas: Float32Array | null;
}

/** What both cells keep from an iteration on. */
export interface CellChange {
  readonly iteration: number;
  /** Index of each edge's operation, 0 (`none`) where the edge is not kept: [2, 14] flat, normal cell first. */
  readonly kept: Uint8Array;
}

/** What came to a history since some iteration. */
export interface HistoryNews {
  readonly moments: readonly Moment[];
  readonly changes: readonly CellChange[];
}

/**
 * Moments at multiples of `momentStride`, so that a long run takes no more room than a short one; changes of every
 * iteration. It depends on the iterations alone: a run that was resumed has the same.
 */
export interface AlphaHistory extends HistoryNews {
  /** The last one that it knows. */
  readonly iteration: number;
}

export const NO_HISTORY: AlphaHistory = { iteration: -1, moments: [], changes: [] };

/** Moments that are held, about. */
export const MOMENTS = 1000;

/** Iterations from one held moment to the next, after `iteration` of them: a power of two, so that old moments stay or go for good. */
export function momentStride(iteration: number): number {
  let stride = 1;
  while (iteration / stride > MOMENTS) stride *= 2;
  return stride;
}

function joined({ normal, reduce }: Alphas | Betas): Float32Array {
  const out = new Float32Array(normal.length + reduce.length);
  out.set(normal);
  out.set(reduce, normal.length);
  return out;
}

/** [2, 14] flat: index of each edge's operation, 0 where it is not kept. */
export function keptOperations(genotype: Genotype): Uint8Array {
  const out = new Uint8Array(CELL_KINDS.length * EDGES);
  for (const [c, kind] of CELL_KINDS.entries()) {
    for (const [i, [op, state]] of genotype[kind].entries()) {
      out[c * EDGES + edgeIndex(Math.floor(i / 2), state)] = PRIMITIVES.indexOf(op);
    }
  }
  return out;
}

/** The genes of one cell, two for each node; within a node by their states. @param kept [2, 14] */
export function genesOf(kept: Uint8Array, kind: CellKind): Gene[] {
  const first = CELL_KINDS.indexOf(kind) * EDGES;
  return CELL_EDGES.flatMap(({ index, state }): Gene[] => {
    const op = kept[first + index] ?? 0;
    return op === 0 ? [] : [[PRIMITIVES[op] ?? "none", state]];
  });
}

function same(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return a.every((value, i) => value === b?.[i]);
}

/** The history with what another iteration left, or with the start of the run. */
export function historyAfter(
  history: AlphaHistory,
  iteration: number,
  now: { readonly alphas: Alphas; readonly betas: Betas | null; readonly genotype: Genotype },
): AlphaHistory {
  const moment = { iteration, alphas: joined(now.alphas), betas: now.betas && joined(now.betas) };
  const kept = keptOperations(now.genotype);
  const change = same(kept, history.changes.at(-1)?.kept) ? [] : [{ iteration, kept }];
  return joinHistory(history, iteration, { moments: [moment], changes: change });
}

/** The history with news, which reach up to `iteration`. */
export function joinHistory(history: AlphaHistory, iteration: number, news: HistoryNews): AlphaHistory {
  const stride = momentStride(iteration);
  const held = (moments: readonly Moment[]) => moments.filter((moment) => moment.iteration % stride === 0);
  const before = stride === momentStride(history.iteration) ? history.moments : held(history.moments);
  const more = held(news.moments);
  return {
    iteration,
    moments: more.length === 0 ? before : [...before, ...more],
    changes: news.changes.length === 0 ? history.changes : [...history.changes, ...news.changes],
  };
}

/** What came after an iteration. */
export function historySince({ moments, changes }: AlphaHistory, iteration: number): HistoryNews {
  const after = <T extends { readonly iteration: number }>(all: readonly T[]) =>
    all.slice(all.findLastIndex((one) => one.iteration <= iteration) + 1);
  return { moments: after(moments), changes: after(changes) };
}

/** The last of `all` at or before an iteration; undefined when there is none. `all` ascend. */
export function lastAt<T extends { readonly iteration: number }>(all: readonly T[], iteration: number): T | undefined {
  let [low, high] = [0, all.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((all[middle]?.iteration ?? 0) <= iteration) low = middle + 1;
    else high = middle;
  }
  return all[low - 1];
}

/** Both cells' part of a moment's values. @param values [2, …] flat */
export function cellsOf(values: Float32Array): Readonly<Record<CellKind, Float32Array>> {
  const half = values.length / 2;
  return { normal: values.subarray(0, half), reduce: values.subarray(half) };
}
