/** Several runs in one chart, and the numbers they are compared by. Plain functions. */
import { recentMean } from "../domain/recent-mean";
import type { IterationRecord } from "../domain/run";
import { bucketSize, type Point } from "./decimate";
import { iterationTime } from "./progress";

type Reader = (record: IterationRecord) => number | null;

/** Means of what is read over buckets of records; null where a bucket has nothing to read. */
function bucketMeans(records: readonly IterationRecord[], read: Reader, size: number): (number | null)[] {
  const sums: number[] = [];
  const counts: number[] = [];
  // Long runs are compared beside a search: this takes a few ms for a hundred thousand records.
  for (const [i, record] of records.entries()) {
    const bucket = Math.floor(i / size);
    const value = read(record);
    const counted = value !== null && Number.isFinite(value);
    sums[bucket] = (sums[bucket] ?? 0) + (counted ? value : 0);
    counts[bucket] = (counts[bucket] ?? 0) + (counted ? 1 : 0);
  }
  return counts.map((count, i) => (count === 0 ? null : (sums[i] ?? 0) / count));
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
