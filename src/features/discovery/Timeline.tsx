/** The whole of a run on a line: flips of both cells, their entropy, and a playhead that moves through its moments. */
import { type KeyboardEvent, memo, type PointerEvent, useMemo } from "react";
import { Curve } from "recharts";
import { CELL_KINDS, type CellKind } from "../../domain/primitives";
import type { Point } from "../../state/decimate";
import { epochOf, formatCount } from "../../state/progress";
import type { Flip } from "../../state/stability";
import { CELL_WORDS, HISTORY, momentText } from "../texts";
import { iterationTicks } from "../ui/format";
import { OP_COLOUR } from "../ui/icons";
import { heightOf, type Mark } from "../ui/LineDrawing";
import {
  across,
  entropyAxis,
  flipMarks,
  momentAt,
  momentByKey,
  type TimelineShape,
  type TimelineSpan,
  timelineShape,
} from "./timeline";
import "./timeline.css";

export interface TimelineData {
  readonly span: TimelineSpan;
  readonly flips: readonly Flip[];
  /** Mean entropies `normal` and `reduce` over the iterations. */
  readonly entropy: readonly Point[];
  /** Where further stages of the run began. */
  readonly marks: readonly Mark[];
}

interface Props {
  readonly data: TimelineData;
  readonly width: number;
  /** The moment that is looked at; null for the newest. */
  readonly at: number | null;
  readonly onMove: (iteration: number | null) => void;
}

/** Least width of the part to come that has room for the caption. */
const CAPTION_ROOM = 290;
const HEIGHT = 87;
const ROWS: Readonly<Record<CellKind, number>> = { normal: 7, reduce: 23 };
const STROKE = 10;
const BASE = 66;
const ENTROPY = { height: HEIGHT, margin: { top: 38, right: 0, bottom: HEIGHT - BASE + 3, left: 0 } } as const;

export const Timeline = memo(function Timeline({ data, width, at, onMove }: Props) {
  const { span } = data;
  const shape = useMemo(() => timelineShape(width, span), [width, span]);
  const now = at ?? span.iteration;
  const epoch = span.perEpoch === null ? null : epochOf(now, span.iterations, span.perEpoch).epoch;
  const onPointer = (event: PointerEvent<HTMLDivElement>) => {
    if (event.type === "pointerdown") event.currentTarget.setPointerCapture(event.pointerId);
    else if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    onMove(momentAt(shape, event.clientX - event.currentTarget.getBoundingClientRect().left));
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const moment = momentByKey(event.key, at, span);
    if (moment === undefined) return;
    event.preventDefault();
    onMove(moment);
  };
  const newest = across(shape, span.iteration);
  const beside = shape.right - newest >= CAPTION_ROOM;
  return (
    <>
      <div
        className="timeline"
        role="slider"
        tabIndex={0}
        aria-label={HISTORY.slider}
        aria-valuemin={0}
        aria-valuemax={span.iteration}
        aria-valuenow={now}
        aria-valuetext={momentText(now, span.iterations, epoch, at === null)}
        data-testid="timeline"
        onPointerDown={onPointer}
        onPointerMove={onPointer}
        onKeyDown={onKey}
      >
        {width > 0 ? (
          <svg width={width} height={HEIGHT} aria-hidden="true">
            <Drawing data={data} shape={shape} />
            {beside ? <Caption x={(newest + shape.right) / 2} /> : null}
            <Playhead x={across(shape, now)} width={width} iteration={now} />
          </svg>
        ) : null}
      </div>
      {beside ? null : <p className="note">{HISTORY.caption.join(" ")}</p>}
    </>
  );
});

const Drawing = memo(function Drawing({ data, shape }: { readonly data: TimelineData; readonly shape: TimelineShape }) {
  const { span, flips, marks } = data;
  const { left, right } = shape;
  const strokes = useMemo(() => flipMarks(flips, shape, ROWS, STROKE), [flips, shape]);
  const newest = across(shape, span.iteration);
  return (
    <>
      <rect className="future" x={newest} y={4} width={Math.max(0, right - newest)} height={BASE - 4} />
      {CELL_KINDS.map((kind) => (
        <g key={kind}>
          <text className="row-name" x={left - 8} y={ROWS[kind] + STROKE / 2 + 0.5}>
            {CELL_WORDS[kind]}
          </text>
          <path className="rule" d={`M${left} ${ROWS[kind] + STROKE + 1}H${right}`} />
        </g>
      ))}
      <text className="row-name quiet" x={left - 8} y={54.5}>
        {HISTORY.entropy}
      </text>
      {strokes.map(({ kind, op, path }) => (
        <path key={`${kind} ${op}`} className="flip" d={path} stroke={OP_COLOUR[op]} data-kind={kind} data-op={op} />
      ))}
      <Entropy points={data.entropy} shape={shape} />
      {marks.map(({ iteration, label }) => (
        <g key={iteration} className="stage-mark">
          <path d={`M${across(shape, iteration)} 4V${BASE}`} />
          <text x={across(shape, iteration) + 3} y={42}>
            {label}
          </text>
        </g>
      ))}
      <Axis shape={shape} />
    </>
  );
});

/** In the part of the run that is to come. */
function Caption({ x }: { readonly x: number }) {
  return (
    <g className="caption">
      {HISTORY.caption.map((line, i) => (
        <text key={line} x={x} y={35 + 15 * (i - 1)}>
          {line}
        </text>
      ))}
    </g>
  );
}

const ENTROPY_LINES = ["reduce", "normal"] as const;

const Entropy = memo(function Entropy({ points, shape }: { points: readonly Point[]; shape: TimelineShape }) {
  const axis = entropyAxis(points.flatMap(({ normal, reduce }) => [normal ?? 9, reduce ?? 9]));
  return ENTROPY_LINES.map((kind) => (
    <Curve
      key={kind}
      className={`entropy-line ${kind}`}
      points={points.map((point) => {
        const value = point[kind] ?? null;
        return {
          x: across(shape, point.iteration),
          y: value === null ? null : heightOf(value, { axis, ...ENTROPY }),
        };
      })}
    />
  ));
});

const Axis = memo(function Axis({ shape }: { readonly shape: TimelineShape }) {
  const { left, right, span, width } = shape;
  return (
    <>
      <path className="base" d={`M${left} ${BASE}H${right}`} />
      {iterationTicks(span.iterations, width < 560 ? 3 : 6).map((tick) => {
        const x = across(shape, tick);
        const end = x > right - 12;
        return (
          <g key={tick}>
            <path className="base" d={`M${x} ${BASE}v4`} />
            <text className={`tick ${end ? "end" : tick === 0 ? "" : "middle"}`} x={end ? right : x} y={80}>
              {formatCount(tick)}
            </text>
          </g>
        );
      })}
    </>
  );
});

interface PlayheadProps {
  readonly x: number;
  readonly width: number;
  readonly iteration: number;
}

function Playhead({ x, width, iteration }: PlayheadProps) {
  const text = formatCount(iteration);
  const flag = 12 + 6 * text.length;
  const left = Math.max(0, Math.min(width - flag, x - flag / 2));
  return (
    <g className="playhead">
      <path d={`M${x} 2V${BASE + 4}`} />
      <circle cx={x} cy={BASE} r={5} />
      <rect x={left} y={72.5} width={flag} height={14} rx={3} />
      <text x={left + flag / 2} y={80}>
        {text}
      </text>
    </g>
  );
}
