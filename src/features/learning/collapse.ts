/** When a search collapses: skips take over the normal cell. Plain functions. */
import type { RecordList } from "../../state/records";

/** Skips among the 8 kept edges of the normal cell from which on it counts as collapsing. */
export const COLLAPSE_SKIPS = 4;
/** Iterations that it must last: undecided alphas choose many skips by chance now and then. */
export const COLLAPSE_LASTS = 10;

/** Skips of the normal cell when they have been many for a while; null otherwise. */
export function collapse(records: RecordList): number | null {
  const recent = records.slice(-COLLAPSE_LASTS);
  const lasts = recent.length === COLLAPSE_LASTS && recent.every(({ skips }) => skips >= COLLAPSE_SKIPS);
  return lasts ? (recent.at(-1)?.skips ?? null) : null;
}
