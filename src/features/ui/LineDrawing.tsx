/**
 * Lines over iterations with their values at the ends: no grid box, no legend, no tooltip. Recharts scales and draws the
 * lines; ticks are drawn here, because its axes measure every text anew at each change, which costs a whole frame.
 */
import { memo, type ReactNode } from "react";
import { Line, LineChart, XAxis, YAxis } from "recharts";
import type { Point } from "../../state/history";
import { iterationTicks, type niceAxis } from "./format";

export interface Series {
  /** Key in the points. */
  readonly name: string;
  readonly stroke: string;
  readonly strokeWidth: number;
  readonly dash?: string;
}

interface Props {
  readonly points: readonly Point[];
  readonly series: readonly Series[];
  readonly axis: ReturnType<typeof niceAxis>;
  readonly digits: number;
  readonly width: number;
  readonly height: number;
  readonly margin: { readonly top: number; readonly right: number; readonly bottom: number; readonly left: number };
  /** Wanted number of steps between ticks of iterations. */
  readonly steps: number;
  /** Labels at the line ends, placed by `heightOf`. */
  readonly children?: ReactNode;
}

/** Pixel height of a value in a drawing. */
export function heightOf(value: number, { axis, height, margin }: Pick<Props, "axis" | "height" | "margin">): number {
  const inner = height - margin.top - margin.bottom;
  return margin.top + ((axis.max - value) / (axis.max - axis.min)) * inner;
}

/** A chart without data still needs one point to have scales. */
const NO_POINTS: Point[] = [{ iteration: 0 }];

export const LineDrawing = memo(function LineDrawing(props: Props) {
  const { points, series, axis, digits, width, height, margin, steps, children } = props;
  const end = Math.max(2, points.at(-1)?.iteration ?? 0);
  const right = width - margin.right;
  const bottom = height - margin.bottom;
  const across = (iteration: number) => margin.left + (iteration / end) * (right - margin.left);
  return (
    <LineChart
      width={width}
      height={height}
      data={points.length > 0 ? (points as Point[]) : NO_POINTS}
      margin={margin}
      accessibilityLayer={false}
      className="line-drawing"
    >
      {axis.ticks.map((tick) => {
        const y = heightOf(tick, props);
        return (
          <g key={tick}>
            <path className={tick === axis.ticks[0] ? "base" : "rule"} d={`M${margin.left} ${y}H${right}`} />
            <text className="tick end" x={margin.left - 6} y={y}>
              {tick.toFixed(digits)}
            </text>
          </g>
        );
      })}
      {iterationTicks(points.length > 0 ? end : 0, steps).map((tick) => (
        <text key={tick} className="tick middle" x={across(tick)} y={bottom + 11}>
          {tick}
        </text>
      ))}
      <XAxis hide dataKey="iteration" type="number" domain={[0, end]} allowDataOverflow />
      <YAxis hide type="number" domain={[axis.min, axis.max]} allowDataOverflow />
      {series.map(({ name, stroke, strokeWidth, dash }) => (
        <Line
          key={name}
          dataKey={name}
          stroke={stroke}
          strokeWidth={strokeWidth}
          {...(dash ? { strokeDasharray: dash } : {})}
          dot={false}
          activeDot={false}
          isAnimationActive={false}
        />
      ))}
      {children}
    </LineChart>
  );
});
