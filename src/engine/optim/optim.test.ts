/** Optimiser steps against the formulas of their docstrings, in double precision. */
import { beforeAll, describe, expect, it } from "vitest";
import { type Tensor, tf } from "../gpu/tensorflow";
import { type AdamState, adamCorrections, adamStep } from "./adam";
import { type SgdOptions, sgdStep, virtualStep } from "./sgd";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

const WEIGHTS = [1, -2, 0.5];
/** Small beside the decay: a step without decay is far off. */
const GRADIENTS = [
  [0.01, 0.02, -0.03],
  [-0.02, 0.01, 0.005],
];
const SGD = { learningRate: 0.1, momentum: 0.9, weightDecay: 0.5 } satisfies SgdOptions;

const at = (list: readonly number[] | undefined, i: number) => list?.[i] ?? Number.NaN;
const gradient = (step: number) => tf.tensor1d(GRADIENTS[step] ?? []);

function expectValues(got: Tensor, want: readonly number[]): void {
  const values = got.dataSync<"float32">();
  expect(values).toHaveLength(want.length);
  for (const [i, v] of want.entries()) expect(values[i]).toBeCloseTo(v, 6);
}

describe("SGD", () => {
  it.each([false, true])("takes two steps with momentum and decay (Nesterov: %s)", (nesterov) => {
    let weights: Tensor = tf.tensor1d(WEIGHTS);
    let buffer: Tensor | null = null;
    const theta = [...WEIGHTS];
    let buf: number[] | null = null;
    for (const step of [0, 1]) {
      const next: ReturnType<typeof sgdStep> = sgdStep(weights, gradient(step), buffer, { ...SGD, nesterov });
      [weights, buffer] = [next.weights, next.buffer];
      const g = theta.map((w, i) => at(GRADIENTS[step], i) + 0.5 * w);
      const before: number[] | null = buf;
      const after: number[] = g.map((v, i) => (before ? 0.9 * at(before, i) + v : v));
      buf = after;
      for (const [i, v] of g.entries())
        theta[i] = at(theta, i) - 0.1 * (nesterov ? v + 0.9 * at(after, i) : at(after, i));
      expectValues(weights, theta);
      expectValues(buffer, after);
    }
  });

  it("clips a gradient to the norm, and leaves a shorter one", () => {
    const weights = tf.tensor1d([1, 1]);
    const bufferAfter = (gradient: readonly number[], clip: number) =>
      sgdStep(weights, tf.tensor1d([...gradient]), null, { ...SGD, clip }).buffer;
    // ‖(3, 4)‖ = 5; the decay of 0.5 is not clipped.
    const scale = 2 / (5 + 1e-6);
    expectValues(bufferAfter([3, 4], 2), [3 * scale + 0.5, 4 * scale + 0.5]);
    expectValues(bufferAfter([3, 4], 6), [3.5, 4.5]);
    expectValues(bufferAfter([0, 0], 6), [0.5, 0.5]);
  });

  it("takes a virtual step from the buffer and leaves the buffer as it is", () => {
    const buffer = [0.3, -0.1, 0.2];
    const held = tf.tensor1d(buffer);
    const weights = tf.tensor1d(WEIGHTS);
    const step = (momentum: readonly number[]) =>
      WEIGHTS.map((w, i) => w - 0.1 * (0.9 * at(momentum, i) + at(GRADIENTS[0], i) + 0.5 * w));
    expectValues(virtualStep(weights, gradient(0), held, SGD), step(buffer));
    expectValues(virtualStep(weights, gradient(0), null, SGD), step([0, 0, 0]));
    expectValues(held, buffer);
    expectValues(weights, WEIGHTS);
  });
});

describe("Adam", () => {
  it("takes two steps with decay in the gradient", () => {
    const [learningRate, weightDecay, beta1, beta2] = [0.1, 0.5, 0.5, 0.999];
    let parameters: Tensor = tf.tensor1d(WEIGHTS);
    let state: AdamState | null = null;
    const alpha = [...WEIGHTS];
    const m = [0, 0, 0];
    const v = [0, 0, 0];
    for (const step of [1, 2]) {
      // The gradient opposes and exceeds some of the decay: without decay the signs differ.
      const raw = [-0.9, 0.02, -1];
      const next: ReturnType<typeof adamStep> = adamStep(
        parameters,
        tf.tensor1d(raw),
        state,
        adamCorrections({ beta1, beta2 }, step),
        { learningRate, weightDecay, beta1, beta2 },
      );
      [parameters, state] = [next.parameters, next.state];
      for (const [i, a] of alpha.entries()) {
        const g = at(raw, i) + weightDecay * a;
        m[i] = beta1 * at(m, i) + (1 - beta1) * g;
        v[i] = beta2 * at(v, i) + (1 - beta2) * g * g;
        const [mHat, vHat] = [at(m, i) / (1 - beta1 ** step), at(v, i) / (1 - beta2 ** step)];
        alpha[i] = a - (learningRate * mHat) / (Math.sqrt(vHat) + 1e-8);
      }
      expectValues(state.m, m);
      expectValues(state.v, v);
      // Adam divides by √v̂, so single precision leaves about 1e-6 of each step.
      expectValues(parameters, alpha);
    }
  });
});
