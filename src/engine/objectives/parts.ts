/** The parts of an explainer whose losses add up: sub-graphs that are passed through one after the other. */
import { type Tensor, tf } from "../gpu/tensorflow";
import type { Batch } from "../nn/loss";
import type { Explainer, Point, WholeExplainer } from "../strategies/strategy";
import { apart, type Loss, type LossSum, sideBySide } from "./derivatives";

/** @param at where what is constant of the differentiation is taken, for losses; null when only logits are wanted */
export function explainerParts(explainer: Explainer, at: Point | null): readonly WholeExplainer[] {
  return explainer.parts ? explainer.parts(at) : [explainer];
}

/** The losses of the explainer's parts on a batch; what is constant of the differentiation is taken at the point. */
export function explainerLosses(
  explainer: Explainer,
  batch: Batch,
  weights: Tensor,
  architecture: Tensor,
): LossSum<[Tensor, Tensor]> {
  const parts = explainerParts(explainer, { weights, architecture, x: batch.x });
  const losses = parts.map((part) => (w: Tensor, a: Tensor) => part.loss(batch, w, a));
  if (!explainer.parts) return apart<[Tensor, Tensor]>(losses);
  if (explainer.sideBySide) return apart<[Tensor, Tensor]>([sideBySide(losses)]);
  const { beginning } = explainer;
  return {
    begin: (w) => beginning(w, batch.x),
    terms: parts.map((part) => (begun, w, a) => part.loss(batch, w, a, begun)),
  };
}

/** The mean loss of the explainer's parts on a batch, where nothing descends it. */
export function explainerLoss(explainer: Explainer, batch: Batch, weights: Tensor, architecture: Tensor): Loss {
  const parts = explainerParts(explainer, { weights, architecture, x: batch.x });
  const { loss, logits } = sideBySide(parts.map((part) => () => part.loss(batch, weights, architecture)))();
  return { loss: parts.length > 1 ? tf.mul(loss, 1 / parts.length) : loss, logits };
}
