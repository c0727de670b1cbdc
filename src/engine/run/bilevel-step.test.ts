/** The optimisers of the strategies on losses whose gradients are known: linear in weights and architecture. */
import { beforeAll, describe, expect, it } from "vitest";
import { presetSettings } from "../../domain/presets";
import { type Tensor, tf } from "../gpu/tensorflow";
import { DARTS_OPTIMISATION, type Explainer, type Optimisation } from "../strategies/strategy";
import { bilevelStep } from "./bilevel-step";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

const WEIGHTS = [1, -2];
const ALPHAS = [0.5];
/** Gradients of the training loss, and that of the alphas on the validation pictures. */
const OF_WEIGHTS = [3, 4];
const OF_ALPHAS = 12;
const OF_ALPHAS_IN_VALIDATION = -30;
const LAST = -7;
const MOMENTUM = [0.2, 0.1];
const RATE = 0.1;
const SETTINGS = { ...presetSettings("tiny"), gradientClip: 1, momentum: 0.9, weightDecay: 0.01, alphaWeightDecay: 0 };

const values = (t: Tensor | undefined) => [...(t?.dataSync<"float32">() ?? [])];

/** ⟨g, w⟩ + ⟨h, α⟩; h is another on validation pictures, which are the ones of a single value. */
const explainer: Explainer = {
  logits: (_, __, x) => x,
  loss: ({ x }, w, a) => {
    const ofAlphas = x.size === 1 ? OF_ALPHAS_IN_VALIDATION : OF_ALPHAS;
    return { loss: tf.add(tf.sum(tf.mul(w, OF_WEIGHTS)), tf.sum(tf.mul(a, ofAlphas))), logits: tf.zeros([1, 2]) };
  },
};

function step(changes: Partial<Optimisation>, lastHypergradient: number | null = null) {
  return tf.tidy(() => {
    const batch = (pictures: number) => ({ x: tf.zeros([pictures]), targets: tf.zeros([1, 2]), weights: null });
    const { explainer: next, moved } = bilevelStep({
      state: {
        architecture: tf.tensor1d(ALPHAS),
        adam: { m: tf.zeros([1]), v: tf.zeros([1]) },
        lastHypergradient: lastHypergradient === null ? null : tf.tensor1d([lastHypergradient]),
        explainer: { weights: tf.tensor1d(WEIGHTS), buffer: tf.tensor1d(MOMENTUM) },
        audience: null,
      },
      explainers: { weights: explainer, architecture: explainer },
      audience: null,
      settings: SETTINGS,
      optimisation: { ...DARTS_OPTIMISATION, ...changes },
      rests: false,
      learningRate: tf.scalar(RATE),
      corrections: { first: 1, second: 1 },
      train: batch(2),
      explainerValidation: batch(1),
    });
    return { weights: values(next.weights), buffer: values(next.buffer), m: values(moved?.adam.m) };
  });
}

/** SGD by hand with a gradient that the clip has scaled. */
function sgd(scale: number, nesterov: boolean) {
  const gradients = WEIGHTS.map((w, i) => scale * (OF_WEIGHTS[i] ?? 0) + SETTINGS.weightDecay * w);
  const buffer = gradients.map((g, i) => SETTINGS.momentum * (MOMENTUM[i] ?? 0) + g);
  const moves = gradients.map((g, i) => (nesterov ? g + SETTINGS.momentum * (buffer[i] ?? 0) : (buffer[i] ?? 0)));
  return { weights: WEIGHTS.map((w, i) => w - RATE * (moves[i] ?? 0)), buffer };
}

function expectClose(got: readonly number[], want: readonly number[]) {
  expect(got).toHaveLength(want.length);
  for (const [i, w] of want.entries()) expect(got[i]).toBeCloseTo(w, 5);
}

describe("the clip of the weights", () => {
  it("compares the norm of their gradient, 5, in DARTS", () => {
    const { weights, buffer } = step({});
    expectClose(weights, sgd(1 / 5, false).weights);
    expectClose(buffer, sgd(1 / 5, false).buffer);
  });

  it("spans the alphas' gradient in GDAS: 13 with 12", () => {
    expectClose(step({ clipsJointly: true }).weights, sgd(1 / 13, false).weights);
  });

  it("spans what the last architecture step left in it as well: √(5² + (12 − 7)²)", () => {
    expectClose(step({ clipsJointly: true }, LAST).weights, sgd(1 / Math.sqrt(50), false).weights);
  });
});

describe("Nesterov's momentum", () => {
  it("looks ahead by the new buffer", () => {
    const { weights, buffer } = step({ nesterov: true });
    expectClose(weights, sgd(1 / 5, true).weights);
    expectClose(buffer, sgd(1 / 5, true).buffer);
  });
});

describe("the clip of the architecture", () => {
  it("is off in DARTS and takes the norm to the same limit in P-DARTS", () => {
    expectClose(step({}).m, [0.5 * OF_ALPHAS_IN_VALIDATION]);
    expectClose(step({ clipsArchitecture: true }).m, [-0.5 * SETTINGS.gradientClip]);
  });
});
