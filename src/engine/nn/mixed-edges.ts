/**
 * All mixed operations that leave one state, grouped: their depthwise convolutions are one bank, their 1×1 convolutions
 * one grouped convolution, their batch norms one, and the weighted sums to the nodes one mix. An edge may have some of
 * the operations only; the groups then hold those that are on.
 *
 * With partial channels (PC-DARTS, arXiv 1907.05737) the operations see the first K-th of the channels; the others go past
 * them, at stride 2 through a 2×2 max pool. The weights then have K − 1 columns more, one for each block that goes past.
 */
import { ALL_OPERATIONS, type Edge, type EdgeOperations, PRIMITIVES, type Primitive } from "../../domain/primitives";
import type { Tensor } from "../gpu/tensorflow";
import { batchNorm } from "../kernels/batch-norm";
import { convolution } from "../kernels/convolution";
import { type DepthwiseBlock, depthwise } from "../kernels/depthwise";
import { type DropoutDraw, type DropoutMasks, dropoutCopies } from "../kernels/dropout";
import { fork, take } from "../kernels/fork";
import type { Tap } from "../kernels/mix";
import { mixNormalised } from "../kernels/mix-normalised";
import { onLoad, pools, type Smoothness } from "./layers";
import { reduceHalves } from "./operations";
import { convolutionFilter, depthwiseFilter, type ParameterRef, type ParameterSet, type View } from "./parameters";

/** What the mix adds up. */
type Part = "sums" | "pooled" | "skip" | "once" | "twice" | "past";

export interface MixedEdgesOptions extends Smoothness {
  /** Of the state. */
  readonly channels: number;
  /** K: one K-th of the channels goes through the operations. */
  readonly partial: number;
  readonly stride: number;
  /** The edges, from the same state. */
  readonly edges: readonly Edge[];
  /** Operations of each edge of the cell: the columns of its mixing weights. All by default. */
  readonly operations?: EdgeOperations;
  /** State dict prefix of an edge's operation. */
  readonly name: (edge: Edge, primitive: Primitive) => string;
  /** Nodes of the cell: blocks of the output. */
  readonly nodes: number;
  /** Where the masks of skip dropout come from; no two groups of edges of a network have the same. */
  readonly masks?: DropoutMasks;
}

/** Weights of the grouped edges. */
export interface EdgeParameters {
  /** 1×1 filters of factorized reductions, at stride 2. */
  readonly even: ParameterRef | null;
  readonly odd: ParameterRef | null;
  /** Of all convolutions, then of the second halves of the separable ones. */
  readonly depthwise1: ParameterRef;
  readonly pointwise1: ParameterRef;
  readonly depthwise2: ParameterRef;
  readonly pointwise2: ParameterRef;
}

export interface MixedEdges {
  /** null unless every edge has all operations. */
  readonly parameters: EdgeParameters | null;
  /** Adds the mixed operations of x's edges to `sums` [N, H', W', nodes·C], which is null at first. Nothing is shuffled. */
  readonly mixed: (view: View, x: Tensor, weights: Tensor, sums: Tensor | null, dropout?: DropoutDraw | null) => Tensor;
}

const POOLS = ["max_pool_3x3", "avg_pool_3x3"] as const;
/** The convolutions in the order of their channel blocks; the separable ones come first, as they go through twice. */
export const BANK = [
  { primitive: "sep_conv_3x3", kernel: 3, dilation: 1, twice: true },
  { primitive: "sep_conv_5x5", kernel: 5, dilation: 1, twice: true },
  { primitive: "dil_conv_3x3", kernel: 3, dilation: 2, twice: false },
  { primitive: "dil_conv_5x5", kernel: 5, dilation: 2, twice: false },
] as const;
export const SEPARABLE = [BANK[0], BANK[1]] as const;

/** A convolution with the edges that have it. */
type Member = (typeof BANK)[number] & { readonly edges: readonly Edge[] };

/** ReLU → depthwise → 1×1 of several convolutions at once; a block of channels for each edge of each. */
interface Bank {
  readonly spread: ParameterRef;
  readonly combine: ParameterRef;
  readonly run: (view: View, x: Tensor) => Tensor;
}

/** @param second the second pass of the separable ones, where each block reads its own rather than the state */
function bank(set: ParameterSet, members: readonly Member[], o: MixedEdgesOptions, second: boolean): Bank | null {
  const channels = o.channels / o.partial;
  const { prepare, rectify } = onLoad(o);
  const groups = members.reduce((sum, { edges }) => sum + edges.length, 0);
  if (groups === 0) return null;
  const [spreadName, combineName] = second ? ["op.5", "op.6"] : ["op.1", "op.2"];
  const names = ({ primitive, edges }: Member, suffix: string | undefined) =>
    edges.map((edge) => `${o.name(edge, primitive)}${suffix}.weight`);
  const spread = set.add(
    depthwiseFilter(
      members.map((m) => ({ kernel: m.kernel, names: names(m, spreadName) })),
      channels,
    ),
  );
  const combine = set.add(
    convolutionFilter(
      members.flatMap((m) => names(m, combineName)),
      1,
      channels,
      channels,
    ),
  );
  let inOffset = 0;
  const blocks = members.map(({ kernel, dilation, edges }): DepthwiseBlock => {
    const outChannels = edges.length * channels;
    const block = { kernel, dilation, pad: (dilation * (kernel - 1)) / 2, outChannels };
    const placed = { ...block, inOffset, inChannels: second ? outChannels : channels };
    if (second) inOffset += outChannels;
    return placed;
  });
  const stride = second ? 1 : o.stride;
  return {
    ...{ spread, combine },
    run: (view, x) =>
      convolution(depthwise(prepare(x), view(spread), stride, blocks, { rectify }), view(combine), { groups }),
  };
}

/** Builds the grouped edges of one state. Mixing weights: [edges of the cell, operations of an edge + K − 1]. */
export function mixedEdges(set: ParameterSet, o: MixedEdgesOptions): MixedEdges {
  const { partial, stride, edges, nodes, operations = ALL_OPERATIONS } = o;
  const channels = o.channels / partial;
  const having = (primitive: Primitive) => edges.filter(({ index }) => operations[index]?.includes(primitive));
  const skips = having("skip_connect");
  const pooling = POOLS.filter((primitive) => having(primitive).length > 0);
  const members = BANK.map((c) => ({ ...c, edges: having(c.primitive) })).filter((m) => m.edges.length > 0);
  const separable = members.filter(({ twice }) => twice);

  const reduces = stride === 2 && skips.length > 0;
  const half = (suffix: string) =>
    set.add(
      convolutionFilter(
        skips.map((edge) => `${o.name(edge, "skip_connect")}${suffix}.weight`),
        1,
        channels,
        channels / 2,
      ),
    );
  const [even, odd] = reduces ? [half("conv_1"), half("conv_2")] : [null, null];
  const first = bank(set, members, o, false);
  const second = bank(set, separable, o, true);
  const pool = pooling.length === 2 ? pools(o).pair : pooling[0] === "avg_pool_3x3" ? pools(o).average : pools(o).max;
  const { pair: corners } = pools(o, 2, 0);

  /** Block of an edge's convolution in its bank. */
  const placeOf = (primitive: Primitive, edge: Edge) => {
    let offset = 0;
    for (const member of members) {
      if (member.primitive === primitive) return offset + member.edges.indexOf(edge);
      offset += member.edges.length;
    }
    return -1;
  };
  /**
   * @param at number of each part among the mix's inputs; a part without operations is never asked for
   * @param skip where the skips are, a block for each edge or one for all
   */
  const taps = (at: (part: Part) => number, withSums: boolean, skip: { part: Part; each: boolean }): Tap[] => {
    const carried = Array.from({ length: withSums ? nodes * partial : 0 }, (_, b): Tap => {
      return { input: at("sums"), from: b, to: b, weight: null };
    });
    return carried.concat(
      edges.flatMap((edge) => {
        const columns = operations[edge.index] ?? [];
        const tap = (part: Part, from: number, primitive: Primitive): Tap[] => {
          const column = columns.indexOf(primitive);
          const to = edge.node * partial;
          return column < 0 ? [] : [{ input: at(part), from, to, weight: { row: edge.index, column } }];
        };
        return [
          ...pooling.flatMap((primitive, block) => tap("pooled", block, primitive)),
          ...tap(skip.part, skip.each ? skips.indexOf(edge) : 0, "skip_connect"),
          ...members.flatMap((m) => tap(m.twice ? "twice" : "once", placeOf(m.primitive, edge), m.primitive)),
          ...Array.from({ length: partial - 1 }, (_, r) => ({
            input: at("past"),
            from: r + 1,
            to: edge.node * partial + r + 1,
            weight: { row: edge.index, column: columns.length + r },
          })),
        ];
      }),
    );
  };

  const mixed: MixedEdges["mixed"] = (view, x, weights, sums, dropout = null) => {
    const { block: active, rest } = partial > 1 ? take(x, 0, channels) : { block: x, rest: x };
    const drops = dropout !== null && o.masks !== undefined && stride === 1;
    // An identity alone is the first block of what goes past.
    const passes = partial > 1 && stride === 1 && !drops;
    const skipUses = reduces ? 2 : skips.length > 0 && !passes ? 1 : 0;
    const uses = (first ? 1 : 0) + (pooling.length > 0 ? 1 : 0) + skipUses;
    if (uses === 0 && partial === 1) throw new Error("A state needs an edge with an operation other than none.");
    // A copy: TF.js goes back through the list that it made.
    const forked = uses > 1 ? [...fork(active, uses)] : [active];
    const use = () => forked.shift() as Tensor;
    const inputs = new Map<Part, Tensor>();
    if (sums) inputs.set("sums", sums);
    const once = first && batchNorm(first.run(view, use()));
    const twice = once && second?.run(view, once);
    if (pooling.length > 0) inputs.set("pooled", pool(use(), stride));
    if (even && odd)
      inputs.set("skip", batchNorm(reduceHalves([use(), use()], view(even), view(odd), skips.length, o)));
    else if (passes) inputs.set("past", rest);
    else if (skips.length > 0) inputs.set("skip", drops ? dropoutCopies(use(), skips.length, o.masks, dropout) : use());
    if (once && members.length > separable.length) inputs.set("once", once);
    if (twice) inputs.set("twice", twice);
    // Of the pair only the maximum is read.
    if (partial > 1 && !passes) inputs.set("past", stride === 2 ? corners(rest, 2) : rest);
    const parts = [...inputs.keys()];
    const normalised = parts.flatMap((part, i) => (part === "pooled" || part === "twice" ? [i] : []));
    const all = taps((part) => parts.indexOf(part), sums !== null, {
      part: passes ? "past" : "skip",
      each: stride === 2 || drops,
    });
    const blocks = { channels, outBlocks: nodes * partial };
    return mixNormalised([...inputs.values()], normalised, weights, all, blocks);
  };

  const whole = edges.every(({ index }) => operations[index]?.length === PRIMITIVES.length);
  if (!whole || !first || !second) return { parameters: null, mixed };
  const { spread: depthwise1, combine: pointwise1 } = first;
  const { spread: depthwise2, combine: pointwise2 } = second;
  return { parameters: { even, odd, depthwise1, pointwise1, depthwise2, pointwise2 }, mixed };
}
