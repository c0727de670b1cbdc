/** A cell as a graph. Every edge keeps its own path, so that a flip is a change of colour and width over 240 ms. */
import { memo, useMemo } from "react";
import { CELL_EDGES, type CellKind, type Edge, PRIMITIVES } from "../../domain/primitives";
import type { SubGraphPicks } from "../../state/picks";
import { CELL_WORDS, DISCOVERY, SHORT_OPS } from "../texts";
import { Glyph, OP_COLOUR } from "../ui/icons";
import type { GraphEdge } from "./edges";
import { BOX, type CellGeometry, cellGeometry, type Point, pathOf, placeLabels } from "./geometry";
import { Lanes } from "./Lanes";

interface Props {
  readonly kind: CellKind;
  /** Null before a run: every edge is a bundle of eight equal strands. */
  readonly views: readonly GraphEdge[] | null;
  /** To show what was drawn, over the cell that is found; null to show the cell alone. */
  readonly subGraphs: readonly SubGraphPicks[] | null;
  readonly width: number;
  readonly height: number;
  readonly standing: boolean;
}

export const LABEL_HEIGHT = 18;
/** Of an edge whose weight is not known. */
const PLAIN_WIDTH = 3;

/**
 * Width of an edge in pixels: 1.4 at an eighth, about 6 near a half. In steps, so that a width stands still between
 * changes worth seeing: each change runs a transition, and those would never end.
 */
function strokeWidth(weight: number | null): number {
  if (weight === null) return PLAIN_WIDTH;
  return Math.min(7, Math.max(1.4, 1.4 + Math.round(4 * 12.5 * (weight - 0.125)) / 4));
}

function labelText({ op, undecided }: GraphEdge): string {
  return undecided ? `${SHORT_OPS[op]} ?` : SHORT_OPS[op];
}

export function labelWidth(text: string): number {
  return 26 + 5.9 * text.length;
}

/** "k−2 → 0", "1 → 3" */
export function edgeName({ state, node }: Edge): string {
  return `${state < 2 ? `k−${2 - state}` : state - 2} → ${node}`;
}

function edgeTitle({ edge, op, weight, lead, kept, undecided }: GraphEdge): string {
  if (weight === null || lead === null) return `${edgeName(edge)}: ${op}`;
  const rest = kept ? (undecided ? ", undecided" : "") : ", not kept";
  return `${edgeName(edge)}: ${op}, α ${weight.toFixed(3)}, lead ${lead.toFixed(3)}${rest}`;
}

export const CellGraph = memo(function CellGraph({ kind, views, subGraphs, width, height, standing }: Props) {
  const geometry = useMemo(() => cellGeometry(width, height, standing), [width, height, standing]);
  return (
    <svg
      className={`graph ${subGraphs ? "sampled" : ""}`}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={description(kind, views)}
      data-testid={`graph-${kind}`}
    >
      <Fixed geometry={geometry} />
      <Strands geometry={geometry} shown={views === null} />
      {views ? <Edges geometry={geometry} views={views} banded={subGraphs !== null} /> : null}
      {subGraphs ? <Lanes geometry={geometry} subGraphs={subGraphs} /> : null}
      {views && !subGraphs ? <Labels geometry={geometry} views={views} /> : null}
      <States geometry={geometry} />
      {views && !subGraphs && views.some(({ weight }) => weight !== null) ? (
        <Key width={width} height={height} />
      ) : null}
    </svg>
  );
});

function description(kind: CellKind, views: readonly GraphEdge[] | null): string {
  const name = `${CELL_WORDS[kind]} cell as a graph`;
  if (!views) return `${name}: ${DISCOVERY.before}`;
  return `${name}: ${views
    .filter((view) => view.kept)
    .map(edgeTitle)
    .join("; ")}`;
}

/** Hairlines that never change: from each node to the output. */
export const Fixed = memo(function Fixed({ geometry }: { readonly geometry: CellGeometry }) {
  return [0, 1, 2, 3].map((node) => <path key={node} className="concat" d={pathOf(geometry.concat(node))} />);
});

const Strands = memo(function Strands({
  geometry,
  shown,
}: {
  readonly geometry: CellGeometry;
  readonly shown: boolean;
}) {
  return (
    <g className={`strands ${shown ? "" : "gone"}`}>
      {CELL_EDGES.map((edge) =>
        PRIMITIVES.map((op, k) => (
          <path key={`${edge.index} ${op}`} d={pathOf(geometry.edge(edge, (k - 3.5) * 1.5))} stroke={OP_COLOUR[op]} />
        )),
      )}
    </g>
  );
});

interface EdgesProps {
  readonly geometry: CellGeometry;
  readonly views: readonly GraphEdge[];
  /** Kept edges as bands under the lanes, all of one width. */
  readonly banded: boolean;
}

const BAND = 9;

function Edges({ geometry, views, banded }: EdgesProps) {
  const paths = useMemo(() => CELL_EDGES.map((edge) => pathOf(geometry.edge(edge))), [geometry]);
  return views.map((view) => (
    <path
      key={view.edge.index}
      className={`edge ${view.kept ? "kept" : ""} ${view.kept && view.undecided ? "undecided" : ""}`}
      d={paths[view.edge.index]}
      style={view.kept ? { stroke: OP_COLOUR[view.op], strokeWidth: banded ? BAND : strokeWidth(view.weight) } : {}}
    >
      <title>{edgeTitle(view)}</title>
    </path>
  ));
}

function Labels({ geometry, views }: { readonly geometry: CellGeometry; readonly views: readonly GraphEdge[] }) {
  const kept = views.filter((view) => view.kept);
  // Places depend on which edges are kept and on the length of their labels alone, not on the weights.
  const key = kept.map((view) => `${view.edge.index} ${labelText(view)}`).join("|");
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` says all that the places depend on.
  const places = useMemo(
    () =>
      placeLabels(
        kept.map((view) => ({
          curve: geometry.edge(view.edge),
          width: labelWidth(labelText(view)),
          height: LABEL_HEIGHT,
        })),
        geometry,
      ),
    [geometry, key],
  );
  return kept.map((view, i) => <Label key={`${view.edge.index} ${view.op}`} view={view} place={places[i]} />);
}

function Label({ view, place }: { readonly view: GraphEdge; readonly place: Point | undefined }) {
  const text = labelText(view);
  const width = labelWidth(text);
  const { x, y } = place ?? { x: 0, y: 0 };
  return (
    <g
      className={`edge-label ${view.undecided ? "undecided" : ""}`}
      style={{ transform: `translate(${x - width / 2}px, ${y - LABEL_HEIGHT / 2}px)` }}
    >
      <g className="appear">
        <rect width={width} height={LABEL_HEIGHT} rx={LABEL_HEIGHT / 2} stroke={OP_COLOUR[view.op]} />
        <Glyph op={view.op} x={7} y={4.5} />
        <text x={20} y={9.5}>
          {text}
        </text>
      </g>
    </g>
  );
}

export const States = memo(function States({ geometry }: { readonly geometry: CellGeometry }) {
  const [first, second] = geometry.inputs;
  return (
    <>
      <StateBox place={first} index="k−2" />
      <StateBox place={second} index="k−1" />
      <StateBox place={geometry.output} index="k" />
      {geometry.nodes.map((node, i) => (
        <g key={`${node.x} ${node.y}`} className="node">
          <circle cx={node.x} cy={node.y} r={geometry.radius} />
          <text x={node.x} y={node.y + 0.5}>
            {i}
          </text>
        </g>
      ))}
    </>
  );
});

function StateBox({ place: { x, y }, index }: { readonly place: Point; readonly index: string }) {
  return (
    <g className="state-box">
      <rect x={x - BOX.width / 2} y={y - BOX.height / 2} width={BOX.width} height={BOX.height} rx={5} />
      <text x={x} y={y + 0.5}>
        <tspan className="c">c</tspan>
        <tspan className="index" dy={2.5}>
          {index}
        </tspan>
      </text>
    </g>
  );
}

function Key({ width, height }: { readonly width: number; readonly height: number }) {
  const x = width - 112;
  const y = height - 42;
  return (
    <g className="key">
      <path className="wide" d={`M${x} ${y}h14`} />
      <text x={x + 19} y={y}>
        {DISCOVERY.width}
      </text>
      <path className="dashed" d={`M${x} ${y + 13}h14`} />
      <text x={x + 19} y={y + 13}>
        {DISCOVERY.dashed}
      </text>
      <path className="faint" d={`M${x} ${y + 26}h14`} />
      <text x={x + 19} y={y + 26}>
        {DISCOVERY.faint}
      </text>
    </g>
  );
}
