/** What slow motion tells of each stage of the iteration just made. Plain functions. */
import type { Alphas } from "../../domain/genotype";
import { CELL_EDGES, CELL_KINDS, type CellKind, type Edge, PRIMITIVES, type Primitive } from "../../domain/primitives";
import type { IterationRecord } from "../../domain/run";
import type { Settings } from "../../domain/settings";
import { SLOW } from "../texts";
import { formatLoss, formatPercent, formatRate } from "../ui/format";

/** An alpha that an iteration moved. */
export interface Move {
  readonly kind: CellKind;
  readonly edge: Edge;
  readonly op: Primitive;
  /** After minus before. */
  readonly by: number;
}

/** The alphas that moved farthest, the farthest first. */
export function largestMoves(before: Alphas, after: Alphas, count: number): Move[] {
  return CELL_KINDS.flatMap((kind) =>
    Array.from(after[kind], (value, i): Move => {
      const edge = CELL_EDGES[Math.floor(i / PRIMITIVES.length)] as Edge;
      const op = PRIMITIVES[i % PRIMITIVES.length] as Primitive;
      return { kind, edge, op, by: value - (before[kind][i] ?? Number.NaN) };
    }),
  )
    .filter(({ by }) => Number.isFinite(by) && by !== 0)
    .sort((a, b) => Math.abs(b.by) - Math.abs(a.by))
    .slice(0, count);
}

export interface SlowStage {
  readonly title: string;
  /** What happens in it. */
  readonly caption: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** Which of an explanation's pictures belong to it. */
  readonly pictures: "explanation" | "weighted" | null;
  /** The alphas move in it. */
  readonly moves: boolean;
}

const { facts } = SLOW;
const loss = (value: number | null) => formatLoss(value);
const share = (value: number | null) => (value === null ? "–" : `${formatPercent(value)} %`);

/** The stages of the last iteration, two for a bilevel search and four for LeaSE, with what was measured in each. */
export function slowStages(settings: Settings, record: IterationRecord): SlowStage[] {
  const rests = record.hypergradientNorm === null;
  const explainer = [
    [facts.trainLoss, loss(record.explainerTrainLoss)],
    [facts.trainAccuracy, share(record.explainerTrainAccuracy)],
    [facts.gradientNorm, loss(record.explainerGradientNorm)],
    [facts.learningRate, formatRate(record.learningRate)],
  ] as const;
  const alphas = rests ? [] : ([[facts.hypergradientNorm, loss(record.hypergradientNorm)]] as const);
  if (settings.objective === "bilevel") {
    const [weights, architecture] = SLOW.bilevel;
    const validation = [
      [facts.validationLoss, loss(record.explainerValidationLoss)],
      [facts.validationAccuracy, share(record.explainerValidationAccuracy)],
      ...alphas,
    ] as const;
    return [
      { ...weights, facts: explainer, pictures: null, moves: false },
      {
        ...architecture,
        caption: rests ? SLOW.rests : settings.order === "2" ? SLOW.secondOrder : architecture.caption,
        facts: validation,
        pictures: null,
        moves: !rests,
      },
    ];
  }
  const [learns, explains, audience, relearns] = SLOW.lease;
  return [
    { ...learns, facts: explainer, pictures: null, moves: false },
    {
      ...explains,
      facts: [
        [facts.explanationLoss, loss(record.explanationLoss)],
        [facts.deltaStep, record.deltaStepRatio === null ? "–" : `${formatRate(record.deltaStepRatio)} ×`],
      ],
      pictures: "explanation",
      moves: false,
    },
    {
      ...audience,
      facts: [
        [facts.audienceLoss, loss(record.audienceTrainLoss)],
        [facts.gradientNorm, loss(record.audienceGradientNorm)],
      ],
      pictures: "weighted",
      moves: false,
    },
    {
      ...relearns,
      caption: rests ? SLOW.rests : relearns.caption,
      facts: [
        [facts.explainerValidation, loss(record.explainerValidationLoss)],
        [facts.audienceValidation, loss(record.audienceValidationLoss)],
        [facts.gamma, formatRate(settings.gamma)],
        ...alphas,
        ...(record.audienceTermNorm === null ? [] : ([[facts.audienceTerm, loss(record.audienceTermNorm)]] as const)),
      ],
      pictures: null,
      moves: !rests,
    },
  ];
}
