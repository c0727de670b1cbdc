/** Cross-entropy with hard or soft targets; differentiable in both, twice. */
import { type Tensor, tf } from "../gpu/tensorflow";
import { logSoftmax } from "../kernels/softmax";

/** A mini-batch. */
export interface Batch {
  /** Normalised pictures [N, H, W, 3]. */
  readonly x: Tensor;
  /** One-hot labels [N, classes]. */
  readonly targets: Tensor;
  /** Weight of each picture, [N]; null for equal weights. */
  readonly weights: Tensor | null;
}

/** −Σ_k b_k log softmax(logits)_k for each picture, [N]. */
export function crossEntropies(logits: Tensor, targets: Tensor): Tensor {
  return tf.neg(tf.sum(tf.mul(logSoftmax(logits), targets), 1));
}

/** Cross-entropy of a batch: Σ w·ℓ / Σ w, as PyTorch's class weights have it, or the weighted sum over its pictures. */
export function crossEntropy(logits: Tensor, batch: Batch, reduction: "mean" | "sum" = "mean"): Tensor {
  const each = crossEntropies(logits, batch.targets);
  const weighted = batch.weights ? tf.mul(each, batch.weights) : each;
  const sum = tf.sum(weighted);
  if (reduction === "sum") return sum;
  return tf.div(sum, batch.weights ? tf.sum(batch.weights) : each.size);
}
