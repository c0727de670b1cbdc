/** First and mixed second derivatives of losses. Exact (double backward) and finite differences are different quantities. */
import { detach, scoped, type Tensor, tf } from "../gpu/tensorflow";
import { axpy, norm } from "../kernels/flat";

export interface LossGradients {
  readonly loss: Tensor;
  readonly logits: Tensor;
  readonly gradients: readonly Tensor[];
}

/** Tensors made inside a scope that belong to the caller's. */
export type Made = Readonly<Record<string, Tensor | null>>;

/** Runs `f`; what it carries out survives the scopes that `f` opens and closes. */
function carrying<C extends Made, T>(f: (carry: (made: C) => void) => T): { readonly value: T; readonly carried: C } {
  return scoped(() => {
    let kept: C | null = null;
    const value = f((made) => {
      kept = made;
      for (const tensor of Object.values(made)) if (tensor) tf.keep(tensor);
    });
    if (!kept) throw new Error("Nothing was carried out.");
    const entries = Object.entries<Tensor | null>(kept);
    // The clones belong to the caller's scope; what was kept is released.
    const carried = Object.fromEntries(entries.map(([name, tensor]) => [name, tensor ? tensor.clone() : null])) as C;
    for (const tensor of new Set(entries.map(([, tensor]) => tensor))) tensor?.dispose();
    return { value, carried };
  });
}

/** A loss with the logits it came from, and its gradients with respect to `at`. */
export function lossGradients(
  f: (...at: Tensor[]) => { loss: Tensor; logits: Tensor },
  at: readonly Tensor[],
): LossGradients {
  const { value, carried } = carrying<{ readonly logits: Tensor }, ReturnType<ReturnType<typeof tf.valueAndGrads>>>(
    (carry) =>
      tf.valueAndGrads((...inputs: Tensor[]) => {
        const { loss, logits } = f(...inputs);
        // A copy: what is kept is disposed, and logits may be a tensor of the caller's.
        carry({ logits: logits.clone() });
        return loss;
      })([...at]),
  );
  return { loss: value.value, logits: carried.logits, gradients: value.grads };
}

export type HypergradientMethod = "exact" | "finite-difference";

/** The papers' step of a finite difference over the norm of its direction. */
const RADIUS = 0.01;

/** F with its gradient at `at`, constants of the differentiation. */
export interface First {
  readonly loss: Tensor;
  readonly logits: Tensor;
  readonly gradient: Tensor;
}

export interface MixedDerivative<M extends Made> {
  /** F(at, targets), a scalar, with the logits it came from. */
  readonly f: (at: Tensor, targets: readonly Tensor[]) => { loss: Tensor; logits: Tensor };
  readonly at: Tensor;
  readonly targets: readonly Tensor[];
  readonly method: HypergradientMethod;
  /**
   * Makes the direction u, of at's shape, from F and its gradient, and whatever else is wanted. It runs between the two
   * derivatives, so that F is passed through once for both.
   */
  readonly along: (first: First) => { readonly direction: Tensor; readonly made: M };
}

export interface MixedResult<M extends Made> extends First {
  /** ∇_targets ⟨∇_at F(at, targets), u⟩ for each target. */
  readonly mixed: readonly Tensor[];
  readonly made: M;
}

/**
 * ∇_targets ⟨∇_at F(at, targets), u⟩ for a direction u that may depend on ∇_at F; u is a constant of the differentiation.
 * Exact: double backward. Finite difference: [∇_targets F(at + εu) − ∇_targets F(at − εu)] / 2ε with ε = 0.01/‖u‖₂, and
 * zero where ‖u‖ is zero or not finite (DARTS, eq. 8; LeaSE, eq. 11).
 */
export function mixedDerivative<M extends Made>(o: MixedDerivative<M>): MixedResult<M> {
  return o.method === "exact" && o.targets.length > 0 ? exact(o) : difference(o);
}

type Carried<M extends Made> = { readonly [K in keyof M]: M[K] } & Made;

const [LOSS, LOGITS, GRADIENT] = ["first loss", "first logits", "first gradient"] as const;

function exact<M extends Made>({ f, at, targets, along }: MixedDerivative<M>): MixedResult<M> {
  const { value: mixed, carried } = carrying<Carried<M>, Tensor[]>((carry) =>
    tf.grads((...inputs: Tensor[]) => {
      const { loss, logits, gradients } = lossGradients((x) => f(x as Tensor, inputs), [at]);
      const gradient = gradients[0] as Tensor;
      const first = { loss: detach(loss), logits: detach(logits), gradient: detach(gradient) };
      const { direction, made } = along(first);
      carry({ ...clones(made), ...clones({ [LOSS]: loss, [LOGITS]: logits, [GRADIENT]: gradient }) } as Carried<M>);
      return tf.sum(tf.mul(gradient, detach(direction)));
    })([...targets]),
  );
  const all: Made = carried;
  const { [LOSS]: loss, [LOGITS]: logits, [GRADIENT]: gradient, ...made } = all;
  return { loss: loss as Tensor, logits: logits as Tensor, gradient: gradient as Tensor, mixed, made: made as M };
}

/** Aliases, which can be kept and released without touching what others hold. */
function clones(made: Made): Made {
  return Object.fromEntries(Object.entries(made).map(([name, tensor]) => [name, tensor && detach(tensor)]));
}

function difference<M extends Made>({ f, at, targets, along }: MixedDerivative<M>): MixedResult<M> {
  const { loss, logits, gradients } = lossGradients((x) => f(x as Tensor, targets), [at]);
  const gradient = gradients[0] as Tensor;
  const { direction, made } = along({ loss, logits, gradient });
  const mixed = targets.length > 0 ? differences({ f: (x, t) => f(x, t).loss, at, direction, targets }) : [];
  return { loss, logits, gradient, mixed, made };
}

function differences(o: {
  readonly f: (at: Tensor, targets: readonly Tensor[]) => Tensor;
  readonly at: Tensor;
  readonly direction: Tensor;
  readonly targets: readonly Tensor[];
}): Tensor[] {
  const { f, at, direction, targets } = o;
  return tf.tidy(() => {
    const size = norm(direction);
    // 1/2ε; not finite where the norm is not, or is too large.
    const slope = tf.div(size, 2 * RADIUS);
    const usable = tf.logicalAnd(tf.greater(size, 0), tf.isFinite(slope));
    const step = tf.where(usable, tf.div(RADIUS, size), tf.zerosLike(size));
    // Chosen, not multiplied by zero: 0·NaN and 0·∞ are NaN.
    const along = tf.where(usable, direction, tf.zerosLike(direction));
    const gradients = (sign: number) =>
      tf.tidy(() => {
        const moved = axpy(at, along, tf.mul(step, sign));
        return tf.grads((...inputs: Tensor[]) => f(moved, inputs))([...targets]);
      });
    const [plus, minus] = [gradients(1), gradients(-1)];
    const scale = tf.where(usable, slope, tf.zerosLike(size));
    return plus.map((p, i) => tf.where(usable, tf.mul(tf.sub(p, minus[i] as Tensor), scale), tf.zerosLike(p)));
  });
}
