/**
 * What a run will cost before it starts: memory from its plans, time from measured iterations, and whether the adapter can
 * carry it. Plain rules; knows no device.
 */
import { EDGES, type Operations, PRIMITIVES, type Primitive } from "./primitives";
import type { BackendName, IterationRecord } from "./run";
import { isUsed, type SettingName, type Settings } from "./settings";
import type { StageShape } from "./stages";
import type { TuningPlace } from "./tuning";
import { z } from "./zod";

const bytes = z.number().min(0);
const milliseconds = z.number().min(0);

const stagePlanSchema = z.object({
  /** Intermediate results of both networks, which share one scratch memory. */
  activations: bytes,
  /** Weights and momentum of the audience. */
  audience: bytes,
  /** Weights of the explainer, alphas, and what their optimisers keep. */
  weights: bytes,
  /** Batches, constants and results. */
  rest: bytes,
  /** The largest buffer among them. */
  largest: bytes,
  dispatches: z.int().min(0),
});
/** Bytes on the device that a stage of a run takes. */
export type StagePlan = z.infer<typeof stagePlanSchema>;

const runPlanSchema = z.object({
  /** One for each stage of the run, which take turns: the run takes what its largest stage takes. */
  stages: z.array(stagePlanSchema).min(1),
  /** Bytes that one buffer of the adapter may have. */
  largestBuffer: bytes,
});
export type RunPlan = z.infer<typeof runPlanSchema>;

const stageTimeSchema = z.object({
  /** Milliseconds of an iteration in which the architecture moves. */
  moves: milliseconds,
  /** Of one in which it rests; null where there is none. */
  rests: milliseconds.nullable(),
});
/** Milliseconds of the iterations of each stage. */
export type RunTime = readonly z.infer<typeof stageTimeSchema>[];

const knownSchema = z.object({ plan: runPlanSchema.optional(), time: z.array(stageTimeSchema).min(1).optional() });
/** What is known of a size of run on an adapter. */
export type KnownCost = z.infer<typeof knownSchema>;

/** What an adapter is remembered for. */
export const adapterCostsSchema = z.object({
  /** By `costKey`, the latest last. */
  known: z.record(z.string(), knownSchema),
  /** The most bytes that a run took here, and the fewest that were refused; 0 and null before there was one. */
  ran: bytes,
  refused: bytes.nullable(),
});
export type AdapterCosts = z.infer<typeof adapterCostsSchema>;
export const NO_COSTS: AdapterCosts = { known: {}, ran: 0, refused: null };

/** Keeps costs from one visit to the next. No method rejects: a page does without what cannot be read or kept. */
export interface CostMemory {
  recall(place: TuningPlace): Promise<AdapterCosts>;
  change(place: TuningPlace, change: (costs: AdapterCosts) => AdapterCosts): Promise<void>;
}

/** Sizes of run that are remembered for an adapter; the oldest go first. */
const REMEMBERED = 40;

/** Adds what is known of a size of run. */
export function withKnown(costs: AdapterCosts, key: string, more: KnownCost): AdapterCosts {
  const { [key]: before, ...others } = costs.known;
  const entries = [...Object.entries(others), [key, { ...before, ...more }] as const];
  return { ...costs, known: Object.fromEntries(entries.slice(-REMEMBERED)) };
}

/** Adds a run of so many bytes that the adapter carried. */
export function withRan(costs: AdapterCosts, taken: number): AdapterCosts {
  const refused = costs.refused !== null && costs.refused <= taken ? null : costs.refused;
  return { ...costs, ran: Math.max(costs.ran, taken), refused };
}

/** Adds a run of so many bytes that the adapter refused. */
export function withRefused(costs: AdapterCosts, asked: number): AdapterCosts {
  return { ...costs, refused: Math.min(costs.refused ?? Number.POSITIVE_INFINITY, asked) };
}

/** Settings that change how much an iteration computes. */
const COST_SETTINGS = [
  "strategy",
  "order",
  "objective",
  "hypergradient",
  "audienceOnly",
  "audiencePath",
  "weighting",
  "initChannels",
  "partialChannels",
  "layers",
  "stage2Layers",
  "stage3Layers",
  "stage2Width",
  "stage3Width",
  "stage2Operations",
  "stage3Operations",
  "imageSize",
  "audienceWidth",
  "batchSize",
  "subGraphs",
  "sideBySide",
  "guidance",
  "dropBlock",
  "classWeights",
  "autotune",
] as const satisfies SettingName[];

/** One word for all runs whose iterations cost the same. */
export function costKey(settings: Settings, classes: number): string {
  const used = COST_SETTINGS.filter((name) => isUsed(name, settings));
  return JSON.stringify([classes, ...used.map((name) => settings[name])]);
}

/** What the plans of a run follow from, besides its settings. */
export interface PlanRequest {
  readonly settings: Settings;
  readonly classes: number;
  readonly iterationsPerEpoch: number;
  /** Kernel variants that are known for the adapter. */
  readonly variants: Readonly<Record<string, string>>;
}

/** By memory, the dearest first: a separable convolution is applied twice. */
const DEAREST: readonly Primitive[] = [
  "sep_conv_5x5",
  "sep_conv_3x3",
  "dil_conv_5x5",
  "dil_conv_3x3",
  "max_pool_3x3",
  "avg_pool_3x3",
  "skip_connect",
  "none",
];

/** The operations of a stage whose own are not chosen yet: the dearest, so that its plan is a bound from above. */
export function dearestOperations({ operationsPerEdge }: StageShape): Operations {
  const kept = DEAREST.slice(0, operationsPerEdge);
  const edge = PRIMITIVES.filter((op) => kept.includes(op));
  const edges = Array.from({ length: EDGES }, () => edge);
  return { normal: edges, reduce: edges };
}

export function stageBytes({ activations, audience, weights, rest }: StagePlan): number {
  return activations + audience + weights + rest;
}

/** The stage that takes most, by its index, and its plan. */
export function largestStage({ stages }: RunPlan): { readonly index: number; readonly plan: StagePlan } {
  return stages
    .map((plan, index) => ({ index, plan }))
    .reduce((most, stage) => (stageBytes(stage.plan) > stageBytes(most.plan) ? stage : most));
}

/** Everything that is known of a run before it starts. */
export interface CostEstimate {
  readonly backend: BackendName;
  /** null on the CPU, which makes no plan. */
  readonly plan: RunPlan | null;
  /** null before anything was measured. */
  readonly time: RunTime | null;
  readonly ran: number;
  readonly refused: number | null;
  /** Bytes that the page itself may take; null for no bound. */
  readonly budget: number | null;
  /** Whether the adapter computes on the processor. */
  readonly software: boolean;
}

/** Where the limit that a run is measured against comes from. */
export type LimitKind = "budget" | "ran" | "buffer";
export type Fit = "fits" | "tight" | "too-large" | "unknown";
/** Why a run is said to be too large. */
export type TooLarge = "budget" | "one-buffer" | "refused" | "far-over";

export interface Verdict {
  readonly fit: Fit;
  readonly limit: { readonly bytes: number; readonly kind: LimitKind } | null;
  readonly because: TooLarge | null;
}

/** Of the limit: up to it a run fits with room to spare. */
const ROOMY = 0.8;
/** Times the largest buffer that a card's memory is hardly larger than, where nothing else is known. */
const HARDLY = 4;

/**
 * Whether a run fits. WebGPU does not tell how much memory an adapter has, but how large one buffer may be, which a card
 * surely holds; a run that was carried here before raises the limit, one that was refused ends it.
 */
export function verdictOf({ plan, ran, refused, budget }: CostEstimate): Verdict {
  if (!plan) return { fit: "unknown", limit: null, because: null };
  const largest = largestStage(plan).plan;
  const needed = stageBytes(largest);
  const one = Math.max(...plan.stages.map((stage) => stage.largest));
  const limits: { bytes: number; kind: LimitKind }[] = [
    { bytes: plan.largestBuffer, kind: "buffer" },
    { bytes: ran, kind: "ran" },
  ];
  const known = limits.reduce((most, limit) => (limit.bytes > most.bytes ? limit : most));
  const limit = budget === null ? known : ({ bytes: budget, kind: "budget" } as const);
  const tooLarge = (because: TooLarge): Verdict => ({ fit: "too-large", limit, because });
  if (budget !== null && needed > budget) return tooLarge("budget");
  if (one > plan.largestBuffer) return tooLarge("one-buffer");
  if (refused !== null && needed >= refused) return tooLarge("refused");
  if (budget === null && needed > HARDLY * limit.bytes) return tooLarge("far-over");
  // What was carried before is carried again: it needs no room to spare.
  const roomy = needed <= ran || needed <= ROOMY * limit.bytes;
  return { fit: roomy ? "fits" : "tight", limit, because: null };
}

/** Of a stage's iterations, those in which the architecture rests. */
function resting(settings: Settings, iterations: number): number {
  return isUsed("alphaWarmUp", settings) ? Math.round(settings.alphaWarmUp * iterations) : 0;
}

/** Milliseconds of a whole run, tuning and compiling apart. */
export function totalTime(time: RunTime, shapes: readonly StageShape[], settings: Settings): number {
  return shapes.reduce((sum, { index, iterations }) => {
    const stage = time[Math.min(index, time.length - 1)];
    if (!stage) return sum;
    const rest = resting(settings, iterations);
    return sum + rest * (stage.rests ?? stage.moves) + (iterations - rest) * stage.moves;
  }, 0);
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** The time that a run took, from its records; null unless every stage has iterations in which the architecture moves. */
export function timeOf(records: readonly IterationRecord[], stages: number): RunTime | null {
  const times = Array.from({ length: stages }, (_, index) => {
    // The first iteration of each kind makes its plan.
    const of = (rests: boolean) =>
      records
        .filter(({ stage, hypergradientNorm }) => stage === index && (hypergradientNorm === null) === rests)
        .slice(1)
        .map((record) => record.milliseconds);
    const moves = median(of(false));
    return moves === undefined ? null : { moves, rests: median(of(true)) ?? null };
  });
  return times.every((time) => time !== null) ? times : null;
}
