/** An iteration of the bilevel objective: an architecture step and a weight step, in the strategy's order. */
import { type Tensor, tf } from "../gpu/tensorflow";
import { norm } from "../kernels/flat";
import { bilevelHypergradient } from "../objectives/bilevel";
import { lossGradients, rebound } from "../objectives/derivatives";
import { explainerLoss, explainerLosses } from "../objectives/parts";
import type { MeasuredLoss, Moved, NetworkState, StepInput, StepResult } from "./step";
import { architectureStep, trained, weightStep } from "./updates";

/** The architecture step, with the explainer's weights as they are in `network`. */
function moveArchitecture(
  input: StepInput,
  network: NetworkState,
): { readonly moved: Moved; readonly validation: MeasuredLoss } {
  const { settings } = input;
  const { gradient, validationLoss, validationLogits } = bilevelHypergradient({
    explainer: input.explainers.architecture,
    state: trained(input, network),
    architecture: input.state.architecture,
    train: input.train,
    validation: input.explainerValidation,
    order: settings.order === "2" ? 2 : 1,
    method: settings.hypergradient,
  });
  return {
    moved: architectureStep(input, gradient),
    validation: { loss: validationLoss, logits: validationLogits },
  };
}

/** The weight step at the given architecture. */
function learn(input: StepInput, architecture: Tensor): Pick<StepResult, "explainer" | "train" | "gradientNorm"> {
  const { state, train } = input;
  const explainer = input.explainers.weights;
  const { weights } = state.explainer;
  const losses = explainerLosses(explainer, train, weights, architecture);
  if (!input.optimisation.clipsJointly) {
    const learned = lossGradients(
      rebound(losses, (w) => [w as Tensor, architecture]),
      [weights],
    );
    const gradient = learned.gradients[0] as Tensor;
    return { explainer: weightStep(input, state.explainer, gradient), train: learned, gradientNorm: norm(gradient) };
  }
  const learned = lossGradients(
    rebound(losses, (w, a) => [w as Tensor, a as Tensor]),
    [weights, architecture],
  );
  const [gradient, ofAlphas] = learned.gradients as [Tensor, Tensor];
  // GDAS never zeroes the alphas' gradients before the clip: those of the last architecture step are still in them.
  const left = state.lastHypergradient ? tf.add(ofAlphas, state.lastHypergradient) : ofAlphas;
  const gradientNorm = norm(gradient);
  const spanned = tf.sqrt(tf.add(tf.square(gradientNorm), tf.square(norm(left))));
  return { explainer: weightStep(input, state.explainer, gradient, spanned), train: learned, gradientNorm };
}

export function bilevelStep(input: StepInput): StepResult {
  const { state } = input;
  if (input.rests) {
    // Nothing descends the validation loss: it is only measured, at the weights before their step.
    const { weights } = state.explainer;
    const validation = explainerLoss(input.explainers.weights, input.explainerValidation, weights, state.architecture);
    return { ...learn(input, state.architecture), moved: null, validation, audience: null };
  }
  if (input.optimisation.first === "weights") {
    const learned = learn(input, state.architecture);
    return { ...learned, ...moveArchitecture(input, learned.explainer), audience: null };
  }
  const step = moveArchitecture(input, state.explainer);
  return { ...learn(input, step.moved.architecture), ...step, audience: null };
}
