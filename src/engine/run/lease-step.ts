/** An iteration of LeaSE: both networks step with the gradients at the old architecture, last the architecture (algorithm 1). */
import { tf } from "../gpu/tensorflow";
import { norm } from "../kernels/flat";
import { adversarial } from "../objectives/explanation";
import { type LeaseInput, type LeaseResult, leaseHypergradient } from "../objectives/lease";
import { type LeaseLearning, leaseLearning } from "../objectives/lease-learning";
import type { AudienceInput, NetworkState, StepInput, StepResult } from "./step";
import { architectureStep, trained, weightStep } from "./updates";

export function leaseStep(input: StepInput, audience: AudienceInput, state: NetworkState): StepResult {
  const { settings } = input;
  const lease: LeaseInput = {
    explainer: input.explainers.weights,
    audience: audience.logits,
    explainerState: trained(input, input.state.explainer),
    audienceState: trained(input, state),
    architecture: input.state.architecture,
    train: input.train,
    validationExplainer: input.explainerValidation,
    validationAudience: audience.validation,
    explain: adversarial(
      settings.deltaStep === "fixed"
        ? { kind: "fixed", rate: settings.deltaRate }
        : { kind: "relative", ratio: settings.deltaRatio, std: settings.deltaStd },
    ),
    delta: tf.mul(audience.noise, settings.deltaStd),
    gamma: settings.gamma,
    audienceOnly: settings.audienceOnly,
    secondOrder: settings.order === "2",
    audiencePath: settings.audiencePath,
    weighting: settings.weighting,
    method: settings.hypergradient,
    reduction: "mean",
  };
  if (input.rests) return { ...learned(input, state, leaseLearning(lease), null), moved: null };
  const result = leaseHypergradient(lease);
  const term = audienceTerm(lease, result);
  return { ...learned(input, state, result, term && norm(term)), moved: architectureStep(input, result.gradient) };
}

/** What the audience adds; null where it is one vector-Jacobian product with the explainer's own second-order term. */
function audienceTerm({ audienceOnly, secondOrder }: LeaseInput, { gradient, ownGradient }: LeaseResult) {
  if (audienceOnly) return gradient;
  return secondOrder ? null : tf.sub(gradient, ownGradient);
}

/** What both networks make of it. */
function learned(
  input: StepInput,
  audience: NetworkState,
  result: LeaseLearning,
  termNorm: tf.Tensor | null,
): Omit<StepResult, "moved"> {
  return {
    explainer: weightStep(input, input.state.explainer, result.explainerGradient),
    train: result.explainerTrain,
    validation: result.explainerValidation,
    gradientNorm: norm(result.explainerGradient),
    audience: {
      state: weightStep(input, audience, result.audienceGradient),
      result: {
        train: result.audienceTrain,
        validation: result.audienceValidation,
        gradientNorm: norm(result.audienceGradient),
        explanation: result.explanation,
        termNorm,
        explainerNext: result.explainerNext,
      },
    },
  };
}
