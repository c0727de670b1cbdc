/** How settled the cells are: edges that changed their mind. Plain functions of the changes of a run. */
import type { CellChange } from "../domain/alpha-history";
import { CELL_KINDS, type CellKind, EDGES, PRIMITIVES, type Primitive } from "../domain/primitives";

/** An edge that is kept from an iteration on, with an operation that it was not kept with before. */
export interface Flip {
  readonly iteration: number;
  readonly kind: CellKind;
  readonly edge: number;
  /** What it changed to. */
  readonly op: Primitive;
}

/** All flips. The first change is what the run started with, so it is none. */
export function flipsOf(changes: readonly CellChange[]): Flip[] {
  const flips: Flip[] = [];
  for (const [c, { iteration, kept }] of changes.entries()) {
    const before = changes[c - 1]?.kept;
    if (!before) continue;
    // Thousands of changes while a person drags: nothing is made for edges that stay.
    for (let i = 0; i < kept.length; i++) {
      const op = kept[i] ?? 0;
      if (op === 0 || op === before[i]) continue;
      const kind = CELL_KINDS[Math.floor(i / EDGES)] ?? "normal";
      flips.push({ iteration, kind, edge: i % EDGES, op: PRIMITIVES[op] ?? "none" });
    }
  }
  return flips;
}

/** How often a kind of cell flipped, and when it last did. */
export interface Stability {
  readonly flips: number;
  /** Iteration of the last flip; 0 when there was none. */
  readonly since: number;
}

export type StabilityOf = Readonly<Record<CellKind, Stability>>;

export const NO_FLIPS: StabilityOf = { normal: { flips: 0, since: 0 }, reduce: { flips: 0, since: 0 } };

/** @param last the change before `news` @param news further changes */
export function updateStability(
  stability: StabilityOf,
  last: CellChange | undefined,
  news: readonly CellChange[],
): StabilityOf {
  if (news.length === 0) return stability;
  const flips = flipsOf(last ? [last, ...news] : news);
  const next = (kind: CellKind): Stability => {
    const own = flips.filter((flip) => flip.kind === kind);
    const { flips: before, since } = stability[kind];
    return { flips: before + own.length, since: own.at(-1)?.iteration ?? since };
  };
  return { normal: next("normal"), reduce: next("reduce") };
}
