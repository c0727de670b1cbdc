/** Small charts over the iterations: skips of the normal cell, and what the strategy changes by schedule. */
import { memo, useMemo } from "react";
import { courseTable } from "../../domain/tables";
import type { AppState } from "../../state/app-state";
import { Later, useApp } from "../../state/context";
import { thin } from "../../state/history";
import { selectHasResult, selectRecords } from "../../state/selectors";
import { ChartExport } from "../share/ChartExport";
import { LEARNING } from "../texts";
import { CHART_PERIOD } from "../ui/format";
import { heightOf, LineDrawing, type Series } from "../ui/LineDrawing";
import { Section } from "../ui/Section";
import { useStageMarks } from "../ui/use-stage-marks";
import { useWidth } from "../ui/use-width";
import { COLLAPSE_SKIPS } from "./collapse";
import { type Line, scheduleLines, zeroAxis } from "./course";

const SKIPS: Line = {
  key: "skips",
  title: LEARNING.skipsOver,
  caption: LEARNING.skipsOverCaption,
  read: ({ skips }) => skips,
  text: (value) => String(value),
};
const SKIPS_AXIS = { min: 0, max: 8, ticks: [0, COLLAPSE_SKIPS, 8] };

/** The charts are about a hundred pixels wide. */
const POINTS = 120;
const HEIGHT = 62;
const MARGIN = { top: 6, right: 10, bottom: 16, left: 36 } as const;
const SERIES: readonly Series[] = [{ name: "value", stroke: "var(--ink)", strokeWidth: 1.5 }];
const GAP = 20;

const SAVE = <ChartExport name={LEARNING.course} file="course" table={(state) => courseTable(selectRecords(state))} />;

const selectScheduleNames = (state: AppState) => Object.keys(state.run.records.at(-1)?.schedules ?? {});

export const Course = memo(function Course() {
  const hasResult = useApp(selectHasResult);
  const names = useApp(selectScheduleNames);
  const lines = useMemo(() => [...scheduleLines(names), SKIPS], [names]);
  const [ref, width] = useWidth<HTMLDivElement>();
  const columns = width >= 600 ? Math.min(4, lines.length) : Math.min(2, lines.length);
  const each = Math.floor((width - GAP * (columns - 1)) / columns);
  return (
    <Section title={LEARNING.course} note={LEARNING.courseNote} className="course" topic="collapse" save={SAVE}>
      <div ref={ref} className="course-charts" style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}>
        {hasResult ? (
          lines.map((line) => (
            <Later key={line.key} period={CHART_PERIOD}>
              <CourseChart line={line} width={each} />
            </Later>
          ))
        ) : (
          <p className="note">{LEARNING.courseEmpty}</p>
        )}
      </div>
    </Section>
  );
});

function CourseChart({ line, width }: { readonly line: Line; readonly width: number }) {
  const records = useApp(selectRecords);
  const marks = useStageMarks();
  const points = useMemo(() => thin(records, { value: line.read }, POINTS), [records, line]);
  const last = records.at(-1);
  const now = last ? line.read(last) : null;
  const axis =
    line.key === "skips"
      ? SKIPS_AXIS
      : zeroAxis(points.flatMap(({ value }) => (typeof value === "number" ? value : [])));
  const shape = { axis, height: HEIGHT, margin: MARGIN };
  const limit = heightOf(COLLAPSE_SKIPS, shape);
  const text = now === null ? "–" : line.text(now);
  return (
    <div className="course-chart" data-testid={`course-${line.key}`}>
      <div className="name">
        {line.title} <b>{text}</b>
      </div>
      <div role="img" aria-label={`${line.title}: ${text}`}>
        {width > 0 ? (
          <LineDrawing
            {...shape}
            points={points}
            series={SERIES}
            digits={digitsOf(axis.max)}
            width={width}
            steps={2}
            marks={marks}
          >
            {line.key === "skips" ? (
              <path className="chance" d={`M${MARGIN.left} ${limit}H${width - MARGIN.right}`} />
            ) : null}
          </LineDrawing>
        ) : null}
      </div>
      <p className="note">{line.caption}</p>
    </div>
  );
}

/** Decimals that an axis up to `max` needs. */
function digitsOf(max: number): number {
  return max >= 2 ? 0 : Math.min(4, Math.ceil(-Math.log10(max)) + 1);
}
