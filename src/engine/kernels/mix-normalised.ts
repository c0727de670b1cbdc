/**
 * A mix of inputs of which some are batch-normalised first. The gradient of those is one pair of passes that reads the
 * mix's gradient through the taps; the gradient between mix and batch norm is never stored.
 */
import type { Tensor } from "../gpu/tensorflow";
import { batchNormGradient, custom } from "./batch-norm";
import { gradientSums, gradientX, normalise, type Rows, rowsOf, secondX, statistics } from "./batch-norm-kernels";
import {
  alone,
  gradWKernel,
  gradXKernel,
  isPassedOn,
  type MixOptions,
  type MixShape,
  mixKernel,
  mixShape,
  type Tap,
  weightIndex,
} from "./mix";

/** Batch norm whose value is at hand. */
function known(x: Tensor, y: Tensor, stats: Tensor, s: Rows): Tensor {
  return custom(
    [x],
    [y, stats],
    (all) => (all[1] as Tensor).clone(),
    (dy, [v, , st]) => [batchNormGradient(dy, v as Tensor, null, st as Tensor, s, null)],
  );
}

/** B of the mix's gradient of input `input`; differentiable once more. */
function mixedGradient(dy: Tensor, weights: Tensor, x: Tensor, stats: Tensor, s: MixShape, input: number): Tensor {
  const one = alone({ ...s, input });
  const plain = rowsOf(x);
  const taps = one.taps.map((t) => ({ from: t.from, to: t.to, weight: t.weight ? weightIndex(s, t) : null }));
  const rows = { ...plain, mixed: { blocks: one.blocks[0] ?? 0, outBlocks: s.outBlocks, taps } };
  return custom(
    [dy, weights, x],
    [stats],
    (all) => {
      const [d, w, v, st] = all as [Tensor, Tensor, Tensor, Tensor];
      return gradientX([d, v, st, gradientSums([d, v, st, w], rows), w], rows);
    },
    (g, saved) => {
      const [d, w, v, st] = saved as [Tensor, Tensor, Tensor, Tensor];
      const back = batchNormGradient(g, v, null, st, plain, null);
      const upstream = gradXKernel([d, w], { ...s, input });
      return [mixKernel([back, w], one), gradWKernel([back, d], one), secondX([g, upstream, v, st], plain)];
    },
  );
}

/**
 * mix() of the inputs, those listed in `normalised` by their batch norms.
 * @param normalised inputs to normalise; each of their taps has a weight
 */
export function mixNormalised(
  inputs: readonly Tensor[],
  normalised: readonly number[],
  weights: Tensor,
  taps: readonly Tap[],
  options: MixOptions,
): Tensor {
  const s = mixShape(inputs, weights, taps, options);
  const stats = inputs.map((x, i) => (normalised.includes(i) ? statistics([x], rowsOf(x)) : null));
  const values = inputs.map((x, i) => {
    const st = stats[i];
    return st ? normalise([x, st], rowsOf(x)) : x;
  });
  const constants = [...normalised.map((i) => stats[i] as Tensor), ...normalised.map((i) => values[i] as Tensor)];
  return custom(
    [...inputs, weights],
    constants,
    (all) => mixKernel([...values, all[inputs.length] as Tensor], s),
    (dy, saved) => {
      const w = saved[inputs.length] as Tensor;
      const at = (i: number) => saved[i] as Tensor;
      const constant = (i: number, block: 0 | 1) =>
        at(inputs.length + 1 + block * normalised.length + normalised.indexOf(i));
      const read = inputs.map((_, i) =>
        normalised.includes(i) ? known(at(i), constant(i, 1), constant(i, 0), rowsOf(at(i))) : at(i),
      );
      const gradients = inputs.map((_, i) => {
        if (isPassedOn(s, i)) return dy.clone();
        if (normalised.includes(i)) return mixedGradient(dy, w, at(i), constant(i, 0), s, i);
        return gradXKernel([dy, w], { ...s, input: i });
      });
      return [...gradients, gradWKernel([...read, dy], s)];
    },
  );
}
