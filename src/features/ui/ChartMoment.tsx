/** The earlier moment that is looked at, on a chart: a line through it and a dot on each of its lines. Nothing at the newest. */
import { memo } from "react";
import { useApp } from "../../state/context";
import { type Point, pointOf } from "../../state/decimate";
import { selectReplayIteration } from "../../state/selectors";
import { acrossOf, heightOf, type Series, type Shape } from "./LineDrawing";

interface Props extends Shape {
  readonly points: readonly Point[];
  readonly series: readonly Series[];
}

/** The point that the numbers beside a chart are of. */
export function useMomentPoint(points: readonly Point[]): Point | undefined {
  const at = useApp(selectReplayIteration);
  return at === null ? points.at(-1) : at === 0 ? undefined : pointOf(points, at);
}

/** Inside the chart's drawing, and in a `Later` of its own, so that it moves without the chart. */
export const ChartMoment = memo(function ChartMoment(props: Props) {
  const at = useApp(selectReplayIteration);
  return at === null ? null : <MomentLine {...props} at={at} />;
});

/** The same at an iteration that the page does not hold, as of a run from a file. */
export function MomentLine({ at, points, series, ...shape }: Props & { readonly at: number }) {
  const point = at === 0 ? undefined : pointOf(points, at);
  const x = acrossOf(at, points, shape);
  const { margin, height } = shape;
  return (
    <g className="chart-moment">
      <path d={`M${x} ${margin.top}V${height - margin.bottom}`} />
      {series.map(({ name, stroke }) => {
        const value = point?.[name] ?? null;
        return value === null ? null : <circle key={name} cx={x} cy={heightOf(value, shape)} r={3} stroke={stroke} />;
      })}
    </g>
  );
}
