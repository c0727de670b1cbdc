/** Golden cases f and k: architecture steps and the LeaSE hypergradient. */
import { type Tensor, tf } from "../src/engine/gpu/tensorflow";
import { norm } from "../src/engine/kernels/flat";
import { resnet } from "../src/engine/nn/resnet";
import { type BilevelInput, bilevelHypergradient } from "../src/engine/objectives/bilevel";
import { adversarial } from "../src/engine/objectives/explanation";
import { type LeaseInput, leaseHypergradient } from "../src/engine/objectives/lease";
import { adamCorrections, adamStep } from "../src/engine/optim/adam";
import { darts } from "../src/engine/strategies/darts";
import type { GoldenCase } from "./golden-manifest";
import {
  addArchitecture,
  addFlat,
  addRunning,
  architectureOf,
  explainerOf,
  type Results,
  searchNetwork,
} from "./golden-networks";

const batch = (golden: GoldenCase, x: string, targets: readonly number[]) => ({
  x: golden.tensor(x),
  targets: golden.targets(targets),
  weights: null,
});

function architectCase(golden: GoldenCase): Results {
  const net = searchNetwork(darts, golden);
  const read = (prefix: string) => golden.weights(net.parameters, prefix);
  const architecture = architectureOf(golden);
  const weights = read("param");
  const train = batch(golden, "xTrain", golden.numbers("targetsTrain"));
  const sgd = {
    learningRate: golden.number("eta"),
    momentum: golden.number("momentum"),
    weightDecay: golden.number("weight_decay"),
  };
  const input: BilevelInput = {
    explainer: explainerOf(net, architecture),
    state: { weights, buffer: null, sgd },
    architecture,
    train,
    validation: batch(golden, "xVal", golden.numbers("targetsVal")),
    order: 1,
    method: "exact",
  };
  const adam = {
    learningRate: golden.number("arch_learning_rate"),
    weightDecay: golden.number("arch_weight_decay"),
    beta1: 0.5,
    beta2: 0.999,
  };
  const results: Results = new Map();
  const add = (prefix: string, gradient: Tensor) => {
    addArchitecture(results, `${prefix}.grad.`, gradient);
    addArchitecture(
      results,
      `${prefix}.afterAdam.`,
      adamStep(architecture, gradient, null, adamCorrections(adam, 1), adam).parameters,
    );
  };
  const first = bilevelHypergradient(input);
  results.set("first.valLoss", first.validationLoss);
  add("first", first.gradient);
  for (const [name, buffer] of [
    ["momentum", read("momentum")],
    ["noMomentum", null],
  ] as const) {
    const second = { ...input, order: 2 as const, state: { weights, buffer, sgd } };
    const exact = bilevelHypergradient(second);
    const fd = bilevelHypergradient({ ...second, method: "finite-difference" });
    const prefix = `second.${name}`;
    results.set(`${prefix}.unrolledValLoss`, exact.validationLoss);
    addFlat(results, net.parameters, exact.weights, `${prefix}.unrolled.`);
    addArchitecture(results, `${prefix}.exact.grad.`, exact.gradient);
    addArchitecture(results, `${prefix}.direct.grad.`, exact.direct);
    add(`${prefix}.fd`, fd.gradient);
    // The original moves the running statistics once at w and once at each of w ± Rv.
    const direction = exact.weightGradient as Tensor;
    const step = tf.mul(direction, tf.div(golden.number("r"), norm(direction)));
    const stem = (w: Tensor) => net.stem.convolve(net.parameters.view(w), train.x);
    addRunning(
      results,
      `${prefix}.after.stem.1`,
      stem(weights),
      stem(tf.add(weights, step)),
      stem(tf.sub(weights, step)),
    );
  }
  return results;
}

function leaseCase(golden: GoldenCase): Results {
  const net = searchNetwork(darts, golden);
  const smooth = golden.flag("smooth");
  const audience = resnet({
    width: golden.number("audienceWidth"),
    blocks: golden.numbers("audienceBlocks"),
    kind: "basic",
    classes: golden.number("classes"),
    smooth,
  });
  const targets = golden.manifest.config.targets as Record<"train" | "valExplainer" | "valAudience", number[]>;
  const plain = (rate: number) => ({ learningRate: rate, momentum: 0, weightDecay: 0 });
  const architecture = architectureOf(golden);
  const input: LeaseInput = {
    explainer: explainerOf(net, architecture),
    audience: audience.logits,
    explainerState: {
      weights: golden.weights(net.parameters, "E"),
      buffer: null,
      sgd: plain(golden.number("xiE")),
    },
    audienceState: {
      weights: golden.weights(audience.parameters, "W"),
      buffer: null,
      sgd: plain(golden.number("xiW")),
    },
    architecture,
    train: batch(golden, "xTrain", targets.train),
    validationExplainer: batch(golden, "xValExplainer", targets.valExplainer),
    validationAudience: batch(golden, "xValAudience", targets.valAudience),
    explain: adversarial({ kind: "fixed", rate: golden.number("xiDelta") }),
    delta: golden.tensor("delta"),
    gamma: golden.number("gamma"),
    audienceOnly: false,
    secondOrder: true,
    audiencePath: "both",
    weighting: "raw",
    method: "exact",
    reduction: "sum",
  };
  const results: Results = new Map();
  for (const [method, name] of [
    ["exact", "exact"],
    ["finite-difference", "fd"],
  ] as const) {
    const alone = { ...input, method, audienceOnly: true };
    const both = leaseHypergradient(alone);
    const own = bilevelHypergradient({
      explainer: input.explainer,
      state: input.explainerState,
      architecture: input.architecture,
      train: input.train,
      validation: input.validationExplainer,
      order: 2,
      method,
    });
    addArchitecture(results, `${name}.grad.explainerTerm.`, own.gradient);
    addArchitecture(results, `${name}.grad.audienceTerm.`, both.gradient);
    // The indirect path alone differs in the finite difference's targets only, so it is the full term less the direct one.
    addArchitecture(
      results,
      `${name}.grad.audienceTermViaEprime.`,
      leaseHypergradient({ ...alone, audiencePath: "indirect" }).gradient,
    );
    results.set(`${name}.grad.deltaPrime`, both.deltaGradient);
    if (name === "fd") continue;
    const whole = leaseHypergradient(input);
    addArchitecture(results, "exact.grad.total.", whole.gradient);
    results.set("explainerLoss", whole.explainerValidation.loss);
    results.set("audienceLoss", whole.audienceValidation.loss);
    results.set("deltaObjective", whole.explanation.loss);
    results.set("audienceTrainObjective", whole.audienceTrain.loss);
    results.set("deltaPrime", whole.explanation.delta);
    addFlat(results, net.parameters, whole.explainerNext, "Eprime.");
    addFlat(results, audience.parameters, whole.audienceNext, "Wprime.");
    addFlat(results, audience.parameters, tf.mul(whole.audienceWeightGradient, input.gamma), "exact.grad.Wprime.");
    addFlat(results, net.parameters, whole.explainerWeightGradient as Tensor, "exact.grad.Eprime.audience.");
  }
  return results;
}

export const OBJECTIVE_CASES: Readonly<Record<string, (golden: GoldenCase) => Results>> = {
  f: architectCase,
  k: leaseCase,
};
