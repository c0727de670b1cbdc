/** The history of the run in the engine: a timeline to look back on while the search goes on. */
import { memo, useMemo } from "react";
import { momentStride } from "../../domain/alpha-history";
import { useApp, useController, useNow } from "../../state/context";
import {
  selectHasResult,
  selectHistory,
  selectIsReplay,
  selectRecords,
  selectReplayIteration,
  selectRun,
} from "../../state/selectors";
import { flipsOf } from "../../state/stability";
import { timelineTable } from "../../state/timeline-table";
import { ChartExport } from "../share/ChartExport";
import { flipsText, HISTORY } from "../texts";
import { useDecimated } from "../ui/use-decimated";
import { useStageMarks } from "../ui/use-stage-marks";
import { useWidth } from "../ui/use-width";
import { Timeline } from "./Timeline";

const READERS = {
  normal: (record: { entropyNormal: number }) => record.entropyNormal,
  reduce: (record: { entropyReduce: number }) => record.entropyReduce,
};
const SAVE = (
  <ChartExport
    name={HISTORY.title}
    file="history"
    table={(state) => timelineTable(selectRecords(state).slice(), selectHistory(state).changes)}
  />
);

export const History = memo(function History() {
  const hasResult = useApp(selectHasResult);
  const replaying = useNow(selectIsReplay);
  const [ref, width] = useWidth<HTMLElement>();
  return (
    <section ref={ref} className={`history ${replaying ? "held" : ""}`} aria-label={HISTORY.title} data-figure="">
      <div className="head">
        <h3>{HISTORY.title}</h3>
        <span className="note">{hasResult ? <Flips /> : HISTORY.before}</span>
        {hasResult ? <LiveButton /> : null}
        {hasResult ? SAVE : null}
      </div>
      {hasResult ? <Live width={width} /> : <p className="note timeline-empty">{HISTORY.empty}</p>}
    </section>
  );
});

function Flips() {
  const { stability, iteration, iterationsPerEpoch } = useApp(selectRun);
  const { normal, reduce } = stability;
  const last = Math.max(normal.since, reduce.since);
  return flipsText(normal.flips + reduce.flips, last, iteration, iterationsPerEpoch);
}

function LiveButton() {
  const replaying = useNow(selectIsReplay);
  const { replay } = useController();
  return (
    <button
      type="button"
      className="tool live"
      aria-pressed={!replaying}
      title={HISTORY.liveHelp}
      onClick={() => replay(null)}
    >
      <i aria-hidden="true" />
      {replaying ? HISTORY.toLive : HISTORY.live}
    </button>
  );
}

function Live({ width }: { readonly width: number }) {
  const { changes } = useApp(selectHistory);
  const { iteration, iterations, iterationsPerEpoch } = useApp(selectRun);
  const marks = useStageMarks();
  const at = useNow(selectReplayIteration);
  const { replay } = useController();
  const entropy = useDecimated(READERS);
  const flips = useMemo(() => flipsOf(changes), [changes]);
  const span = useMemo(
    () => ({ iteration, iterations, every: momentStride(iteration), perEpoch: iterationsPerEpoch }),
    [iteration, iterations, iterationsPerEpoch],
  );
  const data = useMemo(() => ({ span, flips, entropy, marks }), [span, flips, entropy, marks]);
  return <Timeline data={data} width={width} at={at} onMove={replay} />;
}
