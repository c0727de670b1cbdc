/** Cross-entropy with hard or soft targets; differentiable in both, twice. */
import { type Tensor, tf } from "../gpu/tensorflow";
import { summedCrossEntropy } from "../kernels/cross-entropy";

/** A mini-batch. */
export interface Batch {
  /** Normalised pictures [N, H, W, 3]. */
  readonly x: Tensor;
  /** One-hot labels [N, classes]. */
  readonly targets: Tensor;
  /** Weight of each picture, [N]; null for equal weights. */
  readonly weights: Tensor | null;
}

/** Σ −b·log softmax(logits) over all pictures: cross-entropy with targets b, hard or soft. */
export function crossEntropySum(logits: Tensor, targets: Tensor): Tensor {
  return summedCrossEntropy(logits, targets, null, 1);
}

/** Cross-entropy of a batch: Σ w·ℓ / Σ w, as PyTorch's class weights have it, or the weighted sum over its pictures. */
export function crossEntropy(logits: Tensor, batch: Batch, reduction: "mean" | "sum" = "mean"): Tensor {
  const { targets, weights } = batch;
  if (reduction === "sum") return summedCrossEntropy(logits, targets, weights, 1);
  if (!weights) return summedCrossEntropy(logits, targets, null, 1 / (logits.shape[0] ?? 1));
  return summedCrossEntropy(logits, targets, tf.div(weights, tf.sum(weights)), 1);
}
