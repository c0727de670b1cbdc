/** The DARTS search space: primitives, states, edges. Plain facts; knows nothing of tensors. */

/** The eight candidate operations in canonical order; the column order of every alpha matrix. */
export const PRIMITIVES = [
  "none",
  "max_pool_3x3",
  "avg_pool_3x3",
  "skip_connect",
  "sep_conv_3x3",
  "sep_conv_5x5",
  "dil_conv_3x3",
  "dil_conv_5x5",
] as const;

export type Primitive = (typeof PRIMITIVES)[number];

/** Inner nodes of a cell; node i is state i + 2, states 0 and 1 are the cell's inputs. */
export const NODES = 4;
/** Edges of a cell: node i has an edge from each of the i + 2 earlier states. */
export const EDGES = 14;
export const CELL_KINDS = ["normal", "reduce"] as const;
export type CellKind = (typeof CELL_KINDS)[number];

/** First edge of node `node`: 0, 2, 5, 9. */
export function firstEdge(node: number): number {
  return (node * (node + 3)) / 2;
}

/** Index of the edge from state `state` to node `node`: e(i, j) = off(i) + j. */
export function edgeIndex(node: number, state: number): number {
  return firstEdge(node) + state;
}

export interface Edge {
  readonly index: number;
  readonly node: number;
  readonly state: number;
}

/** All edges of a cell in index order. */
export const CELL_EDGES: readonly Edge[] = Array.from({ length: NODES }, (_, node) =>
  Array.from({ length: node + 2 }, (_, state) => ({ index: edgeIndex(node, state), node, state })),
).flat();

/** The edges that leave `state`, by ascending node. */
export function edgesFrom(state: number): readonly Edge[] {
  return CELL_EDGES.filter((edge) => edge.state === state);
}

/** The operations of each edge of a cell, in canonical order; every edge has as many. They name the columns of its alphas. */
export type EdgeOperations = readonly (readonly Primitive[])[];

/** Of both kinds of cell. */
export type Operations = Readonly<Record<CellKind, EdgeOperations>>;

/** All operations on every edge, as most search methods have it. */
export const ALL_OPERATIONS: EdgeOperations = CELL_EDGES.map(() => PRIMITIVES);

/** Layers whose cell is a reduction: ⌊layers/3⌋ and ⌊2·layers/3⌋. */
export function isReduction(layer: number, layers: number): boolean {
  return layer === Math.floor(layers / 3) || layer === Math.floor((2 * layers) / 3);
}
