/** Every kernel's first and second derivative against central differences, on the CPU reference. */
import { beforeAll, describe, expect, it } from "vitest";
import { type Tensor, tf } from "../gpu/tensorflow";
import { caseDirectional, caseLoss, caseValues, KERNEL_CASES, type KernelCase, runCase } from "./kernel-cases";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

/** d/dt f(x + t·direction) at 0 by a central difference: exact but for rounding where f is quadratic in t. */
function centralDifference(c: KernelCase, f: (c: KernelCase, t: readonly Tensor[]) => Tensor, step: number): number {
  const { inputs, directions } = caseValues(c);
  const value = (sign: number) =>
    tf.tidy(() => {
      const moved = inputs.map((values, i) =>
        tf.tensor(
          values.map((v, j) => v + sign * step * (directions[i]?.[j] ?? 0)),
          [...(c.shapes[i] ?? [])],
        ),
      );
      return f(c, moved).dataSync()[0] ?? Number.NaN;
    });
  return (value(1) - value(-1)) / (2 * step);
}

function along(c: KernelCase, gradients: readonly Tensor[]): number {
  const { directions } = caseValues(c);
  return gradients.reduce(
    (sum, g, i) => sum + g.dataSync<"float32">().reduce((s, v, j) => s + v * (directions[i]?.[j] ?? 0), 0),
    0,
  );
}

/** Size of the terms that cancel in the sum: the scale of its rounding. */
function scale(gradients: readonly Tensor[], c: KernelCase): number {
  const { directions } = caseValues(c);
  return Math.sqrt(
    gradients.reduce(
      (sum, g, i) => sum + g.dataSync<"float32">().reduce((s, v, j) => s + (v * (directions[i]?.[j] ?? 0)) ** 2, 0),
      0,
    ),
  );
}

const STEP = 2e-3;

describe.each(KERNEL_CASES)("$name", (c) => {
  it("has the gradient of its central difference", () => {
    const { first } = runCase(c);
    expect(Math.abs(along(c, first) - centralDifference(c, caseLoss, STEP))).toBeLessThan(5e-3 * scale(first, c));
  });

  it("has the second derivative of its central difference", () => {
    const { second } = runCase(c);
    expect(scale(second, c)).toBeGreaterThan(0);
    expect(Math.abs(along(c, second) - centralDifference(c, caseDirectional, STEP))).toBeLessThan(
      5e-3 * scale(second, c),
    );
  });
});
