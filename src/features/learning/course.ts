/** What is drawn over the iterations besides the losses: skips, and what a strategy changes by schedule. Plain functions. */
import type { IterationRecord } from "../../domain/run";
import { SCHEDULE_TEXT } from "../texts";
import { formatPercent, formatRate, niceAxis } from "../ui/format";

export interface Line {
  /** Name of the schedule in the records, or "skips". */
  readonly key: string;
  readonly title: string;
  readonly caption: string;
  readonly read: (record: IterationRecord) => number | null;
  readonly text: (value: number) => string;
}

/** A line for each schedule of the strategy, in its own order. */
export function scheduleLines(names: readonly string[]): Line[] {
  return names.map((key) => {
    const known = SCHEDULE_TEXT[key];
    return {
      key,
      title: known?.title ?? key,
      caption: known?.caption ?? "",
      read: ({ schedules }) => schedules[key] ?? null,
      text: (value) => (known?.percent ? `${formatPercent(value)} %` : formatRate(value)),
    };
  });
}

/** From zero, so that heights compare; up to 1 where nothing has left zero yet. */
export function zeroAxis(values: readonly number[]) {
  const axis = niceAxis(values.some((value) => value !== 0) ? [0, ...values] : [0, 1], 2);
  return { ...axis, ticks: [axis.min, axis.max] };
}
