/**
 * A sampled mix of outputs of which some are batch-normalised first. Their normalised values are not kept: the gradient
 * computes them again, which spares a slot.
 */
import type { Tensor } from "../gpu/tensorflow";
import { custom } from "./batch-norm";
import type { Gate } from "./gate";
import { gradWKernel, gradXOf, mixKernel } from "./sampled-mix";
import type { MixInput, SampledMix } from "./sampled-mix-shape";
import { normaliseSlots, type SlotStatistics, slotNormGradient, slotNormOf, slotStatistics } from "./slot-norm";

/** What edges add for some of their picks. */
export interface MixedOutput {
  readonly tensor: Tensor;
  /** picture: one [N, H, W, C] for all edges. own: [edges, N, H, W, C]. any: [ops, N, H, W, C], a slot for each of `ops`. */
  readonly kind: "picture" | "own" | "any";
  /** Picks that read it, primitives by index. */
  readonly ops: readonly number[];
  /** The channel of a node that its first channel is added to. */
  readonly first: number;
  /** Whether each slot is normalised first; not for a picture. */
  readonly normalised: boolean;
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
  /** Rows of the edges' picks and weights. */
  readonly rows: readonly number[];
  /** Node that each edge leads to. */
  readonly to: readonly number[];
  /** Of a node. */
  readonly channels: number;
  readonly nodes: number;
}

/**
 * Adds what the edges of one state pick to the sums of their nodes.
 * @param sums [N, H, W, nodes·C]; null for zero
 */
export function sampledMix(
  sums: Tensor | null,
  outputs: readonly MixedOutput[],
  { weights, picks, masks }: Sample,
  { rows, to, channels, nodes }: SampledMixOptions,
): Tensor {
  const [batch = 0, height = 0, width = 0] = outputs[0]?.tensor.shape.slice(-4) ?? [];
  const inputs = outputs.map(({ tensor, kind, ops, first }): MixInput => {
    const masked = masks !== null && kind === "picture";
    return { kind, ops, first, width: tensor.shape[tensor.rank - 1] ?? 0, masked };
  });
  const weightRows = weights.shape[0] ?? 0;
  const s: SampledMix = { batch, height, width, channels, nodes, rows, to, weightRows, sums: sums !== null, inputs };
  const statistics = outputs.map(({ tensor, kind, ops, normalised }): SlotStatistics | null => {
    const gate: Gate | null = kind === "picture" ? null : { kind, rows, ops };
    return normalised && gate ? slotStatistics(tensor, picks, gate) : null;
  });
  const [first, count, drop] = [sums ? 1 : 0, outputs.length, masks ? [masks] : []];
  const stats = statistics.flatMap((known) => (known ? [known.stats] : []));
  return custom(
    [...(sums ? [sums] : []), ...outputs.map(({ tensor }) => tensor), weights],
    [picks, ...drop, ...stats],
    (all) => {
      const values = all.slice(first, first + count).map((x, i) => {
        const known = statistics[i];
        return known ? normaliseSlots(x, picks, known) : x;
      });
      return mixKernel([...all.slice(0, first), ...values, ...drop, all[first + count] as Tensor, picks], s);
    },
    (dy, saved) => {
      const [w, p, ...constants] = saved.slice(first + count) as [Tensor, Tensor, ...Tensor[]];
      const savedMasks = masks ? constants.slice(0, 1) : [];
      const savedStats = constants.slice(savedMasks.length);
      const raw = saved.slice(first, first + count);
      let used = 0;
      const known = statistics.map((k) => k && { s: k.s, stats: savedStats[used++] as Tensor });
      const gradients = raw.map((x, i) => {
        const k = known[i];
        const dx = gradXOf(dy, savedMasks[0], w, p, s, i);
        return k ? slotNormGradient(dx, x, p, k) : dx;
      });
      const read = raw.map((x, i) => {
        const k = known[i];
        return k ? slotNormOf(x, p, k) : x;
      });
      return [
        ...(sums ? [dy.clone()] : []),
        ...gradients,
        gradWKernel([...read, ...savedMasks, dy, p], { ...s, sums: false }),
      ];
    },
  );
}
