/** Adam with L2 decay in the gradient, as PyTorch has it. */
import { type Tensor, tf } from "../gpu/tensorflow";
import { adamUpdate, moment, type Scalar } from "../kernels/flat";

export interface AdamOptions {
  readonly learningRate: Scalar;
  readonly weightDecay: Scalar;
  readonly beta1: number;
  readonly beta2: number;
}

export interface AdamState {
  readonly m: Tensor;
  readonly v: Tensor;
}

/** What the moments are divided by: 1 − β^t. */
export interface AdamCorrections {
  readonly first: Scalar;
  readonly second: Scalar;
}

/** The corrections of the `step`-th step, 1 for the first. */
export function adamCorrections({ beta1, beta2 }: Pick<AdamOptions, "beta1" | "beta2">, step: number) {
  return { first: 1 - beta1 ** step, second: 1 - beta2 ** step };
}

/** One step: α ← α − η·m̂/(√v̂ + ε) with g ← g + λα. @param state null for zeros */
export function adamStep(
  parameters: Tensor,
  gradient: Tensor,
  state: AdamState | null,
  corrections: AdamCorrections,
  o: AdamOptions,
): { readonly parameters: Tensor; readonly state: AdamState } {
  const next = (old: Tensor | undefined, beta: number, squared: boolean) =>
    moment(old ?? tf.zerosLike(parameters), gradient, parameters, { weightDecay: o.weightDecay, beta, squared });
  const m = next(state?.m, o.beta1, false);
  const v = next(state?.v, o.beta2, true);
  const rates = { rate: o.learningRate, ...corrections };
  return { parameters: adamUpdate(parameters, m, v, rates), state: { m, v } };
}
