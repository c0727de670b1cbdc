/**
 * Where a cell's nodes, edges and labels stand, for any width. Plain geometry, laid out along an axis that runs from the
 * inputs to the output and across it: the axis lies on a wide page and stands on a phone.
 */
import type { Edge } from "../../domain/primitives";

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A cubic Bézier curve. */
export type Curve = readonly [Point, Point, Point, Point];

export interface CellGeometry {
  readonly width: number;
  readonly height: number;
  readonly standing: boolean;
  readonly inputs: readonly [Point, Point];
  readonly nodes: readonly Point[];
  readonly output: Point;
  readonly radius: number;
  /** Curve of an edge; `shift` moves it sideways, for the strands of a bundle. */
  readonly edge: (edge: Edge, shift?: number) => Curve;
  /** Curve from a node to the output. */
  readonly concat: (node: number) => Curve;
}

export const BOX = { width: 44, height: 24 } as const;

/** Sideways pull of the two inner points of edges that would run through a node, in parts of the breadth. */
const BENDS: Readonly<Record<string, readonly [number, number]>> = {
  "0-3": [-0.27, -0.27],
  "1-2": [0.25, 0.26],
  "1-3": [0.36, 0.2],
  "2-3": [-0.22, 0.12],
};
const CONCAT_BENDS: Readonly<Record<number, readonly [number, number]>> = { 0: [0.27, 0.24], 1: [-0.25, -0.3] };

/** Place of states along the axis (parts of its length) and across it (parts of the breadth). */
const ROWS = {
  lying: { inputs: [0.24, 0.76], nodes: [0.705, 0.29, 0.705, 0.29], first: 0.245, step: 0.176 },
  // A shorter axis leaves more of it to the first edges, whose labels need the room.
  short: { inputs: [0.24, 0.76], nodes: [0.705, 0.29, 0.705, 0.29], first: 0.31, step: 0.162 },
  standing: { inputs: [0.26, 0.74], nodes: [0.68, 0.31, 0.68, 0.31], first: 0.255, step: 0.183 },
} as const;

/**
 * @param width pixels
 * @param height pixels; by default fitting the width
 */
export function cellGeometry(width: number, height: number, standing: boolean): CellGeometry {
  const length = standing ? height : width;
  const breadth = standing ? width : height;
  const rows = standing ? ROWS.standing : width < 640 ? ROWS.short : ROWS.lying;
  const half = (standing ? BOX.height : BOX.width) / 2;
  const radius = standing ? 14 : 13;
  const at = (along: number, across: number): Point => (standing ? { x: across, y: along } : { x: along, y: across });

  const inputAt = half + (standing ? 2 : 10);
  const nodeAlong = (node: number) => length * (rows.first + rows.step * node);
  const nodeAcross = (node: number) => breadth * (rows.nodes[node] ?? 0.5);
  const outputAt = length - half - (standing ? 2 : 10);

  const curve = (
    from: [number, number],
    to: [number, number],
    bend: readonly [number, number] | undefined,
    shift: number,
  ): Curve => {
    const span = to[0] - from[0];
    const first = bend ? 0.32 : 0.45;
    const last = bend ? 0.28 : 0.45;
    return [
      at(from[0], from[1] + shift * 0.45),
      at(from[0] + span * first, from[1] + shift * 1.25 + breadth * (bend?.[0] ?? 0)),
      at(to[0] - span * last, to[1] + shift * 1.25 + breadth * (bend?.[1] ?? 0)),
      at(to[0], to[1] + shift * 0.45),
    ];
  };

  return {
    width,
    height,
    standing,
    radius,
    inputs: [at(inputAt, breadth * rows.inputs[0]), at(inputAt, breadth * rows.inputs[1])],
    nodes: [0, 1, 2, 3].map((node) => at(nodeAlong(node), nodeAcross(node))),
    output: at(outputAt, breadth * 0.5),
    edge: ({ node, state }, shift = 0) => {
      const from: [number, number] =
        state < 2
          ? [inputAt + half, breadth * rows.inputs[state === 0 ? 0 : 1]]
          : [nodeAlong(state - 2) + radius, nodeAcross(state - 2)];
      return curve(from, [nodeAlong(node) - radius, nodeAcross(node)], BENDS[`${state}-${node}`], shift);
    },
    concat: (node) =>
      curve([nodeAlong(node) + radius, nodeAcross(node)], [outputAt - half, breadth * 0.5], CONCAT_BENDS[node], 0),
  };
}

const round = (value: number) => Math.round(value * 10) / 10;

/** The curve as an SVG path. */
export function pathOf([a, b, c, d]: Curve): string {
  const pair = ({ x, y }: Point) => `${round(x)},${round(y)}`;
  return `M${pair(a)}C${pair(b)} ${pair(c)} ${pair(d)}`;
}

/** The point of a curve at t in 0..1. */
export function pointAt([a, b, c, d]: Curve, t: number): Point {
  const s = 1 - t;
  const mix = (p: number, q: number, r: number, u: number) =>
    s * s * s * p + 3 * s * s * t * q + 3 * s * t * t * r + t * t * t * u;
  return { x: mix(a.x, b.x, c.x, d.x), y: mix(a.y, b.y, c.y, d.y) };
}

/** A label's middle and size. */
export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

function overlap(a: Box, b: Box, gap: number): number {
  const x = (a.width + b.width) / 2 + gap - Math.abs(a.x - b.x);
  const y = (a.height + b.height) / 2 + gap - Math.abs(a.y - b.y);
  return x > 0 && y > 0 ? x * y : 0;
}

const TRIES = [0.5, 0.44, 0.56, 0.38, 0.62, 0.32, 0.68, 0.26, 0.74, 0.2, 0.8] as const;

/** Rounds in which every label may move again, now that it knows where the others are. */
const ROUNDS = 3;

/** Middles of labels along their curves, chosen so that they cover each other and the nodes least. */
export function placeLabels(
  labels: readonly { readonly curve: Curve; readonly width: number; readonly height: number }[],
  geometry: CellGeometry,
): Point[] {
  const { nodes, inputs, output, radius } = geometry;
  const fixed: Box[] = [
    ...nodes.map((node) => ({ ...node, width: 2 * radius, height: 2 * radius })),
    ...[...inputs, output].map((box) => ({ ...box, ...BOX })),
  ];
  const placed: Box[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, label] of labels.entries()) {
      placed[i] = bestPlace(label, [...fixed, ...placed.filter((_, other) => other !== i)], geometry.width);
    }
  }
  return placed.map(({ x, y }) => ({ x, y }));
}

function bestPlace(
  { curve, width, height }: { readonly curve: Curve; readonly width: number; readonly height: number },
  taken: readonly Box[],
  room: number,
): Box {
  const candidates = TRIES.map((t) => {
    const point = pointAt(curve, t);
    const box = { x: Math.min(room - width / 2 - 1, Math.max(width / 2 + 1, point.x)), y: point.y, width, height };
    return { box, cost: taken.reduce((sum, other) => sum + overlap(box, other, 3), 0) + 8 * Math.abs(t - 0.5) };
  });
  return candidates.reduce((best, candidate) => (candidate.cost < best.cost ? candidate : best)).box;
}
