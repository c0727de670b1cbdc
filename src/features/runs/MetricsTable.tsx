/** The numbers of compared runs, with mean and standard deviation over those that differ by their seed alone. */
import { useCallback, useMemo } from "react";
import type { KeptRun } from "../../domain/kept-run";
import type { IterationRecord } from "../../domain/run";
import { RUN_METRICS, type RunMetric } from "../../state/overlay";
import { ChartExport } from "../share/ChartExport";
import { COMPARE } from "../texts/runs";
import { metricsTable } from "./compared-tables";
import { DashSample } from "./DashSample";
import { letterOf } from "./dashes";
import { metricRows, metricText, spreadText } from "./metric-rows";
import { WideTable } from "./WideTable";

interface Props {
  readonly runs: readonly KeptRun[];
  readonly names: readonly string[];
  /** Of each run. */
  readonly records: readonly (readonly IterationRecord[])[];
}

export function MetricsTable({ runs, names, records }: Props) {
  const { rows, means } = useMemo(() => metricRows(runs, records), [runs, records]);
  const table = useCallback(() => metricsTable(names, records), [names, records]);
  const data = useMemo(() => runs.map((run) => run.data), [runs]);
  const shown = RUN_METRICS.filter((metric) => rows.some((row) => row[metric] !== null));
  return (
    <section className="part" aria-label={COMPARE.metrics} data-figure="">
      <div className="head">
        <h3>{COMPARE.metrics}</h3>
        <span className="note">{COMPARE.metricsNote}</span>
        <ChartExport name={COMPARE.metrics} file="numbers" {...{ table, data }} />
      </div>
      <WideTable label={COMPARE.metrics}>
        <table data-testid="compared-metrics">
          <thead>
            <tr>
              <th scope="col">
                <span className="hidden-text">{COMPARE.metrics}</span>
              </th>
              {shown.map((metric) => (
                <Head key={metric} metric={metric} />
              ))}
            </tr>
          </thead>
          <tbody>
            {runs.map((run, place) => (
              <tr key={run.id}>
                <th scope="row">
                  <DashSample place={place} /> {names[place]}
                </th>
                {shown.map((metric) => (
                  <td key={metric}>{metricText(metric, rows[place]?.[metric] ?? null)}</td>
                ))}
              </tr>
            ))}
          </tbody>
          {means.length > 0 ? (
            <tfoot>
              {means.map(({ places, values }) => (
                <tr key={places.join(" ")}>
                  <th scope="row">{COMPARE.meanOf(places.map(letterOf))}</th>
                  {shown.map((metric) => (
                    <td key={metric}>{spreadText(metric, values[metric])}</td>
                  ))}
                </tr>
              ))}
            </tfoot>
          ) : null}
        </table>
      </WideTable>
    </section>
  );
}

function Head({ metric }: { readonly metric: RunMetric }) {
  const { name, unit } = COMPARE.metric[metric];
  return (
    <th scope="col">
      {name} <span>{unit}</span>
    </th>
  );
}
