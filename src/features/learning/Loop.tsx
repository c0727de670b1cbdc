/** The stages of one iteration as a loop, with their live numbers. */
import { memo } from "react";
import type { AppState } from "../../state/app-state";
import { useApp } from "../../state/context";
import { iterationTime } from "../../state/progress";
import {
  selectIsReplay,
  selectMomentIteration,
  selectMomentRecords,
  selectRecords,
  selectShownSettings,
  selectStatus,
} from "../../state/selectors";
import { LEARNING } from "../texts";
import { formatLoss } from "../ui/format";
import { Section } from "../ui/Section";
import { type Stage, stagesOf } from "./stages";
import { useTurn } from "./use-turn";

/** Top left corners of the four boxes, in turn. */
const CORNERS = [
  [0.5, 4.5],
  [204.5, 4.5],
  [204.5, 118.5],
  [0.5, 118.5],
] as const;
const BOX = { width: 135, height: 69 } as const;

/** Light from the lamp in the middle onto each box. */
const BEAMS = [
  "M168 105 26 76 6 8 134 12 178 88Z",
  "M162 88 206 12 334 8 314 76 172 105Z",
  "M172 87 314 116 334 184 206 180 162 104Z",
  "M178 104 134 180 6 184 26 116 168 87Z",
] as const;

const ARROWS = [
  { d: "M142 39H197", x: 170, y: 28, name: "E′" },
  { d: "M272 79V113", x: 287, y: 96, name: "Δ′" },
  { d: "M198 153H143", x: 170, y: 167, name: "W′" },
  { d: "M68 113V79", x: 55, y: 96, name: "A" },
] as const;

/** The light turns once in an iteration, but no faster than this. */
const SLOWEST_TURN = 4;

/** Seconds for a turn of the light: whole seconds, so that it does not jump with every measurement. */
const selectTurn = (state: AppState) =>
  Math.max(SLOWEST_TURN, Math.round((iterationTime(selectRecords(state)) ?? 0) / 1000));
const selectLast = (state: AppState) => selectMomentRecords(state).at(-1);

export const Loop = memo(function Loop() {
  const settings = useApp(selectShownSettings);
  const record = useApp(selectLast);
  const iteration = useApp(selectMomentIteration);
  const status = useApp(selectStatus);
  const replaying = useApp(selectIsReplay);
  const turn = useApp(selectTurn);
  const stages = stagesOf(settings, record);
  const lease = settings.objective !== "bilevel";
  // The light is on what happens now.
  const lit = (status.kind === "running" || status.kind === "pausing") && !replaying;
  return (
    <Section
      title={lease ? LEARNING.leaseTitle : LEARNING.bilevelTitle}
      className="loop-section"
      right={lease ? `γ = ${settings.gamma}` : null}
    >
      <p className="note">
        {lease ? LEARNING.leaseCaption : LEARNING.bilevelCaption}
        {lit && lease ? ` ${LEARNING.slowed}` : ""}
      </p>
      {lease ? (
        <LeaseLoop stages={stages} iteration={iteration} lit={lit} turn={turn} />
      ) : (
        <TwoStages stages={stages} />
      )}
    </Section>
  );
});

interface LoopProps {
  readonly stages: readonly Stage[];
  readonly iteration: number;
  readonly lit: boolean;
  readonly turn: number;
}

function summary(stages: readonly Stage[]): string {
  return stages.map(({ title, value, unit }, i) => `${i + 1} ${title}: ${formatLoss(value)} ${unit}`).join("; ");
}

function LeaseLoop({ stages, iteration, lit, turn }: LoopProps) {
  const now = useTurn(lit, stages.length, turn);
  return (
    <svg
      className={`loop ${lit ? "lit" : ""}`}
      viewBox="0 0 340 192"
      role="img"
      aria-label={summary(stages)}
      data-testid="loop"
    >
      <defs>
        <radialGradient id="beam" gradientUnits="userSpaceOnUse" cx={170} cy={96} r={175}>
          <stop offset="0" stopColor="var(--light)" stopOpacity="0.95" />
          <stop offset="0.35" stopColor="var(--light)" stopOpacity="0.55" />
          <stop offset="1" stopColor="var(--light)" stopOpacity="0.12" />
        </radialGradient>
        <marker
          id="arrow"
          viewBox="0 0 8 8"
          refX={6}
          refY={4}
          markerWidth={8}
          markerHeight={8}
          orient="auto-start-reverse"
          markerUnits="userSpaceOnUse"
        >
          <path className="arrow-head" d="M1 .8 6.4 4 1 7.2" />
        </marker>
      </defs>
      {BEAMS.map((d, i) => (
        <path key={d} className={`beam ${i === now ? "on" : ""}`} d={d} />
      ))}
      {ARROWS.map(({ d, x, y, name }) => (
        <g key={name}>
          <path className="arrow" d={d} markerEnd="url(#arrow)" />
          <text className="arrow-name" x={x} y={y}>
            {name}
          </text>
        </g>
      ))}
      <circle className="lamp" cx={170} cy={96} r={19} />
      <text className="lamp-count" x={170} y={93}>
        {iteration > 0 ? iteration : "–"}
      </text>
      <text className="lamp-unit" x={170} y={104}>
        {LEARNING.iterations}
      </text>
      {stages.map((stage, i) => (
        <StageBox key={stage.title} stage={stage} number={i + 1} corner={CORNERS[i] ?? CORNERS[0]} on={i === now} />
      ))}
    </svg>
  );
}

interface BoxProps {
  readonly stage: Stage;
  readonly number: number;
  readonly corner: readonly [number, number];
  readonly on?: boolean;
}

function StageBox({ stage, number, corner: [x, y], on = false }: BoxProps) {
  return (
    <g className={`stage-box ${on ? "on" : ""}`} transform={`translate(${x} ${y})`}>
      <title>{stage.detail}</title>
      <rect width={BOX.width} height={BOX.height} rx={6} />
      <rect className="glow" width={BOX.width} height={BOX.height} rx={6} />
      <text className="number" x={10.5} y={16.5}>
        {number}
      </text>
      <text className="title" x={21.5} y={16.5}>
        {stage.title}
      </text>
      <text className="value" x={10.5} y={39}>
        {formatLoss(stage.value)}
      </text>
      <text className="unit" x={10.5} y={57}>
        {stage.unit}
      </text>
    </g>
  );
}

/** A bilevel search has two stages: two boxes and the way there and back. */
function TwoStages({ stages }: { readonly stages: readonly Stage[] }) {
  return (
    <svg className="loop" viewBox="0 0 340 80" role="img" aria-label={summary(stages)} data-testid="loop">
      <defs>
        <marker
          id="arrow"
          viewBox="0 0 8 8"
          refX={6}
          refY={4}
          markerWidth={8}
          markerHeight={8}
          orient="auto-start-reverse"
          markerUnits="userSpaceOnUse"
        >
          <path className="arrow-head" d="M1 .8 6.4 4 1 7.2" />
        </marker>
      </defs>
      <path className="arrow" d="M142 28H197" markerEnd="url(#arrow)" />
      <text className="arrow-name" x={170} y={17}>
        W
      </text>
      <path className="arrow" d="M198 52H143" markerEnd="url(#arrow)" />
      <text className="arrow-name" x={170} y={64}>
        A
      </text>
      {stages.map((stage, i) => (
        <StageBox key={stage.title} stage={stage} number={i + 1} corner={CORNERS[i] ?? CORNERS[0]} />
      ))}
    </svg>
  );
}
