/** The rows of the table of numbers. Plain functions. */
import { type MeanStd, meanAndStd } from "../../domain/mean-std";
import type { IterationRecord } from "../../domain/run";
import { onePerSeed, type SettledRun, seedGroups } from "../../domain/seed-group";
import { metricsOf, RUN_METRICS, type RunMetric, type RunMetrics } from "../../state/overlay";
import { formatLoss, formatPercent } from "../ui/format";

export interface GroupMean {
  /** Of the runs in the comparison, 0 for the first. */
  readonly places: readonly number[];
  readonly values: Readonly<Record<RunMetric, MeanStd | null>>;
}

interface Placed extends SettledRun {
  readonly place: number;
}

/** Numbers of each run, and the means of those that agree in all but the seed; a seed that stands twice counts once. */
export function metricRows(
  runs: readonly SettledRun[],
  records: readonly (readonly IterationRecord[])[],
): { readonly rows: readonly RunMetrics[]; readonly means: readonly GroupMean[] } {
  const rows = runs.map((_, place) => metricsOf(records[place] ?? []));
  const placed = runs.map(({ settings, data }, place): Placed => ({ settings, data, place }));
  const groups = seedGroups(placed).map(onePerSeed);
  const means = groups
    .filter(({ length }) => length > 1)
    .map((group) => ({
      places: group.map(({ place }) => place).sort((a, b) => a - b),
      values: Object.fromEntries(
        RUN_METRICS.map((metric) => [metric, meanAndStd(group.flatMap(({ place }) => rows[place]?.[metric] ?? []))]),
      ) as GroupMean["values"],
    }));
  return { rows, means };
}

/** A value as its column shows it. */
export function metricText(metric: RunMetric, value: number | null): string {
  if (value === null) return "–";
  switch (metric) {
    case "explainerAccuracy":
    case "audienceAccuracy":
      return formatPercent(value);
    case "explainerLoss":
    case "audienceLoss":
      return formatLoss(value);
    case "entropyNormal":
    case "entropyReduce":
      return value.toFixed(3);
    case "skips":
      return Number.isInteger(value) ? String(value) : value.toFixed(1);
    case "milliseconds":
      return value < 100 ? value.toPrecision(3) : Math.round(value).toLocaleString("en-US");
    default:
      return metric satisfies never;
  }
}

/** "1.234 ± 0.056" */
export function spreadText(metric: RunMetric, spread: MeanStd | null): string {
  if (!spread) return "–";
  const mean = metricText(metric, spread.mean);
  return spread.std === null ? mean : `${mean} ± ${metricText(metric, spread.std)}`;
}
