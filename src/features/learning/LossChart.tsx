/** Training and validation loss of one network over the iterations. */
import { memo, useMemo } from "react";
import type { IterationRecord } from "../../domain/run";
import { useApp } from "../../state/context";
import { thin } from "../../state/history";
import { selectRecords } from "../../state/selectors";
import { LEARNING, type TermName } from "../texts";
import { apart, formatLoss, niceAxis } from "../ui/format";
import { heightOf, LineDrawing, type Series } from "../ui/LineDrawing";
import { Term } from "../ui/Term";
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
  const records = useApp(selectRecords);
  const points = useMemo(() => thin(records, { train, validation }, LOSS_POINTS), [records, train, validation]);
  const marks = useStageMarks();
  const axis = useMemo(() => {
    const values = points.flatMap((point) => [point.train, point.validation]);
    const known = values.filter((value): value is number => typeof value === "number");
    return known.length > 0 ? niceAxis(known) : niceAxis([0, chance * 1.05]);
  }, [points, chance]);
  const trained = points.at(-1)?.train ?? null;
  const validated = points.at(-1)?.validation ?? null;
  const label = `${title}: ${LEARNING.validation} ${formatLoss(validated)}, ${LEARNING.train} ${formatLoss(trained)}`;
  const shape = { axis, height: HEIGHT, margin: MARGIN };
  const [validationY, trainY] = apart(
    heightOf(validated ?? 0, shape),
    heightOf(trained ?? 0, shape),
    24,
    12,
    HEIGHT - 12,
  );
  const x = width - MARGIN.right + 7;
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
            digits={axis.max - axis.min < 0.5 ? 2 : 1}
            width={width}
            steps={2}
            marks={marks}
          >
            {points.length === 0 ? (
              <g className="end-label">
                <path className="chance" d={`M${MARGIN.left} ${guess}H${width - MARGIN.right}`} />
                <text x={x} y={guess}>
                  {LEARNING.chance}
                </text>
              </g>
            ) : null}
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
          </LineDrawing>
        ) : null}
      </div>
    </div>
  );
});
