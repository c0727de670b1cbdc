/** Which kept runs are chosen, and in which order they stand. Plain functions. */
import type { KeptRun } from "../../domain/kept-run";

/** Pinned ones first, otherwise in the order that they came in. */
export function pinnedFirst(runs: readonly KeptRun[]): KeptRun[] {
  return [...runs].sort((a, b) => Number(b.pinned) - Number(a.pinned));
}

/** The runs with these ids, in the order of the ids; what was deleted meanwhile is left out. */
export function ticked(runs: readonly KeptRun[], ids: readonly string[]): KeptRun[] {
  return ids.flatMap((id) => runs.find((run) => run.id === id) ?? []);
}

/** The ids with one more, or without it. */
export function toggled(chosen: readonly KeptRun[], id: string): string[] {
  const ids = chosen.map((run) => run.id);
  return ids.includes(id) ? ids.filter((other) => other !== id) : [...ids, id];
}
