/** The stages of an objective and their live numbers. Plain functions. */
import type { IterationRecord } from "../../domain/run";
import type { Settings } from "../../domain/settings";
import { LEARNING } from "../texts";

export interface Stage {
  readonly title: string;
  readonly value: number | null;
  readonly unit: string;
  /** More about the number, for those who point at it. */
  readonly detail: string;
}

/** What stage 4 descends: the explainer's validation loss plus γ times the audience's. */
export function validationBoth(record: IterationRecord, settings: Pick<Settings, "gamma" | "audienceOnly">): number {
  const audience = settings.gamma * (record.audienceValidationLoss ?? 0);
  return settings.audienceOnly ? audience : record.explainerValidationLoss + audience;
}

/** The two stages of a bilevel search or the four of LeaSE; values are null before the first iteration. */
export function stagesOf(settings: Settings, record: IterationRecord | undefined): Stage[] {
  const two = (value: number | null | undefined) => (value === null || value === undefined ? "–" : value.toFixed(2));
  if (settings.objective === "bilevel") {
    const values = [record?.explainerTrainLoss, record?.explainerValidationLoss];
    const details = [
      `gradient norm ${two(record?.explainerGradientNorm)}`,
      `hypergradient norm ${two(record?.hypergradientNorm)}`,
    ];
    return LEARNING.bilevel.map((stage, i) => ({ ...stage, value: values[i] ?? null, detail: details[i] ?? "" }));
  }
  const values = [
    record?.explainerTrainLoss,
    record?.explanationLoss,
    record?.audienceTrainLoss,
    record ? validationBoth(record, settings) : null,
  ];
  const details = [
    `gradient norm ${two(record?.explainerGradientNorm)}`,
    `cross-entropy between the predictions on x + δ and on x; δ step ${two(record?.deltaStepRatio)} times the noise`,
    `gradient norm ${two(record?.audienceGradientNorm)}`,
    `explainer ${two(record?.explainerValidationLoss)}, audience ${two(record?.audienceValidationLoss)}; hypergradient norm ${two(record?.hypergradientNorm)}, audience's term ${two(record?.audienceTermNorm)}`,
  ];
  return LEARNING.lease.map((stage, i) => ({
    ...stage,
    unit: i === 3 && settings.audienceOnly ? LEARNING.audienceOnly : stage.unit,
    value: values[i] ?? null,
    detail: details[i] ?? "",
  }));
}

/** The next angle at or after `now` that points as `wanted` does, in degrees. */
export function nextAngle(now: number, wanted: number): number {
  const turn = (((wanted - now) % 360) + 360) % 360;
  return now + turn;
}
