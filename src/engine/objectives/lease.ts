/**
 * The LeaSE objective (Learning by Self-Explanation, arXiv 2012.12899, eq. 5-17): four nested stages, one gradient step each, and the hypergradient of
 * L(E', A) + γ·L(W') with respect to A through all of them. Symbols as in the paper.
 */
import { type Tensor, tf } from "../gpu/tensorflow";
import { type Batch, crossEntropy } from "../nn/loss";
import { virtualStep } from "../optim/sgd";
import type { Explainer } from "../strategies/strategy";
import { explainerLoss, type Trained } from "./bilevel";
import { type HypergradientMethod, lossGradients, mixedDerivative } from "./derivatives";
import { type Explain, type Explanation, type Weighting, weightedPictures } from "./explanation";

/** Logits of the audience: weights W [R], pictures [N, H, W, 3]. */
export type Audience = (weights: Tensor, x: Tensor) => Tensor;

export type AudiencePath = "both" | "indirect" | "direct";

export interface LeaseInput {
  readonly explainer: Explainer;
  readonly audience: Audience;
  readonly explainerState: Trained;
  readonly audienceState: Trained;
  readonly architecture: Tensor;
  readonly train: Batch;
  readonly validationExplainer: Batch;
  readonly validationAudience: Batch;
  readonly explain: Explain;
  /** Where each explanation starts, of the training pictures' shape. */
  readonly delta: Tensor;
  readonly gamma: number;
  readonly audienceOnly: boolean;
  /** Whether the explainer's own term goes through E' as well ("2nd"). */
  readonly secondOrder: boolean;
  readonly audiencePath: AudiencePath;
  readonly weighting: Weighting;
  readonly method: HypergradientMethod;
  /** Stage 3's loss over the batch: the mean in the product, the sum in the paper. */
  readonly reduction: "mean" | "sum";
}

export interface LeaseResult {
  readonly gradient: Tensor;
  /** ∇_A L(E', A) at E', the explainer's own first-order term. */
  readonly ownGradient: Tensor;
  /** d_A, the path where A enters the explanation directly; null when left out. */
  readonly direct: Tensor | null;
  /** Gradients at the old architecture, for the real steps. */
  readonly explainerGradient: Tensor;
  readonly audienceGradient: Tensor;
  readonly explainerTrain: { readonly loss: Tensor; readonly logits: Tensor };
  readonly explainerValidation: { readonly loss: Tensor; readonly logits: Tensor };
  readonly audienceTrain: { readonly loss: Tensor; readonly logits: Tensor };
  readonly audienceValidation: { readonly loss: Tensor; readonly logits: Tensor };
  readonly explanation: Explanation;
  readonly explainerNext: Tensor;
  readonly audienceNext: Tensor;
  /** u_W/γ = ∇_{W'} L(W'), u_Δ and u_E (null when the path leaves it out). */
  readonly audienceWeightGradient: Tensor;
  readonly deltaGradient: Tensor;
  readonly explainerWeightGradient: Tensor | null;
}

/** One iteration's hypergradient. Nothing is changed. */
export function leaseHypergradient(input: LeaseInput): LeaseResult {
  const { explainer, audience, architecture, train, method, weighting } = input;
  const { explainerState: e, audienceState: w } = input;

  // Stage 1: the explainer learns.
  const learned = lossGradients(
    (weights) => explainerLoss(explainer, train, weights as Tensor, architecture),
    [e.weights],
  );
  const explainerGradient = learned.gradients[0] as Tensor;
  const explainerNext = virtualStep(e.weights, explainerGradient, e.buffer, e.sgd);

  // Stage 2: it explains.
  const explanation = input.explain({
    explainer,
    weights: explainerNext,
    architecture,
    x: train.x,
    delta: input.delta,
    method,
  });

  // Stage 3: the audience learns from the explanations.
  const audienceTrain = (weights: Tensor, delta: Tensor) => {
    const logits = audience(weights, weightedPictures(train.x, delta, weighting));
    return { loss: crossEntropy(logits, train, input.reduction), logits };
  };
  const taught = lossGradients((weights) => audienceTrain(weights as Tensor, explanation.delta), [w.weights]);
  const audienceGradient = taught.gradients[0] as Tensor;
  const audienceNext = virtualStep(w.weights, audienceGradient, w.buffer, w.sgd);

  // Stage 4: both validate, and the losses flow back to A.
  const validated = lossGradients(
    (weights, a) => explainerLoss(explainer, input.validationExplainer, weights as Tensor, a as Tensor),
    [explainerNext, architecture],
  );
  const [v, ownGradient] = validated.gradients as [Tensor, Tensor];
  const judged = lossGradients(
    (weights) => {
      const logits = audience(weights as Tensor, input.validationAudience.x);
      return { loss: crossEntropy(logits, input.validationAudience), logits };
    },
    [audienceNext],
  );
  const audienceWeightGradient = judged.gradients[0] as Tensor;

  const [throughW] = mixedDerivative({
    f: (weights, [delta]) => audienceTrain(weights, delta as Tensor).loss,
    at: w.weights,
    direction: tf.mul(audienceWeightGradient, input.gamma),
    targets: [explanation.delta],
    method,
  }) as [Tensor];
  const deltaGradient = tf.neg(tf.mul(throughW, w.sgd.learningRate));
  const pulled = explanation.pullBack(deltaGradient, {
    weights: input.audiencePath !== "direct",
    architecture: input.audiencePath !== "indirect",
  });

  const through = [
    ...(input.secondOrder && !input.audienceOnly ? [v] : []),
    ...(pulled.weights ? [pulled.weights] : []),
  ];
  const terms = [...(input.audienceOnly ? [] : [ownGradient]), ...(pulled.architecture ? [pulled.architecture] : [])];
  if (through.length > 0) {
    const [implicit] = mixedDerivative({
      f: (weights, [a]) => explainerLoss(explainer, train, weights, a as Tensor).loss,
      at: e.weights,
      direction: through.reduce((a, b) => tf.add(a, b)),
      targets: [architecture],
      method,
    }) as [Tensor];
    terms.push(tf.neg(tf.mul(implicit, e.sgd.learningRate)));
  }
  return {
    gradient: terms.reduce((a, b) => tf.add(a, b)),
    ownGradient,
    direct: pulled.architecture,
    explainerGradient,
    audienceGradient,
    explanation,
    explainerNext,
    audienceNext,
    explainerTrain: learned,
    explainerValidation: validated,
    audienceTrain: taught,
    audienceValidation: judged,
    audienceWeightGradient,
    deltaGradient,
    explainerWeightGradient: pulled.weights,
  };
}
