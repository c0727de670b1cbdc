/** First and mixed second derivatives of losses. Exact (double backward) and finite differences are different quantities. */
import { dependents, detach, onTapeOfItsOwn, scoped, type Tensor, tf } from "../gpu/tensorflow";
import { axpy, norm } from "../kernels/flat";

/** A loss, a scalar, with the logits it came from. */
export interface Loss {
  readonly loss: Tensor;
  readonly logits: Tensor;
  /** How many losses it is the sum of; 1 where left out. */
  readonly count?: number;
}

/** Where several losses add up, `loss` and `logits` are their means, to be shown; gradients are those of the sum. */
export interface LossGradients extends Loss {
  readonly gradients: readonly Tensor[];
}

const sumOf = (tensors: readonly Tensor[]) => tensors.reduce((a, b) => tf.add(a, b));
const meanOf = (tensors: readonly Tensor[]) => {
  const sum = sumOf(tensors);
  return tensors.length > 1 ? tf.mul(sum, 1 / tensors.length) : sum;
};

/** Losses that add up and begin alike, with what `begin` gives: it is computed once for all. */
export interface LossSum<A extends readonly unknown[]> {
  readonly begin: (...args: A) => readonly Tensor[];
  readonly terms: readonly ((begun: readonly Tensor[], ...args: A) => Loss)[];
}

/** Losses that have no beginning in common. */
export function apart<A extends readonly unknown[]>(terms: readonly ((...args: A) => Loss)[]): LossSum<A> {
  return {
    begin: () => [],
    terms: terms.map(
      (term) =>
        (_, ...args) =>
          term(...args),
    ),
  };
}

/** The same losses, of two arguments, as functions of others. */
export function rebound<A extends readonly [unknown, unknown], B extends readonly unknown[]>(
  { begin, terms }: LossSum<A>,
  to: (...args: B) => NoInfer<A>,
): LossSum<B> {
  return {
    begin: (...args) => begin(...to(...args)),
    terms: terms.map(
      (term) =>
        (begun, ...args) =>
          term(begun, ...to(...args)),
    ),
  };
}

/** Each of the losses from its beginning on. */
const wholly = <A extends readonly unknown[]>({ begin, terms }: LossSum<A>) =>
  terms.map(
    (term) =>
      (...args: A) =>
        term(begin(...args), ...args),
  );

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

/** Several losses as one, their sum: they are passed through at once, and the activations of all are there together. */
export function sideBySide<A extends readonly unknown[]>(
  terms: readonly ((...args: A) => Loss)[],
): (...args: A) => Loss {
  return (...args) => {
    const each = terms.map((term) => term(...args));
    return {
      loss: sumOf(each.map(({ loss }) => loss)),
      logits: meanOf(each.map(({ logits }) => logits)),
      count: each.length,
    };
  };
}

/**
 * A loss and its gradients with respect to `at`; or the sum of several losses, one after the other, so that the activations
 * of one are gone before the next. Of a sum the gradients cannot be differentiated.
 */
export function lossGradients(
  f: ((...at: Tensor[]) => Loss) | LossSum<Tensor[]>,
  at: readonly Tensor[],
): LossGradients {
  if (typeof f === "function") return gradientsOf(f, at);
  const [only] = wholly(f);
  return only && f.terms.length === 1 ? gradientsOf(only, at) : gradientsOfSum(f, at);
}

/** What is common is passed through once each way: its gradient is that of the sum. */
function gradientsOfSum({ begin, terms }: LossSum<Tensor[]>, at: readonly Tensor[]): LossGradients {
  return gradientsOf((...inputs) => {
    const begun = begin(...inputs);
    const moved = dependents(begun, inputs);
    const leaves = [...moved, ...inputs];
    const { gradients, ...shown } = onTapeOfItsOwn(() =>
      inTurn(
        terms.map((term) => (...from) => {
          const there = begun.map((tensor) => from[moved.indexOf(tensor)] ?? tensor);
          return term(there, ...from.slice(moved.length));
        }),
        leaves,
      ),
    );
    return { ...shown, loss: withGradients(shown.loss, leaves, gradients) };
  }, at);
}

/** A value as a function of tensors with gradients that are at hand. */
function withGradients(value: Tensor, of: readonly Tensor[], gradients: readonly Tensor[]): Tensor {
  return tf.customGrad((...args) => {
    (args[args.length - 1] as unknown as tf.GradSaveFunc)([...gradients]);
    return {
      value: value.clone(),
      gradFunc: (_, saved) => (saved as Tensor[]).map((g) => g.clone()) as unknown as Tensor,
    };
  })(...of);
}

function inTurn(terms: readonly ((...at: Tensor[]) => Loss)[], at: readonly Tensor[]): LossGradients {
  const shown: Loss[] = [];
  let gradients: readonly Tensor[] = [];
  for (const term of terms) {
    const { gradients: own, ...loss } = gradientsOf(term, at);
    shown.push(loss);
    gradients = gradients.length > 0 ? addedTo(gradients, own) : own;
  }
  return {
    loss: meanOf(shown.map(({ loss }) => loss)),
    logits: meanOf(shown.map(({ logits }) => logits)),
    gradients,
  };
}

/** Sums, in the place of what is added. */
function addedTo(sums: readonly Tensor[], more: readonly Tensor[]): Tensor[] {
  const next = sums.map((sum, i) => tf.add(sum, more[i] as Tensor));
  tf.dispose([...sums, ...more]);
  return next;
}

function gradientsOf(f: (...at: Tensor[]) => Loss, at: readonly Tensor[]): LossGradients {
  let count = 1;
  const { value, carried } = carrying<{ readonly logits: Tensor }, ReturnType<ReturnType<typeof tf.valueAndGrads>>>(
    (carry) =>
      tf.valueAndGrads((...inputs: Tensor[]) => {
        const { loss, logits, count: terms = 1 } = f(...inputs);
        count = terms;
        // A copy: what is kept is disposed, and logits may be a tensor of the caller's.
        carry({ logits: logits.clone() });
        return loss;
      })([...at]),
  );
  return {
    loss: count > 1 ? tf.mul(value.value, 1 / count) : value.value,
    logits: carried.logits,
    gradients: value.grads,
  };
}

export type HypergradientMethod = "exact" | "finite-difference";

/** The papers' step of a finite difference over the norm of its direction. */
const RADIUS = 0.01;

/** F with its gradient at `at`, constants of the differentiation. */
export interface First extends Loss {
  readonly gradient: Tensor;
}

/** F(at, targets). */
type Function = (at: Tensor, targets: readonly Tensor[]) => Loss;
type FunctionSum = LossSum<[Tensor, readonly Tensor[]]>;

export interface MixedDerivative<M extends Made> {
  /** F, or functions whose sum it is, passed through one after the other. */
  readonly f: Function | LossSum<[Tensor, readonly Tensor[]]>;
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
  const sum = typeof o.f === "function" ? apart([o.f]) : o.f;
  if (o.method !== "exact" || o.targets.length === 0) return difference(o, sum);
  const [only] = wholly(sum);
  return only && sum.terms.length === 1 ? exact(o, only) : exactSum(o, sum);
}

type Carried<M extends Made> = { readonly [K in keyof M]: M[K] } & Made;

const [LOSS, LOGITS, GRADIENT] = ["first loss", "first logits", "first gradient"] as const;

function exact<M extends Made>({ at, targets, along }: MixedDerivative<M>, f: Function): MixedResult<M> {
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

/** Each function is passed through twice, so that the activations of one are gone before the next. */
function exactSum<M extends Made>(o: MixedDerivative<M>, sum: FunctionSum): MixedResult<M> {
  const first = firstOf(o, sum);
  const { direction, made } = o.along(first);
  const of = (f: Function) => exact({ ...o, along: () => ({ direction, made: {} }) }, f).mixed;
  const mixed = wholly(sum).map(of).reduce(addedTo);
  return { ...first, mixed, made };
}

function firstOf({ at, targets }: Pick<MixedDerivative<Made>, "at" | "targets">, sum: FunctionSum): First {
  const { loss, logits, gradients } = lossGradients(
    rebound(sum, (x) => [x as Tensor, targets]),
    [at],
  );
  return { loss, logits, gradient: gradients[0] as Tensor };
}

/** Aliases, which can be kept and released without touching what others hold. */
function clones(made: Made): Made {
  return Object.fromEntries(Object.entries(made).map(([name, tensor]) => [name, tensor && detach(tensor)]));
}

function difference<M extends Made>(o: MixedDerivative<M>, sum: FunctionSum): MixedResult<M> {
  const { at, targets, along } = o;
  const first = firstOf(o, sum);
  const { direction, made } = along(first);
  const mixed = targets.length > 0 ? differences({ sum, at, direction, targets }) : [];
  return { ...first, mixed, made };
}

function differences(o: {
  readonly sum: FunctionSum;
  readonly at: Tensor;
  readonly direction: Tensor;
  readonly targets: readonly Tensor[];
}): Tensor[] {
  const { sum, at, direction, targets } = o;
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
        const there = rebound(sum, (...inputs: Tensor[]): [Tensor, readonly Tensor[]] => [moved, inputs]);
        return lossGradients(there, targets).gradients as Tensor[];
      });
    const [plus, minus] = [gradients(1), gradients(-1)];
    const scale = tf.where(usable, slope, tf.zerosLike(size));
    return plus.map((p, i) => tf.where(usable, tf.mul(tf.sub(p, minus[i] as Tensor), scale), tf.zerosLike(p)));
  });
}
