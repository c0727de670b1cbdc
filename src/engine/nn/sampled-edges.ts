/**
 * The edges that leave one state as a sampler picks them: one slot an edge for each step of the picked operation, whatever
 * it is, so that activations take the place of one operation and not of eight. The dispatches are the same for every draw.
 */
import { type Edge, PRIMITIVES, type Primitive } from "../../domain/primitives";
import { type Tensor, tf } from "../gpu/tensorflow";
import { fork } from "../kernels/fork";
import type { Gate } from "../kernels/gate";
import { sampledDepthwise, sampledDepthwiseOfNorm } from "../kernels/sampled-depthwise";
import { type MixedOutput, type Sample, sampledMix } from "../kernels/sampled-mix-normalised";
import { sampledHalf, sampledPointwise } from "../kernels/sampled-pointwise";
import { sampledPools } from "../kernels/sampled-pooling";
import { partSlots, slotNormOf, slotStatistics, statisticsOf } from "../kernels/slot-norm";
import { onLoad, pools, type Smoothness } from "./layers";
import type { EdgeParameters } from "./mixed-edges";
import { BANK, SEPARABLE } from "./mixed-edges";
import type { View } from "./parameters";

/** The identity skips of one state, whose values may be masked. */
export interface SkipPlace {
  /** Number of the cell in the network, and of the state in the cell. */
  readonly layer: number;
  readonly state: number;
  /** Of the state, [N, H, W, C]. */
  readonly shape: readonly number[];
  /** own, of skip_connect. */
  readonly gate: Gate;
  readonly picks: Tensor;
}

/** One sub-graph: what the sampler picked for both kinds of cell, [28] and [28, 8]. */
export interface SubGraph extends Pick<Sample, "weights" | "picks"> {
  /** Masks of identity skips as `dropBlock` makes them; null for none. */
  readonly masks: ((place: SkipPlace) => Tensor) | null;
}

export interface SampledEdgesOptions extends Smoothness {
  readonly channels: number;
  readonly stride: number;
  readonly edges: readonly Edge[];
  /** Row of the cell's first edge among the picks. */
  readonly firstRow: number;
  /** Number of the cell in the network. */
  readonly layer: number;
}

/** Adds the picked operations of x's edges to the sums of their nodes, [edges, N, H', W', C], which are null at first. */
export type SampledEdges = (view: View, x: Tensor, sample: SubGraph, sums: Tensor | null) => Tensor;

const indices = (primitives: readonly Primitive[]) => primitives.map((p) => PRIMITIVES.indexOf(p));
const [CONVOLUTIONS, SECOND] = [BANK, SEPARABLE].map((bank) => indices(bank.map(({ primitive }) => primitive))) as [
  number[],
  number[],
];
const ONCE = CONVOLUTIONS.filter((op) => !SECOND.includes(op));
const POOLS = indices(["max_pool_3x3", "avg_pool_3x3"]);
const SKIP = indices(["skip_connect"]);

/** Both pools without kinks, as two slots [2, N, H', W', C], computed for every draw: only checks of derivatives are smooth. */
function averages(x: Tensor, stride: number): Tensor {
  const average = tf.expandDims(pools({ smooth: true }).average(x, stride));
  return tf.concat([average, average]);
}

export function sampledEdges(parameters: EdgeParameters, o: SampledEdgesOptions): SampledEdges {
  const { channels, stride, edges, firstRow, smooth } = o;
  const { prepare, rectify } = onLoad(o);
  const { even, odd } = parameters;
  const rows = edges.map(({ index }) => firstRow + index);
  const own = (ops: readonly number[]): Gate => ({ kind: "own", rows, ops });
  const ofPools: Gate = { kind: "any", rows, ops: POOLS };
  const output = (
    tensor: Tensor,
    kind: MixedOutput["kind"],
    ops: readonly number[],
    normalised: MixedOutput["normalised"],
    first = 0,
  ) => ({
    ...{ tensor, kind, ops, normalised, first },
  });

  const masks = (x: Tensor, sample: SubGraph): Tensor | null => {
    if (!sample.masks || stride === 2) return null;
    return sample.masks({
      layer: o.layer,
      state: edges[0]?.state ?? 0,
      shape: x.shape,
      gate: own(SKIP),
      picks: sample.picks,
    });
  };

  return (view, x, sample, sums) => {
    const { picks, weights } = sample;
    const [toBank, toPools, ...toSkip] = fork(x, even && odd ? 4 : 3) as [Tensor, Tensor, Tensor, Tensor];
    const bank = own(CONVOLUTIONS);
    const spread = sampledDepthwise(prepare(toBank), view(parameters.depthwise1), picks, {
      ...{ stride, blocks: BANK, gate: bank, rectify },
    });
    const once = sampledPointwise(spread, view(parameters.pointwise1), picks, bank);
    const statistics = slotStatistics(once, picks, bank);
    const [toSecond, toMix] = partSlots(once, picks, bank, SECOND);
    const second = statisticsOf(statistics, own(SECOND));
    const first = statisticsOf(statistics, own(ONCE));
    const separable = { stride: 1, blocks: SEPARABLE, gate: own(SECOND) };
    const again = rectify
      ? sampledDepthwiseOfNorm(toSecond, view(parameters.depthwise2), picks, second, separable)
      : sampledDepthwise(prepare(slotNormOf(toSecond, picks, second)), view(parameters.depthwise2), picks, {
          ...separable,
          rectify,
        });
    const twice = sampledPointwise(again, view(parameters.pointwise2), picks, own(SECOND));
    const pooled = smooth ? averages(toPools, stride) : sampledPools(toPools, picks, stride, ofPools);
    const half = (from: Tensor, offset: 0 | 1, filter: Tensor) =>
      sampledHalf(prepare(from), filter, picks, { gate: own(SKIP), offset, rectify });
    const skip =
      even && odd
        ? [
            output(half(toSkip[0], 0, view(even)), "own", SKIP, true),
            output(half(toSkip[1], 1, view(odd)), "own", SKIP, true, channels / 2),
          ]
        : [output(toSkip[0], "picture", SKIP, false)];
    return sampledMix(
      sums,
      [
        ...skip,
        output(pooled, "any", POOLS, true),
        output(toMix, "own", ONCE, first),
        output(twice, "own", SECOND, true),
      ],
      { picks, weights, masks: masks(x, sample) },
      { rows, channels },
    );
  };
}
