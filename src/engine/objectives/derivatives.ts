/** First and mixed second derivatives of losses. Exact (double backward) and finite differences are different quantities. */
import { scoped, type Tensor, tf } from "../gpu/tensorflow";
import { axpy, norm } from "../kernels/flat";

export interface LossGradients {
  readonly loss: Tensor;
  readonly logits: Tensor;
  readonly gradients: readonly Tensor[];
}

/** A loss with the logits it came from, and its gradients with respect to `at`. */
export function lossGradients(
  f: (...at: Tensor[]) => { loss: Tensor; logits: Tensor },
  at: readonly Tensor[],
): LossGradients {
  return scoped(() => {
    const kept: Tensor[] = [];
    const { value, grads } = tf.valueAndGrads((...inputs: Tensor[]) => {
      const { loss, logits } = f(...inputs);
      kept.push(tf.keep(logits));
      return loss;
    })([...at]);
    // The clones belong to the caller's scope; what was kept is released.
    const [logits] = kept.map((t) => t.clone());
    for (const t of kept) t.dispose();
    if (!logits) throw new Error("The loss was not evaluated.");
    return { loss: value, logits, gradients: grads };
  });
}

export type HypergradientMethod = "exact" | "finite-difference";

/** The papers' step of a finite difference over the norm of its direction. */
const RADIUS = 0.01;

export interface MixedDerivative {
  /** F(at, targets), a scalar. */
  readonly f: (at: Tensor, targets: readonly Tensor[]) => Tensor;
  readonly at: Tensor;
  /** Direction u, of at's shape. */
  readonly direction: Tensor;
  readonly targets: readonly Tensor[];
  readonly method: HypergradientMethod;
}

/**
 * ∇_targets ⟨∇_at F(at, targets), u⟩ for each target.
 * Exact: double backward. Finite difference: [∇_targets F(at + εu) − ∇_targets F(at − εu)] / 2ε with ε = 0.01/‖u‖₂, and
 * zero where ‖u‖ is zero or not finite (DARTS, eq. 8; LeaSE, eq. 11).
 */
export function mixedDerivative({ f, at, direction, targets, method }: MixedDerivative): Tensor[] {
  return tf.tidy(() => {
    if (method === "exact") {
      return tf.grads((...inputs: Tensor[]) => tf.sum(tf.mul(tf.grad((x: Tensor) => f(x, inputs))(at), direction)))([
        ...targets,
      ]);
    }
    const size = norm(direction);
    const usable = tf.logicalAnd(tf.greater(size, 0), tf.isFinite(size));
    const step = tf.where(usable, tf.div(RADIUS, size), tf.zerosLike(size));
    // Chosen, not multiplied by zero: 0·NaN and 0·∞ are NaN.
    const along = tf.where(usable, direction, tf.zerosLike(direction));
    const gradients = (sign: number) =>
      tf.tidy(() => {
        const moved = axpy(at, along, tf.mul(step, sign));
        return tf.grads((...inputs: Tensor[]) => f(moved, inputs))([...targets]);
      });
    const [plus, minus] = [gradients(1), gradients(-1)];
    const scale = tf.where(usable, tf.div(1, tf.mul(step, 2)), tf.zerosLike(size));
    return plus.map((p, i) => tf.where(usable, tf.mul(tf.sub(p, minus[i] as Tensor), scale), tf.zerosLike(p)));
  });
}
