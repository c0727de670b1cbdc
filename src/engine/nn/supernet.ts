/** The DARTS search network (arXiv 1806.09055, §2): every edge is a mixed operation, weighted from outside. */
import {
  ALL_OPERATIONS,
  type CellKind,
  EDGES,
  type Edge,
  type EdgeOperations,
  edgesFrom,
  isReduction,
  NODES,
  PRIMITIVES,
  type Primitive,
} from "../../domain/primitives";
import { type Tensor, tf } from "../gpu/tensorflow";
import { firstSlot } from "../gpu/views";
import type { DropoutDraw, DropoutMasks } from "../kernels/dropout";
import { fork, take } from "../kernels/fork";
import { arrange } from "../kernels/mix";
import { channelShuffle } from "../kernels/shuffle";
import { classifier, conv, type Layer, norm, type Smoothness } from "./layers";
import { mixedEdges } from "./mixed-edges";
import { factorizedReduce, reluConvNorm } from "./operations";
import { ParameterSet, type View } from "./parameters";
import { type SubGraph, sampledEdges } from "./sampled-edges";

/** Mixing weights of both kinds of cell, each [14, operations of an edge + K − 1] with partial channels K. */
export type Mixture = Readonly<Record<CellKind, Tensor>>;

export interface SupernetOptions extends Smoothness {
  readonly channels: number;
  /** K: one K-th of a state's channels goes through the operations, all by default. K times an even number of channels. */
  readonly partial?: number;
  readonly layers: number;
  readonly classes: number;
  /** Operations of each edge; all by default. */
  readonly operations?: Readonly<Record<CellKind, EdgeOperations>>;
  /** Where the masks of skip dropout come from; without, there is none. */
  readonly masks?: Omit<DropoutMasks, "layer">;
}

interface CellOptions extends Smoothness {
  /** Number of the cell in the network. */
  readonly layer?: number;
  readonly channels: number;
  readonly partial?: number;
  readonly previousPrevious: number;
  readonly previous: number;
  readonly reduction: boolean;
  readonly reductionPrevious: boolean;
  readonly operations?: EdgeOperations;
  readonly masks?: Omit<DropoutMasks, "layer">;
}

/** The state of one of a cell's inputs, made when it is first needed. */
type Entry = () => Tensor;

export interface Cell {
  /** What makes a state of each of the two inputs. */
  readonly preprocess: readonly [Layer, Layer];
  /** Every edge mixes its operations by its weights. */
  readonly mixed: (view: View, s0: Tensor, s1: Tensor, weights: Tensor, dropout?: DropoutDraw | null) => Tensor;
  /** Every edge applies one operation to states; without partial channels, and where every edge has all operations. */
  readonly sampled: (view: View, entries: readonly [Entry, Entry], subGraph: SubGraph) => Tensor;
}

/** Adds what the edges of state x make of it to the sums of their nodes. */
type FromState = (state: number, view: View, x: Tensor, sums: Tensor | null) => Tensor;

/** States that edges leave. */
const SOURCES = NODES + 1;

/** A search cell: two inputs, four nodes, output [N, H, W, 4·C]. */
export function cell(set: ParameterSet, name: string, o: CellOptions): Cell {
  const { channels, smooth, partial = 1, layer = 0, operations = ALL_OPERATIONS } = o;
  const preprocess0: Layer = o.reductionPrevious
    ? factorizedReduce(set, `${name}preprocess0.`, { in: o.previousPrevious, out: channels, affine: false, smooth })
    : reluConvNorm(set, `${name}preprocess0.`, { in: o.previousPrevious, out: channels, affine: false, smooth });
  const preprocess1 = reluConvNorm(set, `${name}preprocess1.`, {
    in: o.previous,
    out: channels,
    affine: false,
    smooth,
  });
  const operationName = (edge: Edge, primitive: Primitive) =>
    `${name}_ops.${edge.index}._ops.${PRIMITIVES.indexOf(primitive)}.`;
  const edges = Array.from({ length: SOURCES }, (_, state) => {
    const stride = o.reduction && state < 2 ? 2 : 1;
    const own = { channels, smooth, edges: edgesFrom(state), nodes: NODES, stride };
    const masks = o.masks && { ...o.masks, layer: layer * SOURCES + state };
    const built = mixedEdges(set, { ...own, partial, operations, name: operationName, ...(masks && { masks }) });
    const place = { firstRow: o.reduction ? EDGES : 0, layer };
    return { ...built, sampled: built.parameters && sampledEdges(built.parameters, { ...own, ...place }) };
  });
  const run = (view: View, s0: Tensor, s1: Tensor, add: FromState): Tensor => {
    let x = preprocess0(view, s0);
    let sums: Tensor | null = null;
    for (const state of edges.keys()) {
      // State j + 1 is complete once states 0..j have added to it; its block of the sums is node j − 1.
      if (state === 1) x = preprocess1(view, s1);
      if (state > 1 && sums) {
        const { block, rest }: ReturnType<typeof take> = take(sums, state - 2, channels);
        x = channelShuffle(block, channels, partial);
        sums = rest;
      }
      sums = add(state, view, x, sums);
    }
    if (!sums) throw new Error("A cell needs a node.");
    return channelShuffle(sums, channels, partial);
  };
  /** The same with the sums of each node apart, so that those of a node that is complete are not copied any more. */
  const runApart = (
    [first, second]: readonly [Entry, Entry],
    add: (state: number, x: Tensor, sums: Tensor | null) => Tensor,
  ) => {
    let sums = add(1, second(), add(0, first(), null));
    const nodes: Tensor[] = [];
    for (let state = 2; state <= NODES; state++) {
      const [complete, rest] = firstSlot(sums);
      nodes.push(complete);
      sums = add(state, complete, rest);
    }
    const shape = sums.shape.slice(1);
    nodes.push(tf.reshape(sums, shape));
    const moves = nodes.map((_, node) => ({ input: node, from: 0, to: node }));
    return arrange(nodes, moves, { channels, outBlocks: nodes.length });
  };
  const at = (state: number) => edges[state] as (typeof edges)[number];
  return {
    preprocess: [preprocess0, preprocess1],
    mixed: (view, s0, s1, weights, dropout) => {
      const mixing = fork(weights, edges.length);
      return run(view, s0, s1, (state, v, x, sums) => at(state).mixed(v, x, mixing[state] as Tensor, sums, dropout));
    },
    sampled: (view, entries, subGraph) => {
      const weights = fork(subGraph.weights, edges.length);
      return runApart(entries, (state, x, sums) => {
        const { sampled } = at(state);
        if (!sampled) throw new Error("Only edges with all operations are sampled.");
        return sampled(view, x, { ...subGraph, weights: weights[state] as Tensor }, sums);
      });
    },
  };
}

export interface Supernet {
  readonly parameters: ParameterSet;
  /** Convolution and batch norm before the cells: [N, H, W, 3] → [N, H, W, 3·C]. */
  readonly stem: { readonly convolve: Layer; readonly normalise: Layer };
  /** Class logits [N, classes] of pictures x [N, H, W, 3] with flat weights E. */
  readonly logits: (weights: Tensor, mixture: Mixture, x: Tensor, dropout?: DropoutDraw | null) => Tensor;
  /** The same of a sub-graph in which each edge applies one operation, with the same weights. */
  readonly sampledLogits: (weights: Tensor, subGraph: SubGraph, x: Tensor) => Tensor;
  /** What is the same in all sub-graphs: the stem, and the states that cells make of it alone. */
  readonly beginning: (weights: Tensor, x: Tensor) => Tensor[];
  /** Class logits of a sub-graph from there on. */
  readonly sampledFrom: (weights: Tensor, subGraph: SubGraph, begun: readonly Tensor[]) => Tensor;
}

/** Entries of cells that see the stem alone: number of the cell, and which of its inputs. */
const ENTRIES_OF_STEM = [
  [0, 0],
  [0, 1],
  [1, 0],
] as const;

/** Builds the search network; its parameters are named as in the original state dict. */
export function supernet(o: SupernetOptions): Supernet {
  const { channels, layers, classes, smooth, operations, masks, partial = 1 } = o;
  const set = new ParameterSet();
  const convolve = conv(set, "stem.0", { in: 3, out: 3 * channels, kernel: 3, pad: 1 });
  const normalise = norm(set, "stem.1", 3 * channels, true);
  let [previousPrevious, previous, width, reductionPrevious] = [3 * channels, 3 * channels, channels, false];
  const cells = Array.from({ length: layers }, (_, layer) => {
    const reduction = isReduction(layer, layers);
    const kind: CellKind = reduction ? "reduce" : "normal";
    if (reduction) width *= 2;
    const run = cell(set, `cells.${layer}.`, {
      channels: width,
      partial,
      layer,
      previousPrevious,
      previous,
      reduction,
      reductionPrevious,
      smooth,
      ...(operations && { operations: operations[kind] }),
      ...(masks && { masks }),
    });
    [previousPrevious, previous, reductionPrevious] = [previous, NODES * width, reduction];
    return { run, kind };
  });
  const head = classifier(set, "classifier", previous, classes);
  const stemOf = (view: View, x: Tensor) => normalise(view, convolve(view, x));
  const ofStem = ENTRIES_OF_STEM.filter(([layer]) => layer < layers);
  const beginning = (weights: Tensor, x: Tensor) => {
    const view = set.view(weights);
    const stem = fork(stemOf(view, x), ofStem.length);
    return ofStem.map(([layer, input], i) => {
      const preprocess = (cells[layer] as (typeof cells)[number]).run.preprocess[input];
      return preprocess(view, stem[i] as Tensor);
    });
  };
  const sampledFrom = (weights: Tensor, subGraph: SubGraph, begun: readonly Tensor[]) => {
    const view = set.view(weights);
    let outputs: readonly Tensor[] = [];
    for (const [layer, { run }] of cells.entries()) {
      // A cell's inputs are the outputs of the two before it; where there is none, the stem.
      const entry = (input: 0 | 1): Entry => {
        const given = ofStem.findIndex(([l, i]) => l === layer && i === input);
        const from = outputs[layer - 2 + input];
        return () => (from ? run.preprocess[input](view, from) : (begun[given] as Tensor));
      };
      outputs = [...outputs, run.sampled(view, [entry(0), entry(1)], subGraph)];
    }
    return head(view, outputs[layers - 1] as Tensor);
  };
  return {
    parameters: set,
    stem: { convolve, normalise },
    logits: (weights, mixture, x, dropout) => {
      const view = set.view(weights);
      const stem = stemOf(view, x);
      let states: [Tensor, Tensor] = [stem, stem];
      for (const { run, kind } of cells)
        states = [states[1], run.mixed(view, states[0], states[1], mixture[kind], dropout)];
      return head(view, states[1]);
    },
    sampledLogits: (weights, subGraph, x) => sampledFrom(weights, subGraph, beginning(weights, x)),
    beginning,
    sampledFrom,
  };
}
