/** What a run will cost. */
import type { Fit, LimitKind, StagePlan, TooLarge } from "../../domain/cost";
import { formatBytes } from "../../state/progress";

export const COST = {
  title: "Cost",
  fit: { fits: "Fits", tight: "Tight", "too-large": "Too large", unknown: "Not planned" } satisfies Record<Fit, string>,
  parts: { activations: "activations", audience: "audience", weights: "weights", rest: "rest" },
  partsHelp:
    "Activations are results that the way back needs again, in one memory that both networks share. Audience and weights: with their momentum.",
  memory: "GPU memory",
  each: "per iteration",
  total: "total",
  of: "of",
  measure: "Measure",
  measureAgain: "Again",
  cancel: "Cancel",
  measureHelp: "Measure runs two iterations, keeps nothing of them, and remembers the time for this adapter.",
  planning: "Planning an iteration…",
  waiting: "Planned when no search is under way.",
  cpu: "The processor makes no plan of its memory; what it takes is shown while the search runs.",
  software: "This adapter computes on the processor: its memory is the computer's own.",
  stage: (index: number, count: number) =>
    `Stage ${index + 1} of ${count} takes most. Which operations it keeps is not known yet, so this is an upper bound.`,
} as const;

const size = (bytes: number) => {
  const { value, unit } = formatBytes(bytes);
  return `${value} ${unit}`;
};

/** Where the limit comes from. */
export function limitText(kind: LimitKind, bytes: number): string {
  switch (kind) {
    case "buffer":
      return `Limit ${size(bytes)}: the largest single buffer of this adapter. Browsers do not tell how much memory a card has; most have more.`;
    case "ran":
      return `Limit ${size(bytes)}: so much has run on this adapter before.`;
    case "budget":
      return `Limit ${size(bytes)}: what this page may take.`;
    default:
      return kind satisfies never;
  }
}

export function tooLargeText(because: TooLarge): string {
  switch (because) {
    case "budget":
      return "More than this page may take: the start will be refused.";
    case "one-buffer":
      return "One of its buffers is larger than the adapter allows: the start will be refused.";
    case "refused":
      return "This adapter has refused a run of this size before.";
    case "far-over":
      return "Far over what is known of this adapter: the start will probably be refused.";
    default:
      return because satisfies never;
  }
}

export const tightText = "It may fit: a start that does not is refused before anything is computed.";

/** "activations 1.02, audience 0.26, weights 0.14, rest 0.01 GB" */
export function partsText(plan: StagePlan): string {
  const parts = [
    [COST.parts.activations, plan.activations],
    [COST.parts.audience, plan.audience],
    [COST.parts.weights, plan.weights],
    [COST.parts.rest, plan.rest],
  ] as const;
  const shown = parts.filter(([, bytes]) => bytes > 0);
  const most = Math.max(...shown.map(([, bytes]) => bytes));
  const { unit } = formatBytes(most);
  const scale = most / Number(formatBytes(most).value);
  const digits = most / scale >= 100 ? 1 : 2;
  return `${shown.map(([name, bytes]) => `${name} ${(bytes / scale).toFixed(digits)}`).join(", ")} ${unit}`;
}
