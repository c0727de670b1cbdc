/** Where moments of a run stand on its timeline, and which one a pointer or a key means. Plain functions. */
import type { CellKind, Primitive } from "../../domain/primitives";
import type { Flip } from "../../state/stability";

/** How far a run has come and which of its moments are held. */
export interface TimelineSpan {
  /** The newest. */
  readonly iteration: number;
  /** Of the whole run. */
  readonly iterations: number;
  /** From one held moment to the next. */
  readonly every: number;
  /** null where it is not known. */
  readonly perEpoch: number | null;
}

export interface TimelineShape {
  readonly width: number;
  /** Left and right end of the iterations. */
  readonly left: number;
  readonly right: number;
  readonly span: TimelineSpan;
}

/** Below this width names are short, and the iterations begin where the columns of the strips do. */
const COMPACT = 560;

export function timelineShape(width: number, span: TimelineSpan): TimelineShape {
  return { width, left: width < COMPACT ? 66 : 96, right: width - 1, span };
}

/** x of an iteration, in pixels. */
export function across({ left, right, span }: TimelineShape, iteration: number): number {
  return left + (iteration / Math.max(1, span.iterations)) * (right - left);
}

/** The held moment nearest to x; null for the newest iteration, which may not be held. */
export function momentAt({ left, right, span }: TimelineShape, x: number): number | null {
  const wanted = ((x - left) / (right - left)) * span.iterations;
  const nearest = Math.max(0, Math.round(wanted / span.every) * span.every);
  const newest = nearest >= span.iteration || Math.abs(span.iteration - wanted) < Math.abs(nearest - wanted);
  return newest ? null : nearest;
}

/** Presses of Page Up that lead through a run whose epochs are not known. */
const PAGES = 10;

/** Moves of the slider's keys, in held moments: the one before, the next, or about an epoch away. */
const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowDown: -1,
  ArrowRight: 1,
  ArrowUp: 1,
  PageDown: -Number.POSITIVE_INFINITY,
  PageUp: Number.POSITIVE_INFINITY,
};

/**
 * The moment that a key leads to.
 * @param at the one that is looked at; null for the newest @returns undefined for other keys; null for the newest
 */
export function momentByKey(key: string, at: number | null, span: TimelineSpan): number | null | undefined {
  const { every, iteration, perEpoch } = span;
  if (key === "End") return null;
  if (key === "Home") return iteration > 0 ? 0 : null;
  const step = STEPS[key];
  if (step === undefined) return undefined;
  const page = Math.max(1, Math.round((perEpoch ?? iteration / PAGES) / every));
  const moments = Number.isFinite(step) ? step : Math.sign(step) * page;
  const place = (at ?? iteration) / every;
  // From between two held moments the nearer ones count as one step.
  const to = (moments < 0 ? Math.ceil(place) : Math.floor(place)) + moments;
  const moment = Math.max(0, to * every);
  return moment >= iteration ? null : moment;
}

/** The marks of one operation in the row of one cell, as a path of upright strokes. */
export interface FlipMarks {
  readonly kind: CellKind;
  readonly op: Primitive;
  readonly path: string;
}

/** Of marks on the same pixel and of one operation one is drawn. @param rows upper end of each row's strokes */
export function flipMarks(
  flips: readonly Flip[],
  shape: TimelineShape,
  rows: Readonly<Record<CellKind, number>>,
  height: number,
): FlipMarks[] {
  const places = new Map<string, { readonly kind: CellKind; readonly op: Primitive; readonly at: Set<number> }>();
  for (const { kind, op, iteration } of flips) {
    const key = `${kind} ${op}`;
    const row = places.get(key) ?? { kind, op, at: new Set() };
    places.set(key, row);
    row.at.add(Math.round(across(shape, iteration)));
  }
  return [...places.values()].map(({ kind, op, at }) => ({
    kind,
    op,
    path: [...at].map((x) => `M${x} ${rows[kind]}v${height}`).join(""),
  }));
}

/** Eight equal alphas, ln 8: where every search starts. */
const HIGHEST = Math.log(8);

/** From ln 8 down to the lowest value, so that even the first small decisions show. */
export function entropyAxis(values: readonly number[]) {
  const step = 0.002;
  const min = Math.floor(Math.min(HIGHEST - step, ...values) / step) * step;
  return { min, max: HIGHEST, ticks: [] };
}
