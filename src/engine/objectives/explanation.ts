/**
 * Stage 2 of LeaSE: the explainer explains its predictions by a perturbation δ of each picture, and the audience is shown
 * pictures weighted by it. Another way of explaining is another `Explain`.
 */
import { type Tensor, tf } from "../gpu/tensorflow";
import { softmax } from "../kernels/softmax";
import { crossEntropySum } from "../nn/loss";
import type { Explainer } from "../strategies/strategy";
import { type HypergradientMethod, mixedDerivative } from "./derivatives";

export interface ExplainInput {
  readonly explainer: Explainer;
  /** E', after the explainer's step. */
  readonly weights: Tensor;
  readonly architecture: Tensor;
  /** Pictures [N, H, W, 3]. */
  readonly x: Tensor;
  /** Where the perturbation starts, of x's shape. */
  readonly delta: Tensor;
  readonly method: HypergradientMethod;
}

export interface Explanation {
  /** δ', of x's shape; a constant of later differentiation, its derivative is `pullBack`. */
  readonly delta: Tensor;
  /** Σ_i ℓ(f(x_i + δ_i), f(x_i)) before the step. */
  readonly loss: Tensor;
  /** The rate ξ_Δ that was used, a scalar. */
  readonly rate: Tensor;
  /** The step δ' − δ. */
  readonly step: Tensor;
  /** Class probabilities on the clean pictures x and on the perturbed x + δ'. */
  readonly probabilities: () => { readonly clean: Tensor; readonly perturbed: Tensor };
  /** (∂δ'/∂E')ᵀ u and (∂δ'/∂A)ᵀ u; only those asked for are computed. */
  readonly pullBack: (u: Tensor, want: { readonly weights: boolean; readonly architecture: boolean }) => PullBack;
}

export interface PullBack {
  readonly weights: Tensor | null;
  readonly architecture: Tensor | null;
}

export type Explain = (input: ExplainInput) => Explanation;

/** How far the perturbation moves: a rate, or rms(step) as a multiple of the noise's standard deviation. */
export type DeltaStep =
  | { readonly kind: "fixed"; readonly rate: number }
  | { readonly kind: "relative"; readonly ratio: number; readonly std: number };

/** S(δ, E', A) = Σ_i ℓ(f(x_i + δ_i), f(x_i)): prediction and target are both differentiated. */
function disagreement(explainer: Explainer, x: Tensor, delta: Tensor, weights: Tensor, architecture: Tensor): Tensor {
  const target = softmax(explainer(weights, architecture, x));
  return crossEntropySum(explainer(weights, architecture, tf.add(x, delta)), target);
}

/** One ascent step on S (LeaSE eq. 7, which prints a minus for this maximisation). The rate is a constant of the differentiation. */
export function adversarial(deltaStep: DeltaStep): Explain {
  return ({ explainer, weights, architecture, x, delta, method }) => {
    const { value: loss, grad } = tf.valueAndGrad(
      (d: Tensor) => disagreement(explainer, x, d, weights, architecture) as tf.Scalar,
    )(delta);
    const rms = tf.sqrt(tf.mean(tf.square(grad)));
    const rate =
      deltaStep.kind === "fixed"
        ? tf.scalar(deltaStep.rate)
        : tf.where(tf.greater(rms, 0), tf.div(deltaStep.ratio * deltaStep.std, rms), tf.zerosLike(rms));
    const step = tf.mul(grad, rate);
    const moved = tf.add(delta, step);
    return {
      delta: moved,
      loss,
      rate,
      step,
      probabilities: () => ({
        clean: softmax(explainer(weights, architecture, x)),
        perturbed: softmax(explainer(weights, architecture, tf.add(x, moved))),
      }),
      pullBack: (u, want) => {
        const targets = [...(want.weights ? [weights] : []), ...(want.architecture ? [architecture] : [])];
        if (targets.length === 0) return { weights: null, architecture: null };
        const found = mixedDerivative({
          f: (d, inputs) =>
            disagreement(
              explainer,
              x,
              d,
              want.weights ? (inputs[0] as Tensor) : weights,
              want.architecture ? (inputs[inputs.length - 1] as Tensor) : architecture,
            ),
          at: delta,
          direction: u,
          targets,
          method,
        }).map((t) => tf.mul(t, rate));
        return {
          weights: want.weights ? (found[0] ?? null) : null,
          architecture: want.architecture ? (found[found.length - 1] ?? null) : null,
        };
      },
    };
  };
}

export type Weighting = "raw" | "magnitude";

/** What the audience is shown: x ⊙ δ' (raw, the paper's) or x ⊙ |δ'|/max|δ'|, the maximum taken for each picture. */
export function weightedPictures(x: Tensor, delta: Tensor, weighting: Weighting): Tensor {
  if (weighting === "raw") return tf.mul(x, delta);
  const size = tf.abs(delta);
  return tf.mul(x, tf.div(size, tf.max(size, [1, 2, 3], true)));
}
