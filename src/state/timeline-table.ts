/** The numbers behind the timeline of a run. Plain function. */
import type { CellChange } from "../domain/alpha-history";
import type { Table } from "../domain/csv";
import { CELL_KINDS } from "../domain/primitives";
import type { IterationRecord } from "../domain/run";
import { recordTable } from "../domain/tables";
import { flipsOf } from "./stability";

/** A row for each iteration: entropies of both cells and how many of their edges flipped. */
export function timelineTable(records: readonly IterationRecord[], changes: readonly CellChange[]): Table {
  const { columns, rows } = recordTable(records, ["entropyNormal", "entropyReduce"]);
  const counts = new Map<string, number>();
  for (const { iteration, kind } of flipsOf(changes)) {
    const key = `${iteration} ${kind}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return {
    columns: [...columns, "flipsNormal", "flipsReduce"],
    rows: rows.map((row) => [...row, ...CELL_KINDS.map((kind) => counts.get(`${row[0]} ${kind}`) ?? 0)]),
  };
}
