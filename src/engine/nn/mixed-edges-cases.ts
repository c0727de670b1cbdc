/** The grouped edges of a state beside the single operations that they stand for, for tests on both backends. */
import { EDGES, type Edge, type EdgeOperations, edgesFrom, NODES, type Primitive } from "../../domain/primitives";
import { STREAM } from "../../domain/random";
import { type Tensor, tf } from "../gpu/tensorflow";
import type { DropoutDraw } from "../kernels/dropout";
import { normalValues } from "../kernels/kernel-cases";
import type { Layer } from "./layers";
import { mixedEdges } from "./mixed-edges";
import { operation } from "./operations";
import { ParameterSet } from "./parameters";

export const CHANNELS = 4;
const SHAPE: [number, number, number, number] = [2, 6, 6, CHANNELS];

export interface EdgesCase {
  readonly name: string;
  readonly state: number;
  readonly stride: 1 | 2;
  readonly on: readonly (readonly Primitive[])[];
}

/** Edges of state 1 with different operations, at both strides, and single groups that are empty or alone. */
export const EDGES_CASES: readonly EdgesCase[] = [
  ...([1, 2] as const).map((stride) => ({
    name: `three operations, stride ${stride}`,
    state: 1,
    stride,
    on: [
      ["none", "skip_connect", "sep_conv_3x3"],
      ["max_pool_3x3", "sep_conv_5x5", "dil_conv_5x5"],
      ["avg_pool_3x3", "skip_connect", "dil_conv_3x3"],
      ["max_pool_3x3", "avg_pool_3x3", "sep_conv_3x3"],
    ] as const,
  })),
  {
    name: "no convolution, one pool",
    state: 3,
    stride: 1,
    on: [
      ["none", "avg_pool_3x3"],
      ["avg_pool_3x3", "skip_connect"],
    ],
  },
  { name: "separable convolutions alone", state: 4, stride: 1, on: [["none", "sep_conv_5x5"]] },
  {
    name: "dilated convolutions and a maximum",
    state: 3,
    stride: 1,
    on: [
      ["max_pool_3x3", "dil_conv_3x3"],
      ["none", "dil_conv_5x5"],
    ],
  },
  {
    name: "identities alone",
    state: 3,
    stride: 1,
    on: [
      ["none", "skip_connect"],
      ["none", "skip_connect"],
    ],
  },
  {
    name: "reducing skips alone",
    state: 3,
    stride: 2,
    on: [
      ["none", "skip_connect"],
      ["none", "max_pool_3x3"],
    ],
  },
];

/** Operations of all edges of a cell, of which only those of the case's state count. */
function operationsOf({ state, on }: EdgesCase): EdgeOperations {
  const edges = edgesFrom(state);
  return Array.from(
    { length: EDGES },
    (_, index) => on[edges.findIndex((edge) => edge.index === index)] ?? on[0] ?? [],
  );
}

/** Sums of the nodes, the gradients of ⟨sums, g⟩ with respect to x and the mixing weights, and those of the named weights. */
export interface EdgesResult {
  readonly tensors: readonly Tensor[];
  readonly weightGradient: Tensor;
  readonly set: ParameterSet;
}

const nameOf = ({ index }: Edge, primitive: Primitive) => `${index}.${primitive}.`;

function inputsOf(c: EdgesCase) {
  const columns = c.on[0]?.length ?? 0;
  const out = SHAPE.map((side, i) => (i === 0 ? side : i === 3 ? NODES * CHANNELS : side / c.stride));
  const tensor = (shape: readonly number[], index: number) =>
    tf.tensor(
      normalValues(
        shape.reduce((a, b) => a * b, 1),
        index,
      ),
      [...shape],
    );
  return { x: tensor(SHAPE, 1), mixing: tensor([EDGES, columns], 2), before: tensor(out, 3), upstream: tensor(out, 4) };
}

type Run = (weights: Tensor, x: Tensor, mixing: Tensor, before: Tensor) => Tensor;

function results(c: EdgesCase, set: ParameterSet, weights: Float32Array, run: Run): EdgesResult {
  const { x, mixing, before, upstream } = inputsOf(c);
  const flat = tf.tensor1d(weights);
  const value = run(flat, x, mixing, before);
  const [dx, dMixing, dFlat] = tf.grads((x1: Tensor, m: Tensor, w: Tensor) =>
    tf.sum(tf.mul(run(w, x1, m, before), upstream)),
  )([x, mixing, flat]) as [Tensor, Tensor, Tensor];
  return { tensors: [value, dx, dMixing], weightGradient: dFlat, set };
}

/** A weight that every result depends on; sets without parameters have one value. */
const initial = (set: ParameterSet) => (set.size > 0 ? set.initial(1, STREAM.check) : new Float32Array(1));

export function grouped(c: EdgesCase, dropout: DropoutDraw | null = null): EdgesResult {
  const set = new ParameterSet();
  const masks = { seed: 1, stream: STREAM.skipDropout, layer: 3 };
  const options = {
    channels: CHANNELS,
    partial: 1,
    stride: c.stride,
    edges: edgesFrom(c.state),
    nodes: NODES,
    smooth: false,
  };
  const edges = mixedEdges(set, { ...options, operations: operationsOf(c), name: nameOf, masks });
  const none = () => {
    throw new Error("These operations have no weights.");
  };
  return results(c, set, initial(set), (w, x, mixing, before) =>
    tf.add(edges.mixed(set.size > 0 ? set.view(w) : none, x, mixing, before, dropout), tf.mul(tf.sum(w), 0)),
  );
}

/** One operation after the other, with the weights of `like`. */
export function single(c: EdgesCase, like: ParameterSet): EdgesResult {
  const set = new ParameterSet();
  const options = { channels: CHANNELS, stride: c.stride, affine: false, smooth: false, normAfterPool: true };
  const edges = edgesFrom(c.state).map((edge, i) => ({
    edge,
    layers: (c.on[i] ?? []).map((op): Layer => operation(set, nameOf(edge, op), op, options)),
  }));
  const named = like.toTorch(initial(like));
  const weights = set.size > 0 ? set.fromTorch((name) => named.get(name)?.values) : initial(set);
  return results(c, set, weights, (w, x, mixing, before) => {
    const view = set.size > 0 ? set.view(w) : () => w;
    const nodes = tf.split(before, NODES, 3);
    for (const { edge, layers } of edges)
      for (const [k, layer] of layers.entries()) {
        const weight = tf.slice(mixing, [edge.index, k], [1, 1]).reshape([]);
        nodes[edge.node] = tf.add(nodes[edge.node] as Tensor, tf.mul(layer(view, x), weight));
      }
    return tf.add(tf.concat(nodes, 3), tf.mul(tf.sum(w), 0));
  });
}
