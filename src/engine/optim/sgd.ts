/** SGD with momentum, weight decay and a clip of the joint norm, on flat weights. */
import { type Tensor, tf } from "../gpu/tensorflow";

export interface SgdOptions {
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly nesterov?: boolean;
}

/** ‖g‖₂ of a flat gradient, a scalar. */
export function norm(gradient: Tensor): Tensor {
  return tf.sqrt(tf.sum(tf.square(gradient)));
}

/** g·min(1, max/(‖g‖ + 1e-6)). */
export function clipNorm(gradient: Tensor, max: number): Tensor {
  return tf.mul(gradient, tf.minimum(tf.div(max, tf.add(norm(gradient), 1e-6)), 1));
}

/** g ← g + λθ; buf ← g at first, else μ·buf + g; θ ← θ − η·buf (Nesterov: η(g + μ·buf)). `gradient` is already clipped. */
export function sgdStep(
  weights: Tensor,
  gradient: Tensor,
  buffer: Tensor | null,
  o: SgdOptions,
): { readonly weights: Tensor; readonly buffer: Tensor } {
  const g = tf.add(gradient, tf.mul(weights, o.weightDecay));
  const next = buffer ? tf.add(tf.mul(buffer, o.momentum), g) : tf.clone(g);
  const direction = o.nesterov ? tf.add(g, tf.mul(next, o.momentum)) : next;
  return { weights: tf.sub(weights, tf.mul(direction, o.learningRate)), buffer: next };
}

/** The virtual step inside a hypergradient: θ − η(μ·buf + g + λθ), without a clip; the buffer stays as it is. */
export function virtualStep(weights: Tensor, gradient: Tensor, buffer: Tensor | null, o: SgdOptions): Tensor {
  const decayed = tf.add(gradient, tf.mul(weights, o.weightDecay));
  const direction = buffer ? tf.add(tf.mul(buffer, o.momentum), decayed) : decayed;
  return tf.sub(weights, tf.mul(direction, o.learningRate));
}
