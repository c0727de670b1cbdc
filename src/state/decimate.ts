/** The records of a run as few points for a chart. Knows no React. */
import type { IterationRecord } from "../domain/run";
import { Records } from "./records";

/** Points that a line is drawn from, at most. */
export const CHART_POINTS = 240;

/** One point of a chart: the mean over its bucket, placed at the bucket's last iteration. */
export interface Point {
  readonly iteration: number;
  readonly [series: string]: number | null;
}

/** By the name of the series. Where one reads no number, its line has a gap. */
export type Readers = Readonly<Record<string, (record: IterationRecord) => number | null>>;

/** Iterations behind one point: the smallest power of two that keeps `count` within `limit`, so old points stay put. */
export function bucketSize(count: number, limit = CHART_POINTS): number {
  let size = 1;
  while (Math.ceil(count / size) > limit) size *= 2;
  return size;
}

interface Bucket {
  iteration: number;
  /** Of each series. */
  readonly sums: number[];
  readonly counts: number[];
}

/** Means over buckets of equal size, which follow a growing list at the cost of what it grows by. */
export class Decimation {
  readonly #readers: readonly (readonly [string, Readers[string]])[];
  readonly #limit: number;
  #seen = Records.NONE;
  #size = 1;
  #buckets: Bucket[] = [];

  constructor(readers: Readers, limit = CHART_POINTS) {
    this.#readers = Object.entries(readers);
    this.#limit = limit;
  }

  /** The points of these records, the same whatever was followed before. */
  follow(records: Records): Point[] {
    if (!records.continues(this.#seen)) {
      this.#buckets = [];
      this.#size = 1;
      this.#seen = Records.NONE;
    }
    for (let i = this.#seen.length; i < records.length; i++) this.#add(i, records.at(i));
    this.#seen = records;
    return this.#buckets.map((bucket) => this.#point(bucket));
  }

  #add(index: number, record: IterationRecord | undefined): void {
    if (!record) return;
    if (Math.floor(index / this.#size) >= this.#limit) this.#halve();
    const at = Math.floor(index / this.#size);
    const bucket = this.#buckets[at] ?? { iteration: 0, sums: this.#zeros(), counts: this.#zeros() };
    this.#buckets[at] = bucket;
    bucket.iteration = record.iteration;
    for (const [s, [, read]] of this.#readers.entries()) {
      const value = read?.(record) ?? null;
      if (value === null || !Number.isFinite(value)) continue;
      bucket.sums[s] = (bucket.sums[s] ?? 0) + value;
      bucket.counts[s] = (bucket.counts[s] ?? 0) + 1;
    }
  }

  #zeros(): number[] {
    return this.#readers.map(() => 0);
  }

  /** Joins buckets by pairs. */
  #halve(): void {
    const joined: Bucket[] = [];
    for (const [i, bucket] of this.#buckets.entries()) {
      const before = joined[i >> 1];
      joined[i >> 1] = before ? join(before, bucket) : bucket;
    }
    this.#buckets = joined;
    this.#size *= 2;
  }

  #point({ iteration, sums, counts }: Bucket): Point {
    const point: Record<string, number | null> & { iteration: number } = { iteration };
    for (const [s, [name]] of this.#readers.entries()) {
      const count = counts[s] ?? 0;
      point[name] = count === 0 ? null : (sums[s] ?? 0) / count;
    }
    return point;
  }
}

function join(a: Bucket, b: Bucket): Bucket {
  const sum = (x: number[], y: number[]) => x.map((value, i) => value + (y[i] ?? 0));
  return { iteration: b.iteration, sums: sum(a.sums, b.sums), counts: sum(a.counts, b.counts) };
}

/** The point that a moment belongs to: the first one at or after it, else the last. */
export function pointOf(points: readonly Point[], iteration: number): Point | undefined {
  return points.find((point) => point.iteration >= iteration) ?? points.at(-1);
}
