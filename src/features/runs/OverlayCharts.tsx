/** Losses of one or several runs in the same charts. */
import { useCallback, useMemo } from "react";
import type { DataName } from "../../domain/dataset";
import type { IterationRecord } from "../../domain/run";
import { lineEnds, overlay } from "../../state/overlay";
import { ChartExport } from "../share/ChartExport";
import { COMPARE, RUNS } from "../texts/runs";
import { MomentLine } from "../ui/ChartMoment";
import { formatLoss, niceAxis, spread, tickDigits } from "../ui/format";
import { heightOf, LineDrawing, type Series } from "../ui/LineDrawing";
import { useWidth } from "../ui/use-width";
import { lossesTable } from "./compared-tables";
import { dashOf, letterOf } from "./dashes";

type Records = readonly IterationRecord[];
type Reader = (record: IterationRecord) => number | null;

const CHARTS: readonly (readonly [title: string, read: Reader])[] = [
  [COMPARE.charts.explainerTrain, (record) => record.explainerTrainLoss],
  [COMPARE.charts.explainerValidation, (record) => record.explainerValidationLoss],
  [COMPARE.charts.audienceTrain, (record) => record.audienceTrainLoss],
  [COMPARE.charts.audienceValidation, (record) => record.audienceValidationLoss],
];

const POINTS = 160;
const HEIGHT = 132;
const MARGIN = { top: 8, right: 60, bottom: 18, left: 28 } as const;
const GAP = 20;
const LEAST_WIDTH = 260;
const LABEL_GAP = 12;

interface Props {
  /** The records of each run. */
  readonly runs: readonly Records[];
  readonly names: readonly string[];
  readonly note: string;
  /** The pictures behind the runs. */
  readonly data: readonly DataName[];
  /** The iteration that is looked at; null for the end. */
  readonly at?: number | null;
}

export function OverlayCharts({ runs, names, note, data, at = null }: Props) {
  const table = useCallback(() => lossesTable(names, runs), [names, runs]);
  const [ref, width] = useWidth<HTMLDivElement>();
  const hasAudience = runs.some((records) => records.some((record) => record.audienceTrainLoss !== null));
  const charts = hasAudience ? CHARTS : CHARTS.slice(0, 2);
  const columns = Math.max(1, Math.min(charts.length, Math.floor((width + GAP) / (LEAST_WIDTH + GAP))));
  const each = Math.min(420, Math.floor((width - GAP * (columns - 1)) / columns));
  return (
    <section className="part" aria-label={RUNS.losses} data-figure="">
      <div className="head">
        <h3>{RUNS.losses}</h3>
        <span className="note">{note}</span>
        <ChartExport name={RUNS.losses} file="losses" {...{ table, data }} />
      </div>
      <div ref={ref} className="overlay-charts" style={{ gridTemplateColumns: `repeat(${columns}, ${each}px)` }}>
        {charts.map(([title, read]) => (
          <OverlayChart key={title} title={title} read={read} runs={runs} width={each} at={at} />
        ))}
      </div>
    </section>
  );
}

interface ChartProps {
  readonly title: string;
  readonly read: Reader;
  readonly runs: readonly Records[];
  readonly width: number;
  readonly at: number | null;
}

function OverlayChart({ title, read, runs, width, at }: ChartProps) {
  const points = useMemo(() => overlay(runs, read, POINTS), [runs, read]);
  const ends = useMemo(() => lineEnds(points, runs.length), [points, runs]);
  const axis = useMemo(
    () => niceAxis(points.flatMap(({ iteration: _, ...values }) => Object.values(values).filter((v) => v !== null))),
    [points],
  );
  const series: readonly Series[] = runs.map((_, place) => {
    const { width: strokeWidth, dash } = dashOf(place);
    return { name: String(place), stroke: "var(--ink)", strokeWidth, ...(dash ? { dash } : {}) };
  });
  const shape = { axis, height: HEIGHT, margin: MARGIN };
  const label = (place: number) => (runs.length > 1 ? `${letterOf(place)} ` : "");
  const shown = ends.flatMap((value, place) => (value === null ? [] : [{ value, place }]));
  const heights = spread(
    shown.map(({ value }) => heightOf(value, shape)),
    LABEL_GAP,
    MARGIN.top,
    HEIGHT - MARGIN.bottom - 4,
  );
  return (
    <div className="overlay-chart">
      <h4>{title}</h4>
      <div
        role="img"
        aria-label={`${title}: ${shown.map(({ value, place }) => label(place) + formatLoss(value)).join(", ")}`}
      >
        {width > 0 ? (
          <LineDrawing {...shape} {...{ points, series, width }} digits={tickDigits(axis.ticks)} steps={3}>
            {at === null ? null : <MomentLine {...shape} {...{ points, series, width, at }} />}
            {shown.map(({ value, place }, i) => (
              <g key={place} className="end-label strong">
                <text x={width - MARGIN.right + 7} y={heights[i]}>
                  <tspan className="bold">{label(place)}</tspan>
                  {formatLoss(value)}
                </text>
              </g>
            ))}
          </LineDrawing>
        ) : null}
      </div>
    </div>
  );
}
