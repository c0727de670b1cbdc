/**
 * Lines over iterations with their values at the ends: no grid box, no legend, no tooltip. The curves are those of Recharts;
 * its charts and axes are not used, because each change of one costs a whole frame.
 */
import { memo, type ReactNode } from "react";
import { Curve } from "recharts";
import type { Point } from "../../state/decimate";
import { iterationTicks, type niceAxis } from "./format";

export interface Series {
  /** Key in the points. */
  readonly name: string;
  readonly stroke: string;
  readonly strokeWidth: number;
  readonly dash?: string;
}

/** A moment worth a line across the drawing, named where there is room. */
export interface Mark {
  readonly iteration: number;
  readonly label: string;
  /** Its name in a narrow drawing. */
  readonly short: string;
}

const NO_MARKS: readonly Mark[] = [];

/** Place and scale of a drawing, in pixels. */
export interface Shape {
  readonly axis: ReturnType<typeof niceAxis>;
  readonly width: number;
  readonly height: number;
  readonly margin: { readonly top: number; readonly right: number; readonly bottom: number; readonly left: number };
}

interface Props extends Shape {
  readonly points: readonly Point[];
  readonly series: readonly Series[];
  readonly digits: number;
  /** Wanted number of steps between ticks of iterations. */
  readonly steps: number;
  readonly marks?: readonly Mark[];
  /** Labels at the line ends, placed by `heightOf`. */
  readonly children?: ReactNode;
}

/** Pixel height of a value in a drawing. */
export function heightOf(value: number, { axis, height, margin }: Omit<Shape, "width">): number {
  const inner = height - margin.top - margin.bottom;
  return margin.top + ((axis.max - value) / (axis.max - axis.min)) * inner;
}

/** The last iteration that a drawing of these points shows. */
function endOf(points: readonly Point[]): number {
  return Math.max(2, points.at(-1)?.iteration ?? 0);
}

/** Pixel place of an iteration in a drawing of these points. */
export function acrossOf(iteration: number, points: readonly Point[], { width, margin }: Omit<Shape, "axis">): number {
  const end = endOf(points);
  return margin.left + (Math.min(iteration, end) / end) * (width - margin.right - margin.left);
}

/** Below this width a drawing has room for short names only. */
const NARROW = 240;

/** To the right of the mark, where there is room. */
function besideMark(x: number, right: number, text: string) {
  return x + 5 * text.length + 5 > right ? { x: x - 3, textAnchor: "end" as const } : { x: x + 3 };
}

export const LineDrawing = memo(function LineDrawing(props: Props) {
  const { points, series, axis, digits, width, height, margin, steps, marks = NO_MARKS, children } = props;
  const end = endOf(points);
  const right = width - margin.right;
  const bottom = height - margin.bottom;
  const namedMarks = marks.map(({ iteration, label, short }) => ({ iteration, name: width < NARROW ? short : label }));
  const across = (iteration: number) => acrossOf(iteration, points, props);
  return (
    <svg className="line-drawing" width={width} height={height} aria-hidden="true">
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
      {iterationTicks(points.length > 0 ? end : 0, steps).map((tick) => {
        // Half of five digits reaches further than some margins.
        const x = Math.min(across(tick), width - 3 * String(tick).length);
        return (
          <text key={tick} className="tick middle" x={x} y={bottom + 11}>
            {tick}
          </text>
        );
      })}
      {namedMarks.map(({ iteration, name }) => (
        <g key={iteration} className="stage-mark">
          <path d={`M${across(iteration)} ${margin.top}V${bottom}`} />
          <text {...besideMark(across(iteration), right, name)} y={margin.top + 4}>
            {name}
          </text>
        </g>
      ))}
      {series.map(({ name, stroke, strokeWidth, dash }) => (
        <Curve
          key={name}
          className="line"
          stroke={stroke}
          strokeWidth={strokeWidth}
          {...(dash ? { strokeDasharray: dash } : {})}
          points={points.map((point) => {
            const value = point[name] ?? null;
            return { x: across(point.iteration), y: value === null ? null : heightOf(value, props) };
          })}
        />
      ))}
      {children}
    </svg>
  );
});
