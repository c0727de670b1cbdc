/** What the cost card says. Plain functions. */
import { type CostEstimate, largestStage, type StagePlan, stageBytes, totalTime, verdictOf } from "../../domain/cost";
import { isUsed, type Settings } from "../../domain/settings";
import { type StageShape, stageShapes } from "../../domain/stages";

/** A share of the bar, 0..1. */
export interface Segment {
  readonly part: "activations" | "audience" | "weights" | "rest";
  readonly share: number;
}

/** The parts of a plan along a bar that ends at the limit, or at the plan's own size where that is larger. */
export function segments(plan: StagePlan, limit: number): Segment[] {
  const whole = Math.max(limit, stageBytes(plan));
  const parts = ["activations", "audience", "weights", "rest"] as const;
  return parts.map((part) => ({ part, share: whole === 0 ? 0 : plan[part] / whole }));
}

/** What to lower, the most useful first. @param needed and @param limit in bytes */
export function advice(settings: Settings, needed: number, limit: number): string[] {
  const { batchSize, initChannels, layers, strategy, hypergradient } = settings;
  const ratio = limit / needed;
  // Memory grows in proportion to the batch, but for the weights.
  const batch = Math.floor(batchSize * ratio);
  const lines: string[] = [];
  if (isUsed("sideBySide", settings) && settings.sideBySide)
    lines.push("Switch Side by side off: the sub-graphs then share memory.");
  if (batch >= 2 && batch < batchSize) lines.push(`Lower the batch from ${batchSize} to about ${batch}.`);
  if (strategy === "darts" && initChannels % 8 === 0)
    lines.push("Choose PC-DARTS: a part of the channels goes through the operations.");
  if (hypergradient === "exact" && (settings.objective !== "bilevel" || settings.order === "2"))
    lines.push("Set Hypergradient to Finite diff., which keeps fewer results.");
  if (initChannels > 4) lines.push(`Lower the channels from ${initChannels}.`);
  if (layers > 4) lines.push(`Lower the cells from ${layers}.`);
  return lines.slice(0, 3);
}

export interface CostFacts {
  readonly verdict: ReturnType<typeof verdictOf>;
  readonly plan: StagePlan | null;
  /** The stage that takes most, where there are several. */
  readonly stage: { readonly index: number; readonly count: number } | null;
  readonly needed: number;
  /** Milliseconds of an iteration of the first stage in which the architecture moves, and of the whole run. */
  readonly each: number | null;
  readonly total: number | null;
  readonly advice: readonly string[];
}

export function costFacts(estimate: CostEstimate, settings: Settings, iterationsPerEpoch: number): CostFacts {
  const verdict = verdictOf(estimate);
  const most = estimate.plan && largestStage(estimate.plan);
  const needed = most ? stageBytes(most.plan) : 0;
  const shapes: readonly StageShape[] = stageShapes(settings, iterationsPerEpoch);
  const lower = verdict.fit === "tight" || verdict.fit === "too-large";
  return {
    verdict,
    plan: most?.plan ?? null,
    stage: most && shapes.length > 1 ? { index: most.index, count: shapes.length } : null,
    needed,
    each: estimate.time?.[0]?.moves ?? null,
    total: estimate.time && totalTime(estimate.time, shapes, settings),
    advice: lower && verdict.limit ? advice(settings, needed, verdict.limit.bytes) : [],
  };
}
