/** The plain bilevel objective of DARTS: the validation loss, at first or at second order (arXiv 1806.09055, eq. 5-8). */
import { type Tensor, tf } from "../gpu/tensorflow";
import type { Batch } from "../nn/loss";
import { type SgdOptions, virtualStep } from "../optim/sgd";
import type { Explainer } from "../strategies/strategy";
import { type HypergradientMethod, lossGradients, mixedDerivative, rebound } from "./derivatives";
import { explainerLosses } from "./parts";

/** Weights with the state of their optimiser. */
export interface Trained {
  readonly weights: Tensor;
  readonly buffer: Tensor | null;
  readonly sgd: SgdOptions;
}

export interface BilevelInput {
  readonly explainer: Explainer;
  readonly state: Trained;
  readonly architecture: Tensor;
  readonly train: Batch;
  readonly validation: Batch;
  readonly order: 1 | 2;
  readonly method: HypergradientMethod;
}

export interface BilevelResult {
  readonly gradient: Tensor;
  readonly validationLoss: Tensor;
  readonly validationLogits: Tensor;
  /** Weights that the validation loss was taken at: w, or w' at second order. */
  readonly weights: Tensor;
  /** ∇_{w'} L_val, at second order. */
  readonly weightGradient: Tensor | null;
  /** ∇_α L_val without the implicit term. */
  readonly direct: Tensor;
}

export function bilevelHypergradient(input: BilevelInput): BilevelResult {
  const { explainer, state, architecture, train, validation, method } = input;
  if (input.order === 1) {
    const losses = explainerLosses(explainer, validation, state.weights, architecture);
    const { loss, logits, gradients } = lossGradients(
      rebound(losses, (a) => [state.weights, a as Tensor]),
      [architecture],
    );
    const gradient = gradients[0] as Tensor;
    return {
      gradient,
      direct: gradient,
      validationLoss: loss,
      validationLogits: logits,
      weights: state.weights,
      weightGradient: null,
    };
  }
  const { mixed, made } = mixedDerivative({
    f: rebound(explainerLosses(explainer, train, state.weights, architecture), (w, [a]) => [w, a as Tensor]),
    at: state.weights,
    targets: [architecture],
    method,
    along: ({ gradient }) => {
      const weights = virtualStep(state.weights, gradient, state.buffer, state.sgd);
      const losses = explainerLosses(explainer, validation, weights, architecture);
      const { loss, logits, gradients } = lossGradients(
        rebound(losses, (w, a) => [w as Tensor, a as Tensor]),
        [weights, architecture],
      );
      const [weightGradient, direct] = gradients as [Tensor, Tensor];
      return { direction: weightGradient, made: { weights, weightGradient, direct, loss, logits } };
    },
  });
  const { direct, weights, weightGradient, loss, logits } = made;
  return {
    gradient: tf.sub(direct, tf.mul(mixed[0] as Tensor, state.sgd.learningRate)),
    direct,
    validationLoss: loss,
    validationLogits: logits,
    weights,
    weightGradient,
  };
}
