/** Speed, time left and the words for them. Plain functions of the records. */
import { recentMean, WINDOW } from "../domain/recent-mean";
import type { RecordList } from "./records";

/** Mean milliseconds of the last iterations. The first one of a run compiles the kernels, so it counts only when alone. */
export function iterationTime(records: RecordList): number | null {
  const recent = records.slice(-WINDOW);
  return recentMean(
    recent.length === records.length && recent.length > 1 ? recent.slice(1) : recent,
    ({ milliseconds }) => milliseconds,
  );
}

/** Milliseconds until the last iteration, at the speed of the last few; null before there is a speed. */
export function timeLeft(records: RecordList, iterations: number): number | null {
  const each = iterationTime(records);
  return each === null ? null : each * Math.max(0, iterations - (records.at(-1)?.iteration ?? 0));
}

/** "6 min 40 s"; two units at most. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Speed as value and unit: "1.97 it/s", or "5.20 s/it" when an iteration takes more than a second. */
export function formatSpeed(milliseconds: number): { value: string; unit: string } {
  return milliseconds > 1000
    ? { value: (milliseconds / 1000).toPrecision(3), unit: "s/it" }
    : { value: (1000 / Math.max(milliseconds, 1e-3)).toPrecision(3), unit: "it/s" };
}

/** Bytes in decimal units: "47.0 MB". */
export function formatBytes(bytes: number): { value: string; unit: string } {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return { value: unit === 0 ? `${value}` : value.toPrecision(3), unit: units[unit] ?? "B" };
}

export function formatCount(value: number): string {
  return value.toLocaleString("en-US");
}

/** Tenths of the run that are done, 0..10: the live region speaks when this changes, not at each iteration. */
export function tenthsDone(iteration: number, iterations: number): number {
  return iterations === 0 ? 0 : Math.min(10, Math.floor((10 * iteration) / iterations));
}

/** The epoch as a person counts it (from 1), and how many there are. */
export function epochOf(iteration: number, iterations: number, perEpoch: number): { epoch: number; epochs: number } {
  const each = Math.max(1, perEpoch);
  return {
    epoch: Math.max(1, Math.ceil(iteration / each)),
    epochs: Math.max(1, Math.ceil(iterations / each)),
  };
}
