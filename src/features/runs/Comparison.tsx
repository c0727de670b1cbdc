/** Two or more kept runs beside each other: losses, cells, edges, numbers, settings. */
import { useMemo } from "react";
import type { KeptRun } from "../../domain/kept-run";
import { COMPARE, RUNS } from "../texts/runs";
import { ComparedCells } from "./ComparedCells";
import { DifferenceTable } from "./DifferenceTable";
import { DifferingSettings } from "./DifferingSettings";
import { MetricsTable } from "./MetricsTable";
import { OverlayCharts } from "./OverlayCharts";
import { nameText } from "./run-text";
import { useRunFiles } from "./use-run-files";

export function Comparison({ runs }: { readonly runs: readonly KeptRun[] }) {
  const files = useRunFiles(runs);
  // A run that is still being read, or could not be, keeps its place and its letter.
  const read = files.map((file) => (file === "failed" ? null : file));
  const records = useMemo(() => files.map((file) => (file && file !== "failed" ? file.records : [])), [files]);
  const data = useMemo(() => runs.map((run) => run.data), [runs]);
  const names = useMemo(() => runs.map(nameText), [runs]);
  return (
    <section className="result-block comparison" aria-label={COMPARE.title} data-testid="comparison">
      <div className="head">
        <h3>{COMPARE.title}</h3>
        {files.includes(null) ? <span className="note">{RUNS.reading}</span> : null}
      </div>
      {files.includes("failed") ? <p className="problem">{RUNS.failed}</p> : null}
      <OverlayCharts runs={records} names={names} note={COMPARE.lossesNote} data={data} />
      <MetricsTable runs={runs} names={names} records={records} />
      <DifferingSettings runs={runs} />
      <ComparedCells runs={runs} files={read} />
      <DifferenceTable runs={runs} />
    </section>
  );
}
