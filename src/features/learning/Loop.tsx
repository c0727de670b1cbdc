/** The stages of one iteration as a loop, with their live numbers. */
import { memo, useState } from "react";
import type { AppState } from "../../state/app-state";
import { useApp, useNow } from "../../state/context";
import { iterationTime } from "../../state/progress";
import {
  selectIsReplay,
  selectMomentIteration,
  selectMomentRecords,
  selectRecords,
  selectShownSettings,
  selectStatus,
} from "../../state/selectors";
import { selectSlowStage } from "../../state/slow";
import { LEARNING } from "../texts";
import { formatLoss } from "../ui/format";
import { LearnMore } from "../ui/LearnMore";
import { Section } from "../ui/Section";
import { Term } from "../ui/Term";
import { SlowMotion } from "./SlowMotion";
import { nextAngle, type Stage, stagesOf } from "./stages";
import { useTurn } from "./use-turn";

/** Top left corners of the four boxes, in turn. */
const CORNERS = [
  [0.5, 4.5],
  [204.5, 4.5],
  [204.5, 118.5],
  [0.5, 118.5],
] as const;
const BOX = { width: 135, height: 69 } as const;

/** Light from the lamp in the middle, to the right; it turns to the box that is lit. Boxes hide where it ends. */
const BEAM = "M4 -19 150 -74V74L4 19Z";
/** Degrees of each box's middle, clockwise from the right. */
const ANGLES = [209.2, 330.8, 389.2, 510.8] as const;

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
  const slow = useNow(selectSlowStage);
  const stages = stagesOf(settings, record);
  const lease = settings.objective !== "bilevel";
  // The light is on what happens now.
  const lit = (status.kind === "running" || status.kind === "pausing") && !replaying;
  return (
    <Section
      title={lease ? LEARNING.leaseTitle : LEARNING.bilevelTitle}
      className="loop-section"
      panel="loop"
      right={lease ? <Term of="gamma">γ = {settings.gamma}</Term> : null}
    >
      <p className="note">
        {lease ? LEARNING.leaseCaption : LEARNING.bilevelCaption}
        {lit && lease && slow === null ? ` ${LEARNING.slowed}` : ""} <LearnMore topic={lease ? "lease" : "levels"} />
      </p>
      {lease ? (
        <LeaseLoop stages={stages} iteration={iteration} lit={lit} turn={turn} slow={slow} />
      ) : (
        <TwoStages stages={stages} slow={slow} />
      )}
      <SlowMotion />
    </Section>
  );
});

interface LoopProps {
  readonly stages: readonly Stage[];
  readonly iteration: number;
  readonly lit: boolean;
  readonly turn: number;
  /** The stage that slow motion shows. */
  readonly slow: number | null;
}

function summary(stages: readonly Stage[]): string {
  return stages.map(({ title, value, unit }, i) => `${i + 1} ${title}: ${formatLoss(value)} ${unit}`).join("; ");
}

/** Degrees that only grow, so that the light always turns the same way. */
function useAngle(stage: number | null): number {
  const [angle, setAngle] = useState<number>(ANGLES[0]);
  const next = stage === null ? angle : nextAngle(angle, ANGLES[stage] ?? ANGLES[0]);
  if (next !== angle) setAngle(next);
  return next;
}

function LeaseLoop({ stages, iteration, lit, turn, slow }: LoopProps) {
  const clock = useTurn(lit && slow === null, stages.length, turn);
  const now = slow ?? clock;
  const angle = useAngle(now);
  return (
    <svg
      className={`loop ${lit || slow !== null ? "lit" : ""}`}
      viewBox="0 0 340 192"
      role="img"
      aria-label={summary(stages)}
      data-testid="loop"
    >
      <defs>
        <clipPath id="loop-edge">
          <rect x={0.5} y={4.5} width={339} height={183} rx={6} />
        </clipPath>
        <radialGradient id="beam" gradientUnits="userSpaceOnUse" cx={0} cy={0} r={175}>
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
      <g clipPath="url(#loop-edge)">
        <g transform="translate(170 96)">
          <path className={`beam ${now === null ? "" : "on"}`} d={BEAM} style={{ transform: `rotate(${angle}deg)` }} />
        </g>
      </g>
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
function TwoStages({ stages, slow }: { readonly stages: readonly Stage[]; readonly slow: number | null }) {
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
        <StageBox key={stage.title} stage={stage} number={i + 1} corner={CORNERS[i] ?? CORNERS[0]} on={i === slow} />
      ))}
    </svg>
  );
}
