/**
 * Stage 2 of LeaSE: the explainer explains its predictions by a perturbation δ of each picture, and the audience is shown
 * pictures weighted by it. Another way of explaining is another `Explain`.
 */
import { type Tensor, tf } from "../gpu/tensorflow";
import { norm } from "../kernels/flat";
import { softmax } from "../kernels/softmax";
import { crossEntropySum } from "../nn/loss";
import type { Explainer } from "../strategies/strategy";
import { apart, type HypergradientMethod, type Made, mixedDerivative, sideBySide } from "./derivatives";
import { explainerParts } from "./parts";

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
  /** What the explanation is differentiated in: E', A, both or neither. */
  readonly want: { readonly weights: boolean; readonly architecture: boolean };
}

export interface Explanation {
  /** δ', of x's shape; a constant of later differentiation. */
  readonly delta: Tensor;
  /** Σ_i ℓ(f(x_i + δ_i), f(x_i)) before the step. */
  readonly loss: Tensor;
  /** The rate ξ_Δ that was used, a scalar. */
  readonly rate: Tensor;
  /** The step δ' − δ. */
  readonly step: Tensor;
}

export interface Explained<M extends Made> {
  readonly explanation: Explanation;
  /** (∂δ'/∂E')ᵀ u and (∂δ'/∂A)ᵀ u; null where not wanted. */
  readonly weights: Tensor | null;
  readonly architecture: Tensor | null;
  readonly made: M;
}

/** Explains; `use` makes u, of δ's shape, from the explanation, and whatever else is wanted. */
export type Explain = <M extends Made>(
  input: ExplainInput,
  use: (explanation: Explanation) => { readonly direction: Tensor; readonly made: M },
) => Explained<M>;

/** How far the perturbation moves: a rate, or rms(step) as a multiple of the noise's standard deviation. */
export type DeltaStep =
  | { readonly kind: "fixed"; readonly rate: number }
  | { readonly kind: "relative"; readonly ratio: number; readonly std: number };

/**
 * S(δ, E', A) = Σ_i ℓ(f(x_i + δ_i), f(x_i)): prediction and target are both differentiated. With several sub-graphs S is the
 * sum of theirs, each against its own prediction.
 */
function disagreement(explainer: Explainer, x: Tensor, delta: Tensor, weights: Tensor, architecture: Tensor) {
  const target = softmax(explainer.logits(weights, architecture, x));
  const logits = explainer.logits(weights, architecture, tf.add(x, delta));
  return { loss: crossEntropySum(logits, target), logits };
}

/** One ascent step on S (LeaSE eq. 7, which prints a minus for this maximisation). The rate is a constant of the differentiation. */
export function adversarial(deltaStep: DeltaStep): Explain {
  return ({ explainer, weights, architecture, x, delta, method, want }, use) => {
    const targets = [...(want.weights ? [weights] : []), ...(want.architecture ? [architecture] : [])];
    const terms = explainerParts(explainer, null).map(
      (part) => (d: Tensor, inputs: readonly Tensor[]) =>
        disagreement(
          part,
          x,
          d,
          want.weights ? (inputs[0] as Tensor) : weights,
          want.architecture ? (inputs[inputs.length - 1] as Tensor) : architecture,
        ),
    );
    const result = mixedDerivative({
      f: explainer.parts && explainer.sideBySide ? sideBySide(terms) : apart(terms),
      at: delta,
      targets,
      method,
      along: ({ loss, gradient }) => {
        const explanation = ascend(deltaStep, delta, gradient, loss);
        const { direction, made } = use(explanation);
        return { direction, made: { ...made, ...named(explanation) } };
      },
    });
    const { [DELTA]: moved, [RATE]: rate, [STEP]: step, ...made } = result.made as Made;
    // After the derivative: a finite difference's step is that of u itself.
    const pulled = result.mixed.map((t) => tf.mul(t, rate as Tensor));
    return {
      explanation: { delta: moved as Tensor, rate: rate as Tensor, step: step as Tensor, loss: result.loss },
      weights: want.weights ? (pulled[0] ?? null) : null,
      architecture: want.architecture ? (pulled[pulled.length - 1] ?? null) : null,
      made: made as (typeof result)["made"],
    };
  };
}

const [DELTA, RATE, STEP] = ["explanation delta", "explanation rate", "explanation step"] as const;
const named = ({ delta, rate, step }: Explanation) => ({ [DELTA]: delta, [RATE]: rate, [STEP]: step });

function ascend(deltaStep: DeltaStep, delta: Tensor, gradient: Tensor, loss: Tensor): Explanation {
  const rms = tf.div(norm(gradient), Math.sqrt(gradient.size));
  const rate =
    deltaStep.kind === "fixed"
      ? tf.scalar(deltaStep.rate)
      : tf.where(tf.greater(rms, 0), tf.div(deltaStep.ratio * deltaStep.std, rms), tf.zerosLike(rms));
  const step = tf.mul(gradient, rate);
  return { delta: tf.add(delta, step), loss, rate, step };
}

export type Weighting = "raw" | "magnitude";

/** What the audience is shown: x ⊙ δ' (raw, the paper's) or x ⊙ |δ'|/max|δ'|, the maximum taken for each picture. */
export function weightedPictures(x: Tensor, delta: Tensor, weighting: Weighting): Tensor {
  if (weighting === "raw") return tf.mul(x, delta);
  const size = tf.abs(delta);
  return tf.mul(x, tf.div(size, tf.max(size, [1, 2, 3], true)));
}
