/** Derivatives of a kernel case against central differences. On the CPU backend only: WebGPU cannot read back at once. */
import { type Tensor, tf } from "../gpu/tensorflow";
import { caseValues, type KernelCase } from "./kernel-cases";

/** Small enough to cross no kink of the cases, large enough for float32. */
const STEP = 2e-3;

/** d/dt f(x + t·direction) at 0 by a central difference: exact but for rounding where f is quadratic in t. */
function centralDifference(c: KernelCase, f: (c: KernelCase, t: readonly Tensor[]) => Tensor): number {
  const { inputs, directions } = caseValues(c);
  const value = (sign: number) =>
    tf.tidy(() => {
      const moved = inputs.map((values, i) =>
        tf.tensor(
          values.map((v, j) => v + sign * STEP * (directions[i]?.[j] ?? 0)),
          [...(c.shapes[i] ?? [])],
        ),
      );
      return f(c, moved).dataSync()[0] ?? Number.NaN;
    });
  return (value(1) - value(-1)) / (2 * STEP);
}

/**
 * Compares gradients of f along the case's direction with the central difference.
 * @returns the difference, and the size of the terms that cancel in ⟨gradient, direction⟩: the scale of its rounding
 */
export function compareGradients(
  c: KernelCase,
  f: (c: KernelCase, t: readonly Tensor[]) => Tensor,
  gradients: readonly Tensor[],
): { readonly difference: number; readonly scale: number } {
  const { directions } = caseValues(c);
  let [along, squares] = [0, 0];
  for (const [i, gradient] of gradients.entries()) {
    for (const [j, value] of gradient.dataSync<"float32">().entries()) {
      const term = value * (directions[i]?.[j] ?? 0);
      along += term;
      squares += term ** 2;
    }
  }
  return { difference: Math.abs(along - centralDifference(c, f)), scale: Math.sqrt(squares) };
}
