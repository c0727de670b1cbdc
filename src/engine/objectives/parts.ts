/** The parts of an explainer whose losses add up: sub-graphs that are passed through one after the other. */
import type { Tensor } from "../gpu/tensorflow";
import type { Batch } from "../nn/loss";
import type { Explainer, Point } from "../strategies/strategy";
import { alone, type LossSum, sideBySide } from "./derivatives";

/** @param at where what is constant of the differentiation is taken, for losses; null when only logits are wanted */
export function partsOf(explainer: Explainer, at: Point | null): readonly Explainer[] {
  return explainer.parts?.(at) ?? [explainer];
}

/** The losses of the explainer's parts on a batch; what is constant of the differentiation is taken at the point. */
export function explainerLosses(
  explainer: Explainer,
  batch: Batch,
  weights: Tensor,
  architecture: Tensor,
): LossSum<[Tensor, Tensor]> {
  const parts = partsOf(explainer, { weights, architecture, x: batch.x });
  const losses = parts.map((part) => (w: Tensor, a: Tensor) => part.loss(batch, w, a));
  if (explainer.sideBySide || !explainer.beginning)
    return alone<[Tensor, Tensor]>(explainer.sideBySide ? [sideBySide(losses)] : losses);
  const { beginning } = explainer;
  return {
    begin: (w) => beginning(w, batch.x),
    terms: parts.map((part) => (begun, w, a) => part.loss(batch, w, a, begun)),
  };
}
