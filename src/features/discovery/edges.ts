/** What is shown of each edge of a cell: its best operation, weight, lead, and whether the genotype keeps it. */
import { bestOperation, edgeLead, type Gene } from "../../domain/genotype";
import { CELL_EDGES, EDGES, type Edge, edgeIndex, PRIMITIVES, type Primitive } from "../../domain/primitives";

/** Below this lead of the best over the second operation an edge counts as undecided. */
export const UNDECIDED = 0.03;

/** An edge as the graph draws it. */
export interface GraphEdge {
  readonly edge: Edge;
  readonly op: Primitive;
  /** Null where there are no alphas, but a genotype alone. */
  readonly weight: number | null;
  readonly lead: number | null;
  readonly kept: boolean;
  readonly undecided: boolean;
}

export interface EdgeView extends GraphEdge {
  readonly weight: number;
  readonly lead: number;
  readonly entropy: number;
}

const OPS = PRIMITIVES.length;

function rowEntropy(weights: Float32Array, edge: number): number {
  let sum = 0;
  for (const w of weights.subarray(edge * OPS, (edge + 1) * OPS)) if (w > 0) sum -= w * Math.log(w);
  return sum;
}

/** Index of the edge that a gene of a cell keeps: genes stand two for each node. */
export function edgeOfGene(gene: Gene, position: number): number {
  return edgeIndex(Math.floor(position / 2), gene[1]);
}

/**
 * Views of the 14 edges.
 * @param weights softmax of the alphas, [14, 8] row-major
 * @param genes the kept edges, from the genotype of the same moment
 */
export function edgeViews(weights: Float32Array, genes: readonly Gene[]): EdgeView[] {
  const kept = new Map(genes.map((gene, i) => [edgeOfGene(gene, i), gene[0]]));
  return CELL_EDGES.map((edge) => {
    const best = bestOperation(weights, edge.index);
    const op = kept.get(edge.index) ?? PRIMITIVES[best.op] ?? "none";
    const lead = edgeLead(weights, edge.index);
    return {
      edge,
      op,
      weight: weights[edge.index * OPS + PRIMITIVES.indexOf(op)] ?? 0,
      lead,
      entropy: rowEntropy(weights, edge.index),
      kept: kept.has(edge.index),
      undecided: lead < UNDECIDED,
    };
  });
}

/** The 14 edges of a cell of which only the genotype is known. */
export function genotypeEdges(genes: readonly Gene[]): GraphEdge[] {
  const kept = new Map(genes.map((gene, i) => [edgeOfGene(gene, i), gene[0]]));
  return CELL_EDGES.map((edge) => {
    const op = kept.get(edge.index);
    return { edge, op: op ?? "none", weight: null, lead: null, kept: op !== undefined, undecided: false };
  });
}

/** Operations that each edge still has: as many on every edge. @param alphas [14, 8]; −∞ where one was dropped */
export function operationsLeft(alphas: Float32Array | null): number {
  return alphas?.subarray(0, OPS).filter((alpha) => alpha !== Number.NEGATIVE_INFINITY).length ?? OPS;
}

/** Headline numbers of a cell. */
export function headline(views: readonly EdgeView[]): { entropy: number; lead: number; undecided: number } {
  const kept = views.filter((view) => view.kept);
  return {
    entropy: views.reduce((sum, { entropy }) => sum + entropy, 0) / EDGES,
    lead: kept.reduce((sum, { lead }) => sum + lead, 0) / Math.max(1, kept.length),
    undecided: kept.filter((view) => view.undecided).length,
  };
}
