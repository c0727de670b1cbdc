/** Columns and rows of the heat strip for any width. Plain geometry. */
import { CELL_EDGES, EDGES, type Edge, NODES, PRIMITIVES } from "../../domain/primitives";

export interface StripGeometry {
  /** Short row names. */
  readonly compact: boolean;
  /** How columns are named: "k−2 → 0", "k−2→0", or, where they are too narrow for that, the source above and the node below. */
  readonly titles: "spaced" | "tight" | "parted";
  readonly width: number;
  readonly height: number;
  /** Left end and width of each edge's column. */
  readonly columns: readonly { readonly edge: Edge; readonly x: number; readonly width: number }[];
  /** Left and right end of the columns of each node. */
  readonly groups: readonly { readonly from: number; readonly to: number }[];
  /** Where row labels end. */
  readonly labels: number;
  /** Middle of the column titles. */
  readonly title: number;
  readonly row: { readonly top: number; readonly pitch: number; readonly height: number };
  /** Base lines of the two bar rows and the bars' greatest height. */
  readonly entropy: number;
  readonly lead: number;
  readonly bar: number;
  /** Base line and greatest height of the extra row's bars, where there is one. */
  readonly extra: { readonly base: number; readonly height: number } | null;
  /** Middle of the node titles below, on a narrow page. */
  readonly below: number;
}

const GAP = { column: 2, group: 11, compactGroup: 5 } as const;

/** Widths in pixels of the widest column title, "k−2 → 0", with and without spaces. */
export interface TitleWidths {
  readonly spaced: number;
  readonly tight: number;
}

/** Least distance between two titles. */
const BETWEEN = 4;

/**
 * @param pitch pixels from row to row
 * @param titles in the font of the page
 * @param extra with one more row of bars below
 */
export function stripGeometry(width: number, pitch: number, titles: TitleWidths, extra = false): StripGeometry {
  const compact = width < 560;
  const left = compact ? 66 : 96;
  const group = compact ? GAP.compactGroup : GAP.group;
  const gaps = (EDGES - NODES) * GAP.column + (NODES - 1) * group;
  const column = Math.max(4, (width - left - 1 - gaps) / EDGES);
  const room = column + GAP.column - BETWEEN;
  const naming = titles.spaced <= room ? "spaced" : titles.tight <= room ? "tight" : "parted";
  const columns: { edge: Edge; x: number; width: number }[] = [];
  const groups: { from: number; to: number }[] = [];
  let x = left;
  for (const edge of CELL_EDGES) {
    columns.push({ edge, x, width: column });
    const end = x + column;
    if (edge.state === 0) groups.push({ from: x, to: end });
    else groups[edge.node] = { from: groups[edge.node]?.from ?? x, to: end };
    x = end + (edge.state === edge.node + 1 ? group : GAP.column);
  }
  const top = 15;
  const bottom = top + PRIMITIVES.length * pitch;
  const bar = pitch;
  const entropy = bottom + 5 + bar;
  const lead = entropy + 4 + bar;
  const extraHeight = 2 * pitch;
  const end = extra ? lead + 5 + extraHeight : lead;
  return {
    compact,
    titles: naming,
    width,
    columns,
    groups,
    labels: compact ? 49 : 77,
    title: 7.5,
    row: { top, pitch, height: pitch - 1 },
    entropy,
    lead,
    bar,
    extra: extra ? { base: end, height: extraHeight } : null,
    below: end + 9,
    height: end + (naming === "parted" ? 17 : 2),
  };
}
