/** Adam with L2 decay in the gradient, as PyTorch has it. */
import { type Tensor, tf } from "../gpu/tensorflow";

export interface AdamOptions {
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly beta1: number;
  readonly beta2: number;
}

export interface AdamState {
  readonly m: Tensor;
  readonly v: Tensor;
}

const EPSILON = 1e-8;

/** One step, the `step`-th (1 for the first): α ← α − η·m̂/(√v̂ + ε) with g ← g + λα. */
export function adamStep(
  parameters: Tensor,
  gradient: Tensor,
  state: AdamState | null,
  step: number,
  o: AdamOptions,
): { readonly parameters: Tensor; readonly state: AdamState } {
  const g = tf.add(gradient, tf.mul(parameters, o.weightDecay));
  const m = tf.add(state ? tf.mul(state.m, o.beta1) : 0, tf.mul(g, 1 - o.beta1));
  const v = tf.add(state ? tf.mul(state.v, o.beta2) : 0, tf.mul(tf.square(g), 1 - o.beta2));
  const root = tf.add(tf.sqrt(tf.div(v, 1 - o.beta2 ** step)), EPSILON);
  const update = tf.div(tf.div(m, 1 - o.beta1 ** step), root);
  return { parameters: tf.sub(parameters, tf.mul(update, o.learningRate)), state: { m, v } };
}
