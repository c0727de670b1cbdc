/** Training and validation loss of one network over the iterations. */
import { memo, useMemo } from "react";
import type { IterationRecord } from "../../domain/run";
import { Later } from "../../state/context";
import type { Point } from "../../state/decimate";
import { LEARNING, type TermName } from "../texts";
import { ChartMoment, useMomentPoint } from "../ui/ChartMoment";
import { apart, formatLoss, niceAxis, tickDigits } from "../ui/format";
import { heightOf, LineDrawing, type Series, type Shape } from "../ui/LineDrawing";
import { Term } from "../ui/Term";
import { useDecimated } from "../ui/use-decimated";
import { useStageMarks } from "../ui/use-stage-marks";

type Reader = (record: IterationRecord) => number | null;

interface Props {
  readonly title: string;
  readonly term: TermName;
  readonly train: Reader;
  readonly validation: Reader;
  readonly width: number;
  /** Loss of guessing, ln(classes); drawn before there are losses. */
  readonly chance: number;
}

/** The chart is about a hundred pixels wide; more points would not be seen. */
export const LOSS_POINTS = 120;
const HEIGHT = 108;
const MARGIN = { top: 8, right: 54, bottom: 18, left: 24 } as const;
const SERIES: readonly Series[] = [
  { name: "train", stroke: "var(--ink-3)", strokeWidth: 1 },
  { name: "validation", stroke: "var(--ink)", strokeWidth: 1.9 },
];

export const LossChart = memo(function LossChart({ title, term, train, validation, width, chance }: Props) {
  const points = useDecimated({ train, validation }, LOSS_POINTS);
  const moment = useMomentPoint(points);
  const marks = useStageMarks();
  const axis = useMemo(() => {
    const values = points.flatMap((point) => [point.train, point.validation]);
    const known = values.filter((value): value is number => typeof value === "number");
    return known.length > 0 ? niceAxis(known) : niceAxis([0, chance * 1.05]);
  }, [points, chance]);
  const label = `${title}: ${LEARNING.validation} ${formatLoss(moment?.validation)}, ${LEARNING.train} ${formatLoss(moment?.train)}`;
  const shape = { axis, width, height: HEIGHT, margin: MARGIN };
  const guess = heightOf(chance, shape);
  return (
    <div className="loss" data-testid={`losses-${title.toLowerCase()}`}>
      <h3>
        <Term of={term}>{title}</Term>
      </h3>
      <div role="img" aria-label={label}>
        {width > 0 ? (
          <LineDrawing
            {...shape}
            points={points}
            series={SERIES}
            digits={tickDigits(axis.ticks)}
            steps={2}
            marks={marks}
          >
            {points.length === 0 ? (
              <g className="end-label">
                <path className="chance" d={`M${MARGIN.left} ${guess}H${width - MARGIN.right}`} />
                <text x={width - MARGIN.right + 7} y={guess}>
                  {LEARNING.chance}
                </text>
              </g>
            ) : null}
            <Later>
              <ChartMoment {...shape} points={points} series={SERIES} />
              <Values {...shape} points={points} />
            </Later>
          </LineDrawing>
        ) : null}
      </div>
    </div>
  );
});

/** Both losses at the ends of their lines, or where the playhead crosses them. */
function Values({ points, ...shape }: Shape & { readonly points: readonly Point[] }) {
  const moment = useMomentPoint(points);
  const [trained, validated] = [moment?.train ?? null, moment?.validation ?? null];
  const [validationY, trainY] = apart(
    heightOf(validated ?? 0, shape),
    heightOf(trained ?? 0, shape),
    24,
    12,
    HEIGHT - 12,
  );
  const x = shape.width - MARGIN.right + 7;
  return (
    <>
      {validated === null ? null : (
        <g className="end-label strong">
          <text x={x} y={validationY - 6}>
            {LEARNING.validation}
          </text>
          <text className="bold" x={x} y={validationY + 5}>
            {formatLoss(validated)}
          </text>
        </g>
      )}
      {trained === null ? null : (
        <g className="end-label">
          <text className="bold" x={x} y={trainY - 5}>
            {formatLoss(trained)}
          </text>
          <text x={x} y={trainY + 6}>
            {LEARNING.train}
          </text>
        </g>
      )}
    </>
  );
}
