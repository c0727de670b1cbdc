/** Numbers as they are shown. */

/** A loss: three significant places, "–" when there is none. */
export function formatLoss(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  if (!Number.isFinite(value)) return String(value);
  return Math.abs(value) >= 100
    ? value.toPrecision(4)
    : Math.abs(value) < 0.0005 && value !== 0
      ? value.toExponential(1)
      : value.toFixed(3);
}

/** A share as "68.3". */
export function formatPercent(value: number): string {
  return (100 * value).toFixed(1);
}

/** A large count as "3.35 M", with three digits or more. */
export function formatMillions(value: number): string {
  const millions = value / 1e6;
  return `${millions >= 100 ? Math.round(millions).toLocaleString("en-US") : millions.toPrecision(3)} M`;
}

/** A rate with up to four significant digits: "0.0193", "0.001". */
export function formatRate(value: number): string {
  return Number(value.toPrecision(3)).toString();
}

/** Lower edge, upper edge and ticks of an axis that covers the values with few round numbers. */
export function niceAxis(values: readonly number[], steps = 3): { min: number; max: number; ticks: number[] } {
  const finite = values.filter(Number.isFinite);
  const low = finite.length > 0 ? Math.min(...finite) : 0;
  const high = finite.length > 0 ? Math.max(...finite) : 1;
  const span = Math.max(high - low, Math.abs(high) * 0.02, 1e-6);
  const rough = span / steps;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((m) => m * power >= rough) ?? 10) * power;
  const min = Math.floor(low / step + 1e-9) * step;
  const max = Math.max(Math.ceil(high / step - 1e-9) * step, min + step);
  const count = Math.round((max - min) / step);
  return { min, max, ticks: Array.from({ length: count + 1 }, (_, i) => Number((min + i * step).toPrecision(10))) };
}

/** Digits after the point that write every tick as it is, at least one. */
export function tickDigits(ticks: readonly number[]): number {
  return Math.max(1, ...ticks.map((tick) => (String(tick).split(".")[1] ?? "").length));
}

/** Round ticks from 0 to `end`, the last one at most `end`. */
export function iterationTicks(end: number, steps = 3): number[] {
  if (end < steps) return Array.from({ length: Math.max(0, end) + 1 }, (_, i) => i);
  const rough = end / steps;
  const power = 10 ** Math.floor(Math.log10(rough));
  const sizes = [1, 2, 5, 10].map((m) => m * power).filter((size) => size <= end);
  const step = Math.max(1, sizes.find((size) => size >= rough) ?? sizes.at(-1) ?? 1);
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, i) => i * step);
}

/** Two label heights at least `gap` pixels apart, in the order of the lines, moved to between `low` and `high` where they fit. */
export function apart(a: number, b: number, gap: number, low: number, high: number): [number, number] {
  const half = Math.max(gap, Math.abs(a - b)) / 2;
  const middle = Math.max(low + half, Math.min(high - half, (a + b) / 2));
  return a <= b ? [middle - half, middle + half] : [middle + half, middle - half];
}

/**
 * Label heights at least `gap` pixels apart, as near to the wanted ones as their order allows, between `low` and `high` where they
 * fit. @returns in the order of the wanted heights
 */
export function spread(wanted: readonly number[], gap: number, low: number, high: number): number[] {
  const order = wanted.map((height, i) => ({ height, i })).sort((a, b) => a.height - b.height);
  const placed: number[] = [];
  for (const [k, { height }] of order.entries()) {
    placed.push(Math.max(height, low, k > 0 ? (placed[k - 1] ?? low) + gap : low));
  }
  let limit = high;
  for (let k = placed.length - 1; k >= 0; k--) {
    placed[k] = Math.min(placed[k] ?? high, limit);
    limit = (placed[k] ?? high) - gap;
  }
  const heights: number[] = [];
  for (const [k, { i }] of order.entries()) heights[i] = placed[k] ?? low;
  return heights;
}

/** A chart is drawn anew at most once in this many ms; the numbers beside it follow every snapshot. */
export const CHART_PERIOD = 1000;
