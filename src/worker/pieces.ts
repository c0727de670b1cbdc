/** Hands the records of a long run to the page, a few ms of its time at once. */
import type { IterationRecord } from "../domain/run";

export type ReportRecords = (piece: readonly IterationRecord[]) => void | Promise<void>;

const AT_ONCE = 500;

/** Each piece goes after the page has taken the one before. */
export async function inPieces(records: readonly IterationRecord[], report: ReportRecords): Promise<void> {
  for (let from = 0; from < records.length; from += AT_ONCE) await report(records.slice(from, from + AT_ONCE));
}
