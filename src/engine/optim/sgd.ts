/** SGD with momentum, weight decay and a clip of the joint norm, on flat weights. */
import { type Tensor, tf } from "../gpu/tensorflow";
import { axpy, descend, momentumStep, norm, type Scalar } from "../kernels/flat";

export interface SgdOptions {
  readonly learningRate: Scalar;
  readonly momentum: Scalar;
  readonly weightDecay: Scalar;
  readonly nesterov?: boolean;
  /** The largest norm of the gradient alone, before decay; none by default. */
  readonly clip?: Scalar;
  /** What the clip is compared with, where it is not the norm of this gradient: it may span other parameters. */
  readonly norm?: Tensor;
}

const bufferOr = (buffer: Tensor | null, like: Tensor) => buffer ?? tf.zerosLike(like);

/**
 * g ← g·min(1, clip/(‖g‖ + 1e-6)) + λθ; buf ← μ·buf + g; θ ← θ − η·buf (Nesterov: η(g + μ·buf)).
 * @param buffer null for zeros
 */
export function sgdStep(
  weights: Tensor,
  gradient: Tensor,
  buffer: Tensor | null,
  o: SgdOptions,
): { readonly weights: Tensor; readonly buffer: Tensor } {
  const clip = o.clip === undefined ? {} : { clip: { norm: o.norm ?? norm(gradient), max: o.clip } };
  const options = { momentum: o.momentum, weightDecay: o.weightDecay, ...clip };
  const before = bufferOr(buffer, weights);
  const next = momentumStep(before, gradient, weights, options);
  if (!o.nesterov) return { weights: descend(weights, next, o.learningRate), buffer: next };
  const decayed = momentumStep(before, gradient, weights, { ...options, momentum: 0 });
  return { weights: descend(weights, axpy(decayed, next, o.momentum), o.learningRate), buffer: next };
}

/** The virtual step inside a hypergradient: θ − η(μ·buf + g + λθ), without a clip; the buffer stays as it is. */
export function virtualStep(weights: Tensor, gradient: Tensor, buffer: Tensor | null, o: SgdOptions): Tensor {
  const { momentum, weightDecay } = o;
  const direction = momentumStep(bufferOr(buffer, weights), gradient, weights, { momentum, weightDecay });
  return descend(weights, direction, o.learningRate);
}
