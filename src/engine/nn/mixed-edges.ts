/**
 * All mixed operations that leave one state, grouped: their depthwise convolutions are one bank, their 1×1 convolutions
 * one grouped convolution, their batch norms one, and the weighted sums to the nodes one mix.
 *
 * With partial channels (PC-DARTS, arXiv 1907.05737) the operations see the first K-th of the channels; the others go past
 * them, at stride 2 through a 2×2 max pool. The weights then have K − 1 columns more, one for each block that goes past.
 */
import { type Edge, PRIMITIVES, type Primitive } from "../../domain/primitives";
import type { Tensor } from "../gpu/tensorflow";
import { batchNorm } from "../kernels/batch-norm";
import { convolution } from "../kernels/convolution";
import { type DepthwiseBlock, depthwise } from "../kernels/depthwise";
import { fork, take } from "../kernels/fork";
import type { Tap } from "../kernels/mix";
import { mixNormalised } from "../kernels/mix-normalised";
import { onLoad, pools, type Smoothness } from "./layers";
import { reduceHalves } from "./operations";
import { convolutionFilter, depthwiseFilter, type ParameterRef, type ParameterSet, type View } from "./parameters";

export interface MixedEdgesOptions extends Smoothness {
  /** Of the state. */
  readonly channels: number;
  /** K: one K-th of the channels goes through the operations. */
  readonly partial: number;
  readonly stride: number;
  /** The edges, from the same state. */
  readonly edges: readonly Edge[];
  /** State dict prefix of an edge's operation. */
  readonly name: (edge: Edge, primitive: Primitive) => string;
  /** Nodes of the cell: blocks of the output. */
  readonly nodes: number;
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
  readonly parameters: EdgeParameters;
  /** Adds the mixed operations of x's edges to `sums` [N, H', W', nodes·C], which is null at first. Nothing is shuffled. */
  readonly mixed: (view: View, x: Tensor, weights: Tensor, sums: Tensor | null) => Tensor;
}

/** The convolutions in the order of their channel blocks; the separable ones come first, as they go through twice. */
export const BANK = [
  { primitive: "sep_conv_3x3", kernel: 3, dilation: 1 },
  { primitive: "sep_conv_5x5", kernel: 5, dilation: 1 },
  { primitive: "dil_conv_3x3", kernel: 3, dilation: 2 },
  { primitive: "dil_conv_5x5", kernel: 5, dilation: 2 },
] as const;
export const SEPARABLE = BANK.slice(0, 2);

/** Builds the grouped edges of one state. Mixing weights: [edges of the cell, 8 + K − 1]. */
export function mixedEdges(set: ParameterSet, o: MixedEdgesOptions): MixedEdges {
  const { partial, stride, edges, name, nodes } = o;
  const channels = o.channels / partial;
  const { prepare, rectify } = onLoad(o);
  const { pair } = pools(o);
  const { pair: corners } = pools(o, 2, 0);
  const width = edges.length * channels;
  const names = (primitive: Primitive, suffix: string) =>
    edges.map((edge) => `${name(edge, primitive)}${suffix}.weight`);

  const skipNames = (half: string) => names("skip_connect", half);
  const even = stride === 2 ? set.add(convolutionFilter(skipNames("conv_1"), 1, channels, channels / 2)) : null;
  const odd = stride === 2 ? set.add(convolutionFilter(skipNames("conv_2"), 1, channels, channels / 2)) : null;
  const depthwise1 = set.add(
    depthwiseFilter(
      BANK.map((b) => ({ kernel: b.kernel, names: names(b.primitive, "op.1") })),
      channels,
    ),
  );
  const pointwise1 = set.add(
    convolutionFilter(
      BANK.flatMap((b) => names(b.primitive, "op.2")),
      1,
      channels,
      channels,
    ),
  );
  const depthwise2 = set.add(
    depthwiseFilter(
      SEPARABLE.map((b) => ({ kernel: b.kernel, names: names(b.primitive, "op.5") })),
      channels,
    ),
  );
  const pointwise2 = set.add(
    convolutionFilter(
      SEPARABLE.flatMap((b) => names(b.primitive, "op.6")),
      1,
      channels,
      channels,
    ),
  );

  const block = (kernel: number, dilation: number, inOffset: number, inChannels: number): DepthwiseBlock => ({
    kernel,
    dilation,
    pad: (dilation * (kernel - 1)) / 2,
    outChannels: width,
    inOffset,
    inChannels,
  });
  const bank1 = BANK.map((b) => block(b.kernel, b.dilation, 0, channels));
  const bank2 = SEPARABLE.map((b, t) => block(b.kernel, b.dilation, t * width, width));

  // Places among the inputs of the mix; at stride 1 the skip is the first block of what goes past.
  const passed = partial > 1 && stride === 2 ? 4 : 1;
  const taps = (withSums: boolean): Tap[] => {
    const before = withSums ? 1 : 0;
    const [pooled, skip, first, second, past] = [0, 1, 2, 3, passed].map((input) => before + input) as [
      number,
      number,
      number,
      number,
      number,
    ];
    const carried: Tap[] = withSums
      ? Array.from({ length: nodes * partial }, (_, b) => ({ input: 0, from: b, to: b, weight: null }))
      : [];
    return carried.concat(
      edges.flatMap((edge, g) => {
        const tap = (input: number, from: number, primitive: Primitive): Tap => ({
          input,
          from,
          to: edge.node * partial,
          weight: { row: edge.index, column: PRIMITIVES.indexOf(primitive) },
        });
        return [
          tap(pooled, 0, "max_pool_3x3"),
          tap(pooled, 1, "avg_pool_3x3"),
          tap(skip, stride === 1 ? 0 : g, "skip_connect"),
          ...BANK.map(({ primitive }, t) =>
            tap(t < SEPARABLE.length ? second : first, t * edges.length + g, primitive),
          ),
          ...Array.from({ length: partial - 1 }, (_, r) => ({
            input: past,
            from: r + 1,
            to: edge.node * partial + r + 1,
            weight: { row: edge.index, column: PRIMITIVES.length + r },
          })),
        ];
      }),
    );
  };

  const mixed: MixedEdges["mixed"] = (view, x, weights, sums) => {
    const { block: active, rest } = partial > 1 ? take(x, 0, channels) : { block: x, rest: x };
    const own = stride === 1 && partial > 1 ? 2 : stride === 1 ? 3 : 4;
    const [toBank, toPools, ...toSkip] = fork(active, own) as [Tensor, Tensor, Tensor, Tensor];
    const once = batchNorm(
      convolution(depthwise(prepare(toBank), view(depthwise1), stride, bank1, { rectify }), view(pointwise1), {
        groups: BANK.length * edges.length,
      }),
    );
    const twice = convolution(depthwise(prepare(once), view(depthwise2), 1, bank2, { rectify }), view(pointwise2), {
      groups: SEPARABLE.length * edges.length,
    });
    const pooled = pair(toPools, stride);
    const skip =
      even && odd
        ? batchNorm(reduceHalves(toSkip, view(even), view(odd), edges.length, o))
        : partial > 1
          ? rest
          : toSkip[0];
    // Of the pair only the maximum is read.
    const past = passed > 1 ? [corners(rest, 2)] : [];
    const inputs = [...(sums ? [sums] : []), pooled, skip, once, twice, ...past];
    const normalised = [inputs.indexOf(pooled), inputs.indexOf(twice)];
    return mixNormalised(inputs, normalised, weights, taps(sums !== null), {
      channels,
      outBlocks: nodes * partial,
    });
  };
  return { parameters: { even, odd, depthwise1, pointwise1, depthwise2, pointwise2 }, mixed };
}
