/** The history of a run, thinned for charts, and how settled its genotype is. Plain functions. */

import type { Genotype } from "../domain/genotype";
import { CELL_KINDS, type CellKind } from "../domain/primitives";
import type { IterationRecord } from "../domain/run";

/** Points that a line is drawn from, at most. */
export const CHART_POINTS = 240;

/** Iterations behind one point: the smallest power of two that keeps `count` within `limit`, so old points stay put. */
export function bucketSize(count: number, limit = CHART_POINTS): number {
  let size = 1;
  while (Math.ceil(count / size) > limit) size *= 2;
  return size;
}

/** One point of a chart: the mean over its bucket, placed at the bucket's last iteration. */
export interface Point {
  readonly iteration: number;
  readonly [series: string]: number | null;
}

type Reader = (record: IterationRecord) => number | null;

/** Means over buckets of equal size; a series without a value in a bucket is null there. */
export function thin(
  records: readonly IterationRecord[],
  series: Readonly<Record<string, Reader>>,
  limit = CHART_POINTS,
): Point[] {
  const size = bucketSize(records.length, limit);
  const names = Object.entries(series);
  const points: Point[] = [];
  for (let start = 0; start < records.length; start += size) {
    const bucket = records.slice(start, start + size);
    const point: Record<string, number | null> & { iteration: number } = { iteration: bucket.at(-1)?.iteration ?? 0 };
    for (const [name, read] of names) point[name] = mean(bucket, read);
    points.push(point);
  }
  return points;
}

function mean(bucket: readonly IterationRecord[], read: Reader): number | null {
  let sum = 0;
  let count = 0;
  for (const record of bucket) {
    const value = read(record);
    if (value === null || !Number.isFinite(value)) continue;
    sum += value;
    count++;
  }
  return count === 0 ? null : sum / count;
}

/** Edges whose operation or presence differs between two genotypes, for one kind of cell. */
export function flips(before: Genotype, after: Genotype, kind: CellKind): number {
  const old = slots(before, kind);
  return slots(after, kind).filter((slot) => !old.includes(slot)).length;
}

/** Each gene with its node; the order within a node is not a difference. */
function slots(genotype: Genotype, kind: CellKind): string[] {
  return genotype[kind].map(([op, state], i) => `${Math.floor(i / 2)} ${op} ${state}`);
}

/** How often a kind of cell flipped, and when it last did. */
export interface Stability {
  readonly flips: number;
  /** Iteration of the last flip; 0 when there was none. */
  readonly since: number;
}

export type StabilityOf = Readonly<Record<CellKind, Stability>>;

export const NO_FLIPS: StabilityOf = { normal: { flips: 0, since: 0 }, reduce: { flips: 0, since: 0 } };

export function updateStability(
  stability: StabilityOf,
  before: Genotype | null,
  after: Genotype,
  iteration: number,
): StabilityOf {
  if (!before) return stability;
  const next = (kind: CellKind): Stability => {
    const count = flips(before, after, kind);
    return count === 0 ? stability[kind] : { flips: stability[kind].flips + count, since: iteration };
  };
  const [normal, reduce] = CELL_KINDS.map(next);
  return normal === stability.normal && reduce === stability.reduce
    ? stability
    : { normal: normal ?? stability.normal, reduce: reduce ?? stability.reduce };
}
