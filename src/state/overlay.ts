/** Several runs in one chart, and the numbers they are compared by. Plain functions. */
import { recentMean } from "../domain/recent-mean";
import type { IterationRecord } from "../domain/run";
import { bucketSize, type Point } from "./decimate";
import { iterationTime } from "./progress";

type Reader = (record: IterationRecord) => number | null;

/** Means of what is read over buckets of records; null where a bucket has nothing to read. */
function bucketMeans(records: readonly IterationRecord[], read: Reader, size: number): (number | null)[] {
  const buckets = Math.ceil(records.length / size);
  const [sums, counts] = [new Float64Array(buckets), new Uint32Array(buckets)];
  // Plain loops: long runs are compared beside a search, and code that runs for the first time is slow.
  for (let bucket = 0, i = 0; bucket < buckets; bucket++) {
    for (const end = Math.min(records.length, i + size); i < end; i++) {
      const value = read(records[i] as IterationRecord);
      if (value === null || !Number.isFinite(value)) continue;
      sums[bucket] = (sums[bucket] as number) + value;
      counts[bucket] = (counts[bucket] as number) + 1;
    }
  }
  return Array.from(counts, (count, i) => (count === 0 ? null : (sums[i] as number) / count));
}

/**
 * One line for each run, "0", "1" and so on, as means over buckets that all runs share. A run that is shorter than others ends
 * earlier: its last bucket stands at that bucket's place.
 */
export function overlay(runs: readonly (readonly IterationRecord[])[], read: Reader, limit: number): Point[] {
  const longest = Math.max(0, ...runs.map(({ length }) => length));
  const size = bucketSize(longest, limit);
  const lines = runs.map((records) => bucketMeans(records, read, size));
  return Array.from({ length: Math.ceil(longest / size) }, (_, bucket) => ({
    iteration: Math.min(longest, (bucket + 1) * size),
    ...Object.fromEntries(lines.map((points, run) => [String(run), points[bucket] ?? null])),
  }));
}

/** The last value of each line; null for a line without any. */
export function lineEnds(points: readonly Point[], count: number): (number | null)[] {
  return Array.from({ length: count }, (_, run) => points.findLast((point) => point[run] !== null)?.[run] ?? null);
}

export const RUN_METRICS = [
  "explainerLoss",
  "explainerAccuracy",
  "audienceLoss",
  "audienceAccuracy",
  "entropyNormal",
  "entropyReduce",
  "skips",
  "milliseconds",
] as const;
export type RunMetric = (typeof RUN_METRICS)[number];

/** What a run has come to; null where its objective has no such part. */
export type RunMetrics = Readonly<Record<RunMetric, number | null>>;

/** Losses and accuracies are validation, mean over the last iterations as everywhere on the page. */
export function metricsOf(records: readonly IterationRecord[]): RunMetrics {
  const last = records.at(-1);
  return {
    explainerLoss: recentMean(records, (record) => record.explainerValidationLoss),
    explainerAccuracy: recentMean(records, (record) => record.explainerValidationAccuracy),
    audienceLoss: recentMean(records, (record) => record.audienceValidationLoss),
    audienceAccuracy: recentMean(records, (record) => record.audienceValidationAccuracy),
    entropyNormal: last?.entropyNormal ?? null,
    entropyReduce: last?.entropyReduce ?? null,
    skips: last?.skips ?? null,
    milliseconds: iterationTime(records),
  };
}
