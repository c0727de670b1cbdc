/** How sub-graphs lie beside each other on the edges of a cell: a lane each, told apart by dashes in ink. Plain geometry. */
import { CELL_EDGES, PRIMITIVES, type Primitive } from "../../domain/primitives";
import type { SubGraphPicks } from "../../state/picks";
import { type CellGeometry, type Point, pathOf, placeLabels } from "./geometry";

/** Stroke dash arrays of the sub-graphs, in their order; as many as there are operations to draw. */
export const LANE_DASHES = ["none", "6 3", "1.5 3", "9 3 1.5 3", "3 2", "14 4", "9 2 1.5 2 1.5 2", "1.5 6"] as const;

export function laneDash(subGraph: number): string {
  return LANE_DASHES[subGraph % LANE_DASHES.length] ?? "none";
}

/** One sub-graph on one edge. */
export interface Lane {
  readonly edge: number;
  readonly subGraph: number;
  readonly path: string;
  /** Middle of the mark that shows its operation. */
  readonly mark: Point;
}

/** Width of a bundle of lanes before its curve widens it, and the most between two of them. */
const BUNDLE = { width: 22, pitch: 6 } as const;

/** Side of a mark: smaller where more lanes lie beside each other. */
export function markSize(subGraphs: number): number {
  return subGraphs <= 3 ? 8 : subGraphs <= 5 ? 7 : 6;
}

/** The lanes of all edges, edge by edge. Where they lie and where their marks stand depends on no draw. */
export function laneGeometry(geometry: CellGeometry, subGraphs: number): Lane[] {
  const pitch = Math.min(BUNDLE.pitch, BUNDLE.width / subGraphs);
  const side = markSize(subGraphs) + 2;
  const curves = CELL_EDGES.flatMap((edge) =>
    Array.from({ length: subGraphs }, (_, subGraph) => ({
      ...{ edge: edge.index, subGraph },
      curve: geometry.edge(edge, (subGraph - (subGraphs - 1) / 2) * pitch),
    })),
  );
  const marks = placeLabels(
    curves.map(({ curve }) => ({ curve, width: side, height: side })),
    geometry,
  );
  return curves.map(({ edge, subGraph, curve }, i) => ({
    ...{ edge, subGraph, path: pathOf(curve) },
    mark: marks[i] ?? curve[0],
  }));
}

/** What a sub-graph drew for an edge; null where it drew none, so that the edge is not part of it. */
export function drawnOperation(subGraphs: readonly SubGraphPicks[], { edge, subGraph }: Lane): Primitive | null {
  const op = PRIMITIVES[subGraphs[subGraph]?.[edge] ?? 0];
  return op === undefined || op === "none" ? null : op;
}
