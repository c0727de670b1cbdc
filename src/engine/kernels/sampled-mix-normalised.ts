/**
 * A sampled mix of outputs of which some are batch-normalised first: as the mix loads them, so that their normalised values
 * are nowhere stored.
 */
import { detach, type Tensor } from "../gpu/tensorflow";
import { custom } from "./batch-norm";
import { fused } from "./fused";
import type { Gate } from "./gate";
import { gradWKernel, gradXOf } from "./sampled-mix";
import { fusedGradientX, fusedMix, mixSums, tableKernel, weightsFromSums } from "./sampled-mix-fused";
import type { MixInput, SampledMix } from "./sampled-mix-shape";
import { type SlotStatistics, slotNormGradient, slotNormOf, slotStatistics } from "./slot-norm";

/** What edges add for some of their picks. */
export interface MixedOutput {
  readonly tensor: Tensor;
  /** picture: one [N, H, W, C] for all edges. own: [edges, N, H, W, C]. any: [ops, N, H, W, C], a slot for each of `ops`. */
  readonly kind: "picture" | "own" | "any";
  /** Picks that read it, primitives by index. */
  readonly ops: readonly number[];
  /** The channel of a node that its first channel is added to. */
  readonly first: number;
  /** Whether each slot is normalised first; not for a picture. Its statistics, where they are at hand. */
  readonly normalised: boolean | SlotStatistics;
}

/** What the sampler gives. */
export interface Sample {
  /** The picks' weights, one where picked; [rows, 8]. */
  readonly weights: Tensor;
  /** int32 [rows]. */
  readonly picks: Tensor;
  /** DropBlock's masks for pictures; null for none. */
  readonly masks: Tensor | null;
}

export interface SampledMixOptions {
  /** Rows of the edges' picks and weights. Each edge leads to a node of its own, in this order. */
  readonly rows: readonly number[];
  /** Of a node. */
  readonly channels: number;
}

/**
 * Adds what the edges of one state pick to the sums of their nodes.
 * @param sums [edges, N, H, W, C]; null for zero
 */
export function sampledMix(
  sums: Tensor | null,
  outputs: readonly MixedOutput[],
  { weights, picks, masks }: Sample,
  { rows, channels }: SampledMixOptions,
): Tensor {
  const [batch = 0, height = 0, width = 0] = outputs[0]?.tensor.shape.slice(-4) ?? [];
  const known = outputs.map(({ tensor, kind, ops, normalised }): SlotStatistics | null => {
    if (typeof normalised !== "boolean") return normalised;
    const gate: Gate | null = kind === "picture" ? null : { kind, rows, ops };
    return normalised && gate ? slotStatistics(tensor, picks, gate) : null;
  });
  const plainInputs = outputs.map(({ tensor, kind, ops, first }): MixInput => {
    const masked = masks !== null && kind === "picture";
    return { kind, ops, first, width: tensor.shape[tensor.rank - 1] ?? 0, masked, parts: 0 };
  });
  const weightRows = weights.shape[0] ?? 0;
  /** Of the mix of normalised values. */
  const plain: SampledMix = {
    ...{ batch, height, width, channels, rows, weightRows },
    ...{ sums: sums !== null, inputs: plainInputs },
  };
  /** Of the mix that normalises as it loads. */
  const s = { ...plain, inputs: plainInputs.map((input, i) => ({ ...input, parts: known[i]?.s.parts ?? 0 })) };
  const withoutSums = { ...s, sums: false };
  const [first, count, drop] = [sums ? 1 : 0, outputs.length, masks ? [masks] : []];
  const stats = known.flatMap((k) => (k ? [k.stats] : []));
  const table = tableKernel([weights, picks, ...stats], s);
  /** The statistics among saved tensors. */
  const statisticsAmong = (saved: readonly Tensor[]) => {
    const left = saved.slice(-1 - stats.length, -1);
    return known.map((k) => k && { s: k.s, stats: left.shift() as Tensor });
  };

  const gradientOf = (i: number, dy: Tensor, saved: readonly Tensor[], all: Tensor): Tensor => {
    const [x, w] = [saved[first + i] as Tensor, saved[first + count] as Tensor];
    const [p, savedTable] = [saved[first + count + 1] as Tensor, saved[saved.length - 1] as Tensor];
    const mask = masks ? saved[first + count + 2] : undefined;
    const k = statisticsAmong(saved)[i];
    if (!k) return gradXOf(dy, mask, w, p, plain, i);
    return fused(
      [dy, x, w],
      [savedTable, all, p],
      ([d, v, , t, known, picked]) => fusedGradientX([d, v, t, known, picked] as Tensor[], { ...s, input: i }),
      (d, v, weight) => slotNormGradient(gradXOf(d as Tensor, mask, weight as Tensor, p, plain, i), v as Tensor, p, k),
    );
  };

  return custom(
    [...(sums ? [sums] : []), ...outputs.map(({ tensor }) => tensor), weights],
    [picks, ...drop, ...stats, table],
    (all) => fusedMix([...all.slice(0, first + count), ...drop, all[all.length - 1] as Tensor], s),
    (dy, saved) => {
      const raw = saved.slice(first, first + count);
      const p = saved[first + count + 1] as Tensor;
      const savedMasks = masks ? [saved[first + count + 2] as Tensor] : [];
      const sumsOf = mixSums(
        [detach(dy), ...raw.map(detach), ...savedMasks, saved[saved.length - 1] as Tensor],
        withoutSums,
      );
      const ofWeights = fused(
        [dy, ...raw],
        [sumsOf, p],
        (all) => weightsFromSums(all.slice(-2), withoutSums),
        (d, ...values) => {
          const statistics = statisticsAmong(saved);
          const read = values.map((x, i) => {
            const k = statistics[i];
            return k ? slotNormOf(x, p, k) : x;
          });
          return gradWKernel([...read, ...savedMasks, d as Tensor, p], { ...plain, sums: false });
        },
      );
      return [...(sums ? [dy.clone()] : []), ...raw.map((_, i) => gradientOf(i, dy, saved, sumsOf)), ofWeights];
    },
  );
}
