/** Mean entropy of both cells' alphas over the iterations. */
import { memo, useMemo } from "react";
import { recordTable } from "../../domain/tables";
import { useApp } from "../../state/context";
import { type Point, thin } from "../../state/history";
import { selectHasResult, selectRecords, selectStability } from "../../state/selectors";
import { ChartExport } from "../share/ChartExport";
import { DISCOVERY } from "../texts";
import { apart } from "../ui/format";
import { heightOf, LineDrawing, type Mark, type Series } from "../ui/LineDrawing";
import { useStageMarks } from "../ui/use-stage-marks";
import { useWidth } from "../ui/use-width";

const READERS = {
  normal: (record: { entropyNormal: number }) => record.entropyNormal,
  reduce: (record: { entropyReduce: number }) => record.entropyReduce,
};
const SERIES: readonly Series[] = [
  { name: "reduce", stroke: "var(--ink-3)", strokeWidth: 1.4, dash: "4 3" },
  { name: "normal", stroke: "var(--ink)", strokeWidth: 1.6 },
];
/** Eight equal alphas, ln 8: where every search starts. */
const HIGHEST = Math.log(8);

/** From ln 8 down to the lowest value: even the first small decisions show. */
function entropyAxis(values: readonly number[]) {
  const step = 0.002;
  const min = Math.floor(Math.min(HIGHEST - step, ...values) / step) * step;
  return { min, max: HIGHEST, ticks: [min, HIGHEST] };
}

const SAVE = (
  <ChartExport
    name={DISCOVERY.chart}
    file="entropy"
    table={(state) => recordTable(selectRecords(state), ["entropyNormal", "entropyReduce"])}
  />
);

const HEIGHT = 92;
const MARGIN = { top: 6, right: 96, bottom: 20, left: 46 } as const;

export const EntropyChart = memo(function EntropyChart() {
  const hasResult = useApp(selectHasResult);
  const [ref, width] = useWidth<HTMLElement>();
  return (
    <section ref={ref} className="entropy" aria-label={DISCOVERY.chart} data-figure="">
      <div className="head">
        <h3>{DISCOVERY.chart}</h3>
        <span className="note">{DISCOVERY.chartNote}</span>
        {hasResult ? <Flips /> : null}
        {hasResult ? SAVE : null}
      </div>
      {hasResult ? <Lines width={width} /> : <p className="note empty">{DISCOVERY.chartEmpty}</p>}
    </section>
  );
});

function Flips() {
  const { normal, reduce } = useApp(selectStability);
  return <span className="right">{DISCOVERY.flips(normal.flips + reduce.flips)}</span>;
}

function Lines({ width }: { readonly width: number }) {
  const records = useApp(selectRecords);
  const points = useMemo(() => thin(records, READERS), [records]);
  const marks = useStageMarks();
  const last = records.at(-1);
  const label = `Entropy: normal ${last?.entropyNormal.toFixed(3)}, reduction ${last?.entropyReduce.toFixed(3)} nats`;
  return (
    <div className="entropy-chart" role="img" aria-label={label} data-testid="entropy-chart">
      {width > 0 ? <Drawing points={points} marks={marks} width={width} /> : null}
    </div>
  );
}

const Drawing = memo(function Drawing({
  points,
  marks,
  width,
}: {
  readonly points: readonly Point[];
  readonly marks: readonly Mark[];
  readonly width: number;
}) {
  const axis = entropyAxis(points.flatMap((point) => [point.normal ?? HIGHEST, point.reduce ?? HIGHEST]));
  const shape = { axis, height: HEIGHT, margin: MARGIN };
  const last = points.at(-1);
  const normal = last?.normal;
  const reduce = last?.reduce;
  const [normalY, reduceY] = apart(
    heightOf(normal ?? 0, shape),
    heightOf(reduce ?? 0, shape),
    12,
    7,
    HEIGHT - MARGIN.bottom,
  );
  const x = width - MARGIN.right + 8;
  return (
    <LineDrawing {...shape} points={points} series={SERIES} digits={3} width={width} steps={6} marks={marks}>
      <text className="end-label strong" x={x} y={normalY}>
        {normal?.toFixed(3)} normal
      </text>
      <text className="end-label" x={x} y={reduceY}>
        {reduce?.toFixed(3)} reduction
      </text>
    </LineDrawing>
  );
});
