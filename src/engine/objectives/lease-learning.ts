/** Stages 1 to 3 of LeaSE alone, for iterations in which the architecture rests: both networks learn, nobody is judged by it. */
import { type Tensor, tf } from "../gpu/tensorflow";
import { crossEntropy } from "../nn/loss";
import { virtualStep } from "../optim/sgd";
import { lossGradients, rebound } from "./derivatives";
import { audienceLoss, type LeaseInput, type LeaseResult } from "./lease";
import { explainerLoss, explainerLosses } from "./parts";

/** What both networks learn from, and their validation losses at E' and W'. Nothing is changed. */
export type LeaseLearning = Pick<
  LeaseResult,
  | "explainerGradient"
  | "audienceGradient"
  | "explainerTrain"
  | "explainerValidation"
  | "audienceTrain"
  | "audienceValidation"
  | "explanation"
  | "explainerNext"
>;

export function leaseLearning(input: LeaseInput): LeaseLearning {
  const { explainer, architecture, train, explainerState: e, audienceState: w } = input;
  const learned = lossGradients(
    rebound(explainerLosses(explainer, train, e.weights, architecture), (weights) => [weights as Tensor, architecture]),
    [e.weights],
  );
  const explainerGradient = learned.gradients[0] as Tensor;
  const explainerNext = virtualStep(e.weights, explainerGradient, e.buffer, e.sgd);
  const { explanation } = input.explain(
    {
      explainer,
      weights: explainerNext,
      architecture,
      x: train.x,
      delta: input.delta,
      method: input.method,
      want: { weights: false, architecture: false },
    },
    () => ({ direction: tf.zerosLike(input.delta), made: {} }),
  );
  const taught = lossGradients((weights) => audienceLoss(input, weights as Tensor, explanation.delta), [w.weights]);
  const audienceGradient = taught.gradients[0] as Tensor;
  const audienceNext = virtualStep(w.weights, audienceGradient, w.buffer, w.sgd);
  const judged = input.audience(audienceNext, input.validationAudience.x);
  return {
    explainerGradient,
    audienceGradient,
    explainerTrain: learned,
    explainerValidation: explainerLoss(explainer, input.validationExplainer, explainerNext, architecture),
    audienceTrain: taught,
    audienceValidation: { loss: crossEntropy(judged, input.validationAudience), logits: judged },
    explanation,
    explainerNext,
  };
}
