/** Training and validation loss of one network over the iterations. */
import { memo, useMemo } from "react";
import { Line, LineChart, ReferenceLine, XAxis, YAxis } from "recharts";
import type { Point } from "../../state/history";
import { LEARNING } from "../texts";
import { apart, formatLoss, iterationTicks, niceAxis } from "../ui/format";

interface Props {
  readonly title: string;
  readonly points: readonly Point[];
  /** Names of the two series in the points. */
  readonly train: string;
  readonly validation: string;
  readonly width: number;
  /** Loss of guessing, ln(classes); drawn before there are losses. */
  readonly chance: number;
}

const HEIGHT = 108;
const LEFT = 24;
const RIGHT = 54;
const BOTTOM = 18;
const TOP = 8;
const TICK = { fontSize: 10, fill: "var(--ink-3)" } as const;

function lastValue(points: readonly Point[], name: string): number | null {
  return points.at(-1)?.[name] ?? null;
}

export const LossChart = memo(function LossChart({ title, points, train, validation, width, chance }: Props) {
  const trained = lastValue(points, train);
  const validated = lastValue(points, validation);
  const label = `${title}: ${LEARNING.validation} ${formatLoss(validated)}, ${LEARNING.train} ${formatLoss(trained)}`;
  return (
    <div className="loss" data-testid={`losses-${title.toLowerCase()}`}>
      <h3>{title}</h3>
      <div role="img" aria-label={label}>
        {width > 0 ? (
          <Lines points={points} train={train} validation={validation} width={width} chance={chance} />
        ) : null}
      </div>
    </div>
  );
});

function Lines({ points, train, validation, width, chance }: Omit<Props, "title">) {
  const axis = useMemo(() => {
    const values = points.flatMap((point) => [point[train], point[validation]]);
    const known = values.filter((value): value is number => typeof value === "number");
    return known.length > 0 ? niceAxis(known) : niceAxis([0, chance * 1.05]);
  }, [points, train, validation, chance]);
  const end = points.at(-1)?.iteration ?? 0;
  const a = lastValue(points, validation);
  const b = lastValue(points, train);
  const y = (value: number | null) =>
    TOP + ((axis.max - (value ?? 0)) / (axis.max - axis.min)) * (HEIGHT - TOP - BOTTOM);
  const [validationY, trainY] = apart(y(a), y(b), 24);
  const x = width - RIGHT + 7;
  const digits = axis.max - axis.min < 0.5 ? 2 : 1;
  return (
    <LineChart
      width={width}
      height={HEIGHT}
      data={points as Point[]}
      margin={{ top: TOP, right: RIGHT, bottom: 0, left: 0 }}
      accessibilityLayer={false}
    >
      {axis.ticks.map((tick) => (
        <ReferenceLine key={tick} y={tick} stroke="var(--line)" />
      ))}
      <XAxis
        dataKey="iteration"
        type="number"
        domain={[0, Math.max(2, end)]}
        ticks={iterationTicks(end, 2)}
        height={BOTTOM}
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
      {points.length === 0 ? <ReferenceLine y={chance} stroke="var(--ink-3)" strokeDasharray="3 3" /> : null}
      <Line
        dataKey={train}
        stroke="var(--ink-3)"
        strokeWidth={1}
        strokeOpacity={0.85}
        dot={false}
        activeDot={false}
        isAnimationActive={false}
      />
      <Line
        dataKey={validation}
        stroke="var(--ink)"
        strokeWidth={1.9}
        dot={false}
        activeDot={false}
        isAnimationActive={false}
      />
      {points.length === 0 ? (
        <text className="end-label" x={x} y={y(chance)}>
          {LEARNING.chance}
        </text>
      ) : null}
      {a !== null ? (
        <g className="end-label strong">
          <text x={x} y={validationY - 6}>
            {LEARNING.validation}
          </text>
          <text className="bold" x={x} y={validationY + 5}>
            {formatLoss(a)}
          </text>
        </g>
      ) : null}
      {b !== null ? (
        <g className="end-label">
          <text className="bold" x={x} y={trainY - 5}>
            {formatLoss(b)}
          </text>
          <text x={x} y={trainY + 6}>
            {LEARNING.train}
          </text>
        </g>
      ) : null}
    </LineChart>
  );
}
