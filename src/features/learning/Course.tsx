/** Small charts over the iterations: skips of the normal cell, and what the strategy changes by schedule. */
import { memo, useMemo } from "react";
import { courseTable } from "../../domain/tables";
import type { AppState } from "../../state/app-state";
import { Later, useApp } from "../../state/context";
import { selectHasResult, selectMomentRecords, selectRecords } from "../../state/selectors";
import { ChartExport } from "../share/ChartExport";
import { LEARNING } from "../texts";
import { ChartMoment } from "../ui/ChartMoment";
import { CHART_PERIOD } from "../ui/format";
import { heightOf, LineDrawing, type Series } from "../ui/LineDrawing";
import { Section } from "../ui/Section";
import { useDecimated } from "../ui/use-decimated";
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

const SAVE = (
  <ChartExport name={LEARNING.course} file="course" table={(state) => courseTable(selectRecords(state).slice())} />
);

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
  const marks = useStageMarks();
  const points = useDecimated({ value: line.read }, POINTS);
  const value = useApp((state) => momentValue(line, state));
  const axis =
    line.key === "skips"
      ? SKIPS_AXIS
      : zeroAxis(points.flatMap(({ value }) => (typeof value === "number" ? value : [])));
  const shape = { axis, width, height: HEIGHT, margin: MARGIN };
  const limit = heightOf(COLLAPSE_SKIPS, shape);
  return (
    <div className="course-chart" data-testid={`course-${line.key}`}>
      <div className="name">
        {line.title}{" "}
        <Later>
          <Value line={line} />
        </Later>
      </div>
      <div role="img" aria-label={`${line.title}: ${value}`}>
        {width > 0 ? (
          <LineDrawing {...shape} points={points} series={SERIES} digits={digitsOf(axis.max)} steps={2} marks={marks}>
            {line.key === "skips" ? (
              <path className="chance" d={`M${MARGIN.left} ${limit}H${width - MARGIN.right}`} />
            ) : null}
            <Later>
              <ChartMoment {...shape} points={points} series={SERIES} />
            </Later>
          </LineDrawing>
        ) : null}
      </div>
      <p className="note">{line.caption}</p>
    </div>
  );
}

/** At the moment that is looked at. */
function momentValue(line: Line, state: AppState): string {
  const record = selectMomentRecords(state).at(-1);
  const value = record ? line.read(record) : null;
  return value === null ? "–" : line.text(value);
}

function Value({ line }: { readonly line: Line }) {
  return <b>{useApp((state) => momentValue(line, state))}</b>;
}

/** Decimals that an axis up to `max` needs. */
function digitsOf(max: number): number {
  return max >= 2 ? 0 : Math.min(4, Math.ceil(-Math.log10(max)) + 1);
}
