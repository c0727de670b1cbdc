import { beforeAll, describe, expect, it } from "vitest";
import { type Tensor, tf } from "../gpu/tensorflow";
import { apart, type HypergradientMethod, type LossSum, mixedDerivative, sideBySide } from "./derivatives";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

const AT = [1, -0.5];
const TARGET = [0.7, -1.2];
/** F(x, t) = Σ x²·t + x·t³, so ∇_t⟨∇_x F, u⟩ = u·(2x + 3t²). */
const f = (x: Tensor, [t]: readonly Tensor[]) =>
  withLogits(tf.add(tf.mul(tf.square(x), t as Tensor), tf.mul(x, tf.pow(t as Tensor, 3))));
const withLogits = (logits: Tensor) => ({ loss: tf.sum(logits), logits });
const want = (u: readonly number[]) => u.map((v, i) => v * (2 * (AT[i] ?? 0) + 3 * (TARGET[i] ?? 0) ** 2));

function derivative(u: readonly number[], method: HypergradientMethod): Float32Array {
  const { mixed } = mixedDerivative({
    f,
    at: tf.tensor1d(AT),
    targets: [tf.tensor1d(TARGET)],
    method,
    along: () => ({ direction: tf.tensor1d([...u]), made: {} }),
  });
  return (mixed[0] as Tensor).dataSync<"float32">();
}

/** The two terms of F apart. */
const terms = [
  (x: Tensor, [t]: readonly Tensor[]) => withLogits(tf.mul(tf.square(x), t as Tensor)),
  (x: Tensor, [t]: readonly Tensor[]) => withLogits(tf.mul(x, tf.pow(t as Tensor, 3))),
];

/** F in two terms, which begin alike: with x² and t³. */
const common: LossSum<[Tensor, readonly Tensor[]]> = {
  begin: (x, [t]) => [tf.square(x), tf.pow(t as Tensor, 3)],
  terms: [0.25, 0.75].map((share) => ([square, cube], x, [t]) => {
    const [first, second] = [tf.mul(square as Tensor, t as Tensor), tf.mul(x, cube as Tensor)];
    return withLogits(tf.add(tf.mul(first, share), tf.mul(second, 1 - share)));
  }),
};

describe("a sum of losses", () => {
  it.each([
    ["exact", 5],
    ["finite-difference", 3],
  ] as const)("has the mixed derivative of the sum, term by term and side by side (%s)", (method, digits) => {
    const u = [0.3, -0.8];
    for (const sum of [apart(terms), apart([sideBySide(terms)]), sideBySide(terms), common]) {
      const { mixed, gradient, loss } = mixedDerivative({
        f: sum,
        at: tf.tensor1d(AT),
        targets: [tf.tensor1d(TARGET)],
        method,
        along: () => ({ direction: tf.tensor1d(u), made: {} }),
      });
      const got = (mixed[0] as Tensor).dataSync<"float32">();
      for (const [i, v] of want(u).entries()) expect(got[i]).toBeCloseTo(v, digits);
      const first = AT.map((x, i) => 2 * x * (TARGET[i] ?? 0) + (TARGET[i] ?? 0) ** 3);
      for (const [i, v] of first.entries()) expect(gradient.dataSync<"float32">()[i]).toBeCloseTo(v, 5);
      // The mean of the two terms, to be shown.
      const whole = f(tf.tensor1d(AT), [tf.tensor1d(TARGET)]).loss.dataSync<"float32">()[0] ?? 0;
      expect(loss.dataSync<"float32">()[0]).toBeCloseTo(whole / 2, 5);
    }
  });
});

describe("mixedDerivative", () => {
  it.each([
    ["exact", 5],
    // Differences of gradients of about 1 in single precision, over 2ε = 0.02/‖u‖.
    ["finite-difference", 3],
  ] as const)("is u·(2x + 3t²) for Σ x²t + xt³ (%s)", (method, digits) => {
    for (const u of [
      [0.3, -0.8],
      [2, 1],
    ]) {
      const got = derivative(u, method);
      for (const [i, v] of want(u).entries()) expect(got[i]).toBeCloseTo(v, digits);
    }
  });

  it.each([
    ["zero", [0, 0]],
    ["infinite", [1, Number.POSITIVE_INFINITY]],
    ["not a number", [Number.NaN, 1]],
    ["too long for its norm", [3e38, 1]],
  ])("gives zero by a finite difference along a direction that is %s", (_, u) => {
    expect([...derivative(u, "finite-difference")]).toEqual([0, 0]);
  });

  it("gives zero where the gradient itself is not finite and the direction is not usable", () => {
    const { mixed } = mixedDerivative({
      f: (x, [t]) => withLogits(tf.div(tf.mul(x, t as Tensor), 0)),
      at: tf.tensor1d(AT),
      targets: [tf.tensor1d(TARGET)],
      method: "finite-difference",
      along: () => ({ direction: tf.zeros([2]), made: {} }),
    });
    expect([...(mixed[0] as Tensor).dataSync<"float32">()]).toEqual([0, 0]);
  });
});
