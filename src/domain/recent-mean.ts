/** The mean of a measurement over the last iterations, as it is shown wherever a run is one number. */
import type { IterationRecord } from "./run";

/** Iterations that a live average is taken over. */
export const WINDOW = 20;

/** Mean of `read` over the last `WINDOW` records that have it; null when none has. */
export function recentMean(
  records: Pick<readonly IterationRecord[], "slice">,
  read: (record: IterationRecord) => number | null,
): number | null {
  let sum = 0;
  let count = 0;
  for (const record of records.slice(-WINDOW)) {
    const value = read(record);
    if (value === null) continue;
    sum += value;
    count++;
  }
  return count === 0 ? null : sum / count;
}
