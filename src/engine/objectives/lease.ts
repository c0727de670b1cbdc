/**
 * The LeaSE objective (Learning by Self-Explanation, arXiv 2012.12899, eq. 5-17): four nested stages, one gradient step each, and the hypergradient of
 * L(E', A) + γ·L(W') with respect to A through all of them. Symbols as in the paper.
 */
import { type Tensor, tf } from "../gpu/tensorflow";
import { type Batch, crossEntropy } from "../nn/loss";
import { virtualStep } from "../optim/sgd";
import type { Explainer } from "../strategies/strategy";
import type { Trained } from "./bilevel";
import { type HypergradientMethod, lossGradients, mixedDerivative, rebound } from "./derivatives";
import { type Explain, type Explanation, type Weighting, weightedPictures } from "./explanation";
import { explainerLosses } from "./parts";

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

/**
 * One iteration's hypergradient. Nothing is changed. Each stage's loss is passed through once for its gradient and for the
 * derivative of that gradient: the stages after it stand between the two.
 */
export function leaseHypergradient(input: LeaseInput): LeaseResult {
  const { explainer, architecture, train, method, explainerState: e } = input;
  const audiencePaths = { weights: input.audiencePath !== "direct", architecture: input.audiencePath !== "indirect" };
  const throughOwn = input.secondOrder && !input.audienceOnly;

  // Stage 1: the explainer learns.
  const stage1 = mixedDerivative({
    f: rebound(explainerLosses(explainer, train, e.weights, architecture), (weights, [a]) => [
      weights,
      a ?? architecture,
    ]),
    at: e.weights,
    targets: throughOwn || audiencePaths.weights ? [architecture] : [],
    method,
    along: ({ gradient }) => {
      const explainerNext = virtualStep(e.weights, gradient, e.buffer, e.sgd);
      const explained = explainAndTeach(input, explainerNext, audiencePaths);
      // Stage 4, the explainer's part.
      const losses = explainerLosses(explainer, input.validationExplainer, explainerNext, architecture);
      const validated = lossGradients(
        rebound(losses, (w, a) => [w as Tensor, a as Tensor]),
        [explainerNext, architecture],
      );
      const [v, own] = validated.gradients as [Tensor, Tensor];
      const through = [...(throughOwn ? [v] : []), ...(explained.weights ? [explained.weights] : [])];
      return {
        direction: through.length > 0 ? through.reduce((a, b) => tf.add(a, b)) : tf.zerosLike(e.weights),
        made: {
          ...explained.made,
          ...explained.explanation,
          explanationLoss: explained.explanation.loss,
          weights: explained.weights,
          direct: explained.architecture,
          explainerNext,
          own,
          explainerLoss: validated.loss,
          explainerLogits: validated.logits,
        },
      };
    },
  });

  const { made } = stage1;
  const [implicit] = stage1.mixed;
  const terms = [
    ...(input.audienceOnly ? [] : [made.own]),
    ...(made.direct ? [made.direct] : []),
    ...(implicit ? [tf.neg(tf.mul(implicit, e.sgd.learningRate))] : []),
  ];
  return {
    gradient: terms.reduce((a, b) => tf.add(a, b)),
    ownGradient: made.own,
    direct: made.direct,
    explainerGradient: stage1.gradient,
    audienceGradient: made.audienceGradient,
    explanation: { delta: made.delta, rate: made.rate, step: made.step, loss: made.explanationLoss },
    explainerNext: made.explainerNext,
    audienceNext: made.audienceNext,
    explainerTrain: { loss: stage1.loss, logits: stage1.logits },
    explainerValidation: { loss: made.explainerLoss, logits: made.explainerLogits },
    audienceTrain: { loss: made.audienceTrainLoss, logits: made.audienceTrainLogits },
    audienceValidation: { loss: made.audienceLoss, logits: made.audienceLogits },
    audienceWeightGradient: made.audienceWeightGradient,
    deltaGradient: made.deltaGradient,
    explainerWeightGradient: made.weights,
  };
}

/** Stages 2 and 3 and the audience's part of stage 4, pulled back to E' and A as wanted. */
function explainAndTeach(
  input: LeaseInput,
  explainerNext: Tensor,
  want: { readonly weights: boolean; readonly architecture: boolean },
) {
  const { explainer, architecture, train, method } = input;
  // Stage 2: the explainer explains.
  return input.explain(
    { explainer, weights: explainerNext, architecture, x: train.x, delta: input.delta, method, want },
    ({ delta }) => {
      const taught = teach(input, delta);
      return { direction: taught.deltaGradient, made: taught };
    },
  );
}

/** Stage 3's loss: the audience on pictures weighted by δ'. */
export function audienceLoss(input: LeaseInput, weights: Tensor, delta: Tensor) {
  const { audience, train, weighting, reduction } = input;
  const logits = audience(weights, weightedPictures(train.x, delta, weighting));
  return { loss: crossEntropy(logits, train, reduction), logits };
}

/** Stage 3, the audience learns from the explanations, and stage 4, it is judged; pulled back to δ'. */
function teach(input: LeaseInput, delta: Tensor) {
  const { audience, method, audienceState: w } = input;
  const stage3 = mixedDerivative({
    f: (weights, [d]) => audienceLoss(input, weights, d as Tensor),
    at: w.weights,
    targets: [delta],
    method,
    along: ({ gradient }) => {
      const audienceNext = virtualStep(w.weights, gradient, w.buffer, w.sgd);
      const judged = lossGradients(
        (weights) => {
          const logits = audience(weights as Tensor, input.validationAudience.x);
          return { loss: crossEntropy(logits, input.validationAudience), logits };
        },
        [audienceNext],
      );
      const audienceWeightGradient = judged.gradients[0] as Tensor;
      return {
        direction: tf.mul(audienceWeightGradient, input.gamma),
        made: { audienceNext, audienceWeightGradient, audienceLoss: judged.loss, audienceLogits: judged.logits },
      };
    },
  });
  return {
    ...stage3.made,
    audienceGradient: stage3.gradient,
    audienceTrainLoss: stage3.loss,
    audienceTrainLogits: stage3.logits,
    deltaGradient: tf.neg(tf.mul(stage3.mixed[0] as Tensor, w.sgd.learningRate)),
  };
}
