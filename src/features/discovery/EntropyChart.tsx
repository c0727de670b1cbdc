/** Mean entropy of both cells' alphas over the iterations. */
import { memo, useMemo } from "react";
import { Line, LineChart, ReferenceLine, XAxis, YAxis } from "recharts";
import { useApp } from "../../state/context";
import { thin } from "../../state/history";
import { selectRecords, selectStability } from "../../state/selectors";
import { DISCOVERY } from "../texts";
import { apart, iterationTicks, niceAxis } from "../ui/format";
import { useWidth } from "../ui/use-width";

const SERIES = {
  normal: (record: { entropyNormal: number }) => record.entropyNormal,
  reduce: (record: { entropyReduce: number }) => record.entropyReduce,
};
const HEIGHT = 92;
const LEFT = 52;
const RIGHT = 92;
const TICK = { fontSize: 10, fill: "var(--ink-3)" } as const;

export const EntropyChart = memo(function EntropyChart() {
  const records = useApp(selectRecords);
  const stability = useApp(selectStability);
  const [ref, width] = useWidth<HTMLDivElement>();
  const points = useMemo(() => thin(records, SERIES), [records]);
  const last = records.at(-1);
  return (
    <section className="entropy" aria-label={DISCOVERY.chart}>
      <div className="head">
        <h3>{DISCOVERY.chart}</h3>
        <span className="note">{DISCOVERY.chartNote}</span>
        {last ? (
          <span className="right">{DISCOVERY.flips(stability.normal.flips + stability.reduce.flips)}</span>
        ) : null}
      </div>
      <div ref={ref} className="entropy-chart" data-testid="entropy-chart">
        {last && width > 0 ? (
          <div
            role="img"
            aria-label={`Entropy: normal ${last.entropyNormal.toFixed(3)}, reduction ${last.entropyReduce.toFixed(3)} nats`}
          >
            <Lines points={points} width={width} end={last.iteration} />
          </div>
        ) : (
          <p className="note empty">{DISCOVERY.chartEmpty}</p>
        )}
      </div>
    </section>
  );
});

interface LinesProps {
  readonly points: ReturnType<typeof thin>;
  readonly width: number;
  readonly end: number;
}

function Lines({ points, width, end }: LinesProps) {
  const values = points
    .flatMap((point) => [point.normal, point.reduce])
    .filter((value) => value !== null && value !== undefined);
  const axis = niceAxis([...values, Math.log(8)], 2);
  const last = points.at(-1);
  const y = (value: number) => 6 + ((axis.max - value) / (axis.max - axis.min)) * (HEIGHT - 6 - 20);
  const normal = y(last?.normal ?? 0);
  const reduce = y(last?.reduce ?? 0);
  const [normalY, reduceY] = apart(normal, reduce);
  const digits = axis.max - axis.min < 0.05 ? 3 : 2;
  return (
    <LineChart
      width={width}
      height={HEIGHT}
      data={points}
      margin={{ top: 6, right: RIGHT, bottom: 0, left: 0 }}
      accessibilityLayer={false}
    >
      {axis.ticks.map((tick) => (
        <ReferenceLine key={tick} y={tick} stroke="var(--line)" />
      ))}
      <XAxis
        dataKey="iteration"
        type="number"
        domain={[0, Math.max(2, end)]}
        ticks={iterationTicks(end, 6)}
        height={20}
        tick={TICK}
        tickLine={false}
        axisLine={{ stroke: "var(--line-2)" }}
      />
      <YAxis
        width={LEFT}
        domain={[axis.min, axis.max]}
        ticks={axis.ticks}
        tickFormatter={(tick: number) => tick.toFixed(digits)}
        tick={TICK}
        tickLine={false}
        axisLine={false}
      />
      <Line
        dataKey="reduce"
        stroke="var(--ink-3)"
        strokeWidth={1.4}
        strokeDasharray="4 3"
        dot={false}
        activeDot={false}
        isAnimationActive={false}
      />
      <Line
        dataKey="normal"
        stroke="var(--ink)"
        strokeWidth={1.6}
        dot={false}
        activeDot={false}
        isAnimationActive={false}
      />
      <text className="end-label strong" x={width - RIGHT + 8} y={normalY}>
        {last?.normal?.toFixed(3)} normal
      </text>
      <text className="end-label" x={width - RIGHT + 8} y={reduceY}>
        {last?.reduce?.toFixed(3)} reduction
      </text>
    </LineChart>
  );
}
