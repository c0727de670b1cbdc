/**
 * The edges that leave one state as a sampler picks them: one slot an edge for each step of the picked operation, whatever
 * it is, so that activations take the place of one operation and not of eight. The dispatches are the same for every draw.
 */
import { type Edge, PRIMITIVES, type Primitive } from "../../domain/primitives";
import type { Stream } from "../../domain/random";
import type { Tensor } from "../gpu/tensorflow";
import { dropBlock } from "../kernels/drop-block";
import { fork } from "../kernels/fork";
import type { Gate } from "../kernels/gate";
import { sampledDepthwise } from "../kernels/sampled-depthwise";
import { type MixedOutput, type Sample, sampledMix } from "../kernels/sampled-mix-normalised";
import { sampledHalf, sampledPointwise } from "../kernels/sampled-pointwise";
import { sampledPools } from "../kernels/sampled-pooling";
import { partSlots, slotNorm } from "../kernels/slot-norm";
import { onLoad, type Smoothness } from "./layers";
import type { EdgeParameters } from "./mixed-edges";
import { BANK, SEPARABLE } from "./mixed-edges";
import type { View } from "./parameters";

/** DropBlock on identity skips. */
export interface DropBlockOptions {
  readonly seed: number;
  readonly stream: Stream;
  /** int32 [] */
  readonly step: Tensor;
  /** p, the share dropped: a scalar. */
  readonly share: Tensor;
  /** b, the side of a block, on maps of at least 8 pixels; smaller maps lose single pixels. */
  readonly block: number;
  /** Which sub-graph is dropped from: no two share masks. */
  readonly subGraph: number;
}

/** One sub-graph: what the sampler picked for both kinds of cell, [28] and [28, 8]. */
export interface SubGraph extends Pick<Sample, "weights" | "picks"> {
  readonly dropBlock: DropBlockOptions | null;
}

export interface SampledEdgesOptions extends Smoothness {
  readonly channels: number;
  readonly stride: number;
  readonly edges: readonly Edge[];
  readonly nodes: number;
  /** Row of the cell's first edge among the picks. */
  readonly firstRow: number;
  /** Number of the cell in the network. */
  readonly layer: number;
}

/** Adds the picked operations of x's edges to `sums` [N, H', W', nodes·C], which is null at first. */
export type SampledEdges = (view: View, x: Tensor, sample: SubGraph, sums: Tensor | null) => Tensor;

const indices = (primitives: readonly Primitive[]) => primitives.map((p) => PRIMITIVES.indexOf(p));
const [CONVOLUTIONS, SECOND] = [BANK, SEPARABLE].map((bank) => indices(bank.map(({ primitive }) => primitive))) as [
  number[],
  number[],
];
const ONCE = CONVOLUTIONS.filter((op) => !SECOND.includes(op));
const POOLS = indices(["max_pool_3x3", "avg_pool_3x3"]);
const SKIP = indices(["skip_connect"]);

/** Maps smaller than this lose single pixels. */
const SMALL_MAP = 8;
/** Edges of a network that one sub-graph may number its masks by. */
const MOST_EDGES = 14 * 64;

export function sampledEdges(parameters: EdgeParameters, o: SampledEdgesOptions): SampledEdges {
  const { channels, stride, edges, nodes, firstRow } = o;
  const { prepare, rectify } = onLoad(o);
  const { even, odd } = parameters;
  const rows = edges.map(({ index }) => firstRow + index);
  const own = (ops: readonly number[]): Gate => ({ kind: "own", rows, ops });
  const output = (
    tensor: Tensor,
    kind: MixedOutput["kind"],
    ops: readonly number[],
    normalised: boolean,
    first = 0,
  ) => ({
    ...{ tensor, kind, ops, normalised, first },
  });

  const masks = (x: Tensor, { picks, dropBlock: drop }: SubGraph): Tensor | null => {
    if (!drop || stride === 2) return null;
    const block = (x.shape[1] ?? 0) < SMALL_MAP ? 1 : drop.block;
    const site = drop.subGraph * MOST_EDGES + o.layer * 14 + (edges[0]?.state ?? 0) * 4;
    const { seed, stream, step, share } = drop;
    return dropBlock(x.shape, step, share, picks, { seed, stream, block, site, gate: own(SKIP) });
  };

  return (view, x, sample, sums) => {
    const { picks, weights } = sample;
    const [toBank, toPools, ...toSkip] = fork(x, even && odd ? 4 : 3) as [Tensor, Tensor, Tensor, Tensor];
    const bank = own(CONVOLUTIONS);
    const spread = sampledDepthwise(prepare(toBank), view(parameters.depthwise1), picks, {
      ...{ stride, blocks: BANK, gate: bank, rectify },
    });
    const once = slotNorm(sampledPointwise(spread, view(parameters.pointwise1), picks, bank), picks, bank);
    const [toSecond, toMix] = partSlots(once, picks, bank, SECOND);
    const again = sampledDepthwise(prepare(toSecond), view(parameters.depthwise2), picks, {
      ...{ stride: 1, blocks: SEPARABLE, gate: own(SECOND), rectify },
    });
    const twice = sampledPointwise(again, view(parameters.pointwise2), picks, own(SECOND));
    const pooled = sampledPools(toPools, picks, stride, { kind: "any", rows, ops: POOLS });
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
        output(toMix, "own", ONCE, false),
        output(twice, "own", SECOND, true),
      ],
      { picks, weights, masks: masks(x, sample) },
      { rows, to: edges.map(({ node }) => node), channels, nodes },
    );
  };
}
