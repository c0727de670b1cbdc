/**
 * Batch normalisation in train mode: y = (x − m)/√(v + ε) for each channel over all pixels, v biased; with a scale and a
 * shift where wanted. Twice differentiable. With r = 1/√(v + ε), ⟨·⟩ the mean over pixels, y the normalised input:
 *   B(dy)  = r (dy − ⟨dy⟩ − y⟨dy·y⟩)                                     gradient of x
 *   ∂⟨g, B(dy)⟩/∂dy = B(g)
 *   ∂⟨g, B(dy)⟩/∂x  = −r² (b(g − ⟨g⟩) + a(dy − ⟨dy⟩) + y(⟨g·dy⟩ − ⟨g⟩⟨dy⟩ − 3ab)),  a = ⟨g·y⟩, b = ⟨dy·y⟩
 */
import { type Tensor, tf } from "../gpu/tensorflow";
import {
  gradientSums,
  gradientX,
  joinSums,
  normalise,
  type Rows,
  rowsOf,
  secondX,
  statistics,
} from "./batch-norm-kernels";
import { channelBroadcast, channelProducts, channelScale } from "./pointwise";

/** A function of inputs and of constants, which may be passes over the inputs that its gradients use again. */
export function custom(
  inputs: readonly Tensor[],
  constants: readonly Tensor[],
  value: (all: readonly Tensor[]) => Tensor,
  gradients: (dy: Tensor, all: readonly Tensor[]) => Tensor[],
): Tensor {
  return tf.customGrad((...args) => {
    const save = args[args.length - 1] as unknown as tf.GradSaveFunc;
    const all = [...(args.slice(0, -1) as Tensor[]), ...constants];
    save(all);
    return {
      value: value(all),
      gradFunc: (dy: Tensor, saved: Tensor[]) => gradients(dy, saved) as unknown as Tensor,
    };
  })(...inputs);
}

/** B(scale·dy) at x. Its sums are computed when they are not at hand. */
export function batchNormGradient(
  dy: Tensor,
  x: Tensor,
  scale: Tensor | null,
  stats: Tensor,
  s: Rows,
  sums: Tensor | null,
): Tensor {
  return custom(
    scale ? [dy, x, scale] : [dy, x],
    [stats],
    ([d, v, ...rest]) => {
      const [a, st] = (scale ? rest : [null, ...rest]) as [Tensor | null, Tensor];
      const [d1, v1] = [d, v] as [Tensor, Tensor];
      return gradientX([d1, v1, st, sums ?? gradientSums([d1, v1, st], s), ...(a ? [a] : [])], s);
    },
    (g, [d, v, ...rest]) => {
      const [a, st] = (scale ? rest : [null, ...rest]) as [Tensor | null, Tensor];
      const [d1, v1] = [d, v] as [Tensor, Tensor];
      const back = batchNormGradient(g, v1, null, st, s, null);
      const ofX = secondX([g, d1, v1, st, ...(a ? [a] : [])], s);
      return a ? [channelScale(back, a), ofX, channelProducts(back, d1)] : [back, ofX];
    },
  );
}

/** Σ dy·y, the gradient of the scale. */
function gradientOfScale(dy: Tensor, x: Tensor, stats: Tensor, s: Rows, sums: Tensor): Tensor {
  return custom(
    [dy, x],
    [stats, sums],
    (all) => joinSums([all[3] as Tensor], { ...s, row: 1 }),
    (g, saved) => {
      const [d, v, st, su] = saved as [Tensor, Tensor, Tensor, Tensor];
      return [channelScale(normalise([v, st], s), g), gradientX([d, v, st, su, g], s)];
    },
  );
}

/** Σ dy, the gradient of the shift. */
function gradientOfShift(dy: Tensor, s: Rows, sums: Tensor): Tensor {
  return custom(
    [dy],
    [sums],
    (all) => joinSums([all[1] as Tensor], { ...s, row: 0 }),
    (g) => [channelBroadcast(g, s.shape)],
  );
}

export interface Affine {
  /** [C] each. */
  readonly scale: Tensor;
  readonly shift: Tensor;
}

/** Normalises each channel of x [..., C] by its batch statistics, then scales and shifts it where asked to. */
export function batchNorm(x: Tensor, affine: Affine | null = null): Tensor {
  const s = rowsOf(x);
  const stats = statistics([x], s);
  if (!affine)
    return custom(
      [x],
      [stats],
      ([v, st]) => normalise([v as Tensor, st as Tensor], s),
      (dy, [v, st]) => [batchNormGradient(dy, v as Tensor, null, st as Tensor, s, null)],
    );
  return custom(
    [x, affine.scale, affine.shift],
    [stats],
    ([v, a, b, st]) => normalise([v as Tensor, st as Tensor, a as Tensor, b as Tensor], s),
    (dy, saved) => {
      const [v, a, , st] = saved as [Tensor, Tensor, Tensor, Tensor];
      const sums = gradientSums([dy, v, st], s);
      return [
        batchNormGradient(dy, v, a, st, s, sums),
        gradientOfScale(dy, v, st, s, sums),
        gradientOfShift(dy, s, sums),
      ];
    },
  );
}
