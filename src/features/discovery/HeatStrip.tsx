/** The alphas of a cell: 14 columns of 8 weights, grey but for the leader, with entropy and lead beneath. */
import { memo, useState } from "react";
import { type CellKind, type Edge, PRIMITIVES } from "../../domain/primitives";
import { CELL_WORDS, DISCOVERY, SHORT_OPS, stripRowText } from "../texts";
import { Glyph, OP_COLOUR } from "../ui/icons";
import { type EdgeView, operationsLeft } from "./edges";
import { StripRow } from "./StripRow";
import { type StripGeometry, stripGeometry, type TitleWidths } from "./strip-geometry";
import { type StripRowData, topShare } from "./strip-row";

interface Props {
  readonly kind: CellKind;
  /** Softmax of the alphas, [14, 8]; null before a run. */
  readonly weights: Float32Array | null;
  /** [14, 8]: −∞ where an operation was dropped from its edge; null before a run. */
  readonly alphas: Float32Array | null;
  readonly views: readonly EdgeView[] | null;
  readonly row: StripRowData | null;
  readonly width: number;
  readonly pitch: number;
}

const OPS = PRIMITIVES.length;
/** With all operations the entropy bars show the range from here to ln 8; a bar from zero would hide what happens. */
const ENTROPY_FLOOR = 1.5;
/** Lead of a full bar. */
const LEAD_FULL = 0.3;

function source(state: number): string {
  return state < 2 ? `k−${2 - state}` : `${state - 2}`;
}

/** "k−2 → 0" */
function columnTitle({ state, node }: Pick<Edge, "state" | "node">, spaced: boolean): string {
  return `${source(state)}${spaced ? " → " : "→"}${node}`;
}

/** In the font of the page, of which only the browser knows what it is: fallbacks differ by a quarter. */
function titleWidths(): TitleWidths {
  const pen = document.createElement("canvas").getContext("2d");
  if (pen) pen.font = `600 10px ${getComputedStyle(document.body).fontFamily}`;
  const widthOf = (spaced: boolean) => {
    const text = columnTitle({ state: 0, node: 0 }, spaced);
    return pen?.measureText(text).width ?? 7 * text.length;
  };
  return { spaced: widthOf(true), tight: widthOf(false) };
}

export const HeatStrip = memo(function HeatStrip({ kind, weights, alphas, views, row, width, pitch }: Props) {
  const [titles] = useState(titleWidths);
  const geometry = stripGeometry(width, pitch, titles, row !== null);
  const operations = operationsLeft(alphas);
  return (
    <svg
      className="strip"
      width={width}
      height={geometry.height}
      viewBox={`0 0 ${width} ${geometry.height}`}
      role="img"
      aria-label={`Alphas of the ${CELL_WORDS[kind]} cell: 14 edges by 8 operations, with entropy and lead`}
      data-testid={`strip-${kind}`}
    >
      <RowNames geometry={geometry} operations={operations} row={row} />
      <ColumnNames geometry={geometry} views={views} />
      {geometry.columns.map(({ edge, x, width: columnWidth }) => (
        <Column
          key={edge.index}
          x={x}
          width={columnWidth}
          geometry={geometry}
          weights={weights?.subarray(edge.index * OPS, (edge.index + 1) * OPS) ?? null}
          dropped={PRIMITIVES.map((_, k) => alphas?.[edge.index * OPS + k] === Number.NEGATIVE_INFINITY)}
          operations={operations}
          view={views?.[edge.index] ?? null}
        />
      ))}
      {row ? <StripRow data={row} geometry={geometry} kept={views?.map((view) => view.kept) ?? []} /> : null}
    </svg>
  );
});

interface ColumnProps {
  readonly x: number;
  readonly width: number;
  readonly geometry: StripGeometry;
  readonly weights: Float32Array | null;
  /** Of each operation, whether the edge has lost it. */
  readonly dropped: readonly boolean[];
  readonly operations: number;
  readonly view: EdgeView | null;
}

function entropyFloor(operations: number): number {
  return operations === OPS ? ENTROPY_FLOOR : 0;
}

function Column({ x, width, geometry, weights, dropped, operations, view }: ColumnProps) {
  const { row, entropy, lead, bar } = geometry;
  const floor = entropyFloor(operations);
  const entropyHeight = view ? bar * Math.max(0, (view.entropy - floor) / (Math.log(operations) - floor)) : bar;
  const leadHeight = view ? Math.max(0.75, bar * Math.min(1, view.lead / LEAD_FULL)) : 0.75;
  const kept = view?.kept ? "kept" : "";
  return (
    <g>
      {PRIMITIVES.map((op, k) => {
        const y = row.top + k * row.pitch;
        const weight = weights?.[k] ?? 1 / OPS;
        const leads = view?.op === op;
        if (dropped[k]) {
          const [cx, cy] = [x + width / 2, y + row.height / 2];
          return (
            <path key={op} className="dropped" d={`M${cx - 2.5} ${cy - 2.5}l5 5m-5 0l5 -5`}>
              <title>{`${op}: ${DISCOVERY.dropped}`}</title>
            </path>
          );
        }
        return leads ? (
          <g key={op}>
            <rect className={`leader ${kept}`} x={x} y={y} width={width} height={row.height} fill={OP_COLOUR[op]}>
              <title>{`${op} ${weight.toFixed(3)}`}</title>
            </rect>
            <circle className="dot" cx={x + width / 2} cy={y + row.height / 2} r={geometry.compact ? 1.5 : 2} />
          </g>
        ) : (
          <rect
            key={op}
            className="heat"
            x={x}
            y={y}
            width={width}
            height={row.height}
            fillOpacity={Math.min(1, weight).toFixed(2)}
          />
        );
      })}
      <rect className={`bar-value ${kept}`} x={x} y={entropy - entropyHeight} width={width} height={entropyHeight} />
      <rect className={`bar-value ${kept}`} x={x} y={lead - leadHeight} width={width} height={leadHeight} />
    </g>
  );
}

interface RowNamesProps {
  readonly geometry: StripGeometry;
  readonly operations: number;
  readonly row: StripRowData | null;
}

const RowNames = memo(function RowNames({ geometry, operations, row: extraRow }: RowNamesProps) {
  const { compact, labels, row, entropy, lead, bar, extra } = geometry;
  return (
    <>
      {PRIMITIVES.map((op, k) => {
        const middle = row.top + k * row.pitch + row.height / 2;
        return (
          <g key={op}>
            <text className="row-name" x={labels} y={middle + 0.5}>
              {compact ? SHORT_OPS[op] : op}
            </text>
            <Glyph op={op} x={labels + 4.5} y={middle - 3.6} size={7.2} />
          </g>
        );
      })}
      <text className="row-name quiet" x={labels + 12} y={entropy - bar / 2}>
        {compact || entropyFloor(operations) === 0 ? DISCOVERY.rowEntropyShort : DISCOVERY.rowEntropy}
      </text>
      <text className="row-name quiet" x={labels + 12} y={lead - bar / 2}>
        {DISCOVERY.rowLead}
      </text>
      {extra && extraRow
        ? stripRowText(extraRow.kind, topShare(extraRow.shares)).map((line, i, { length }) => (
            <text
              key={line}
              className="row-name quiet"
              x={labels + 12}
              y={extra.base - extra.height / 2 + 10 * (i - (length - 1) / 2)}
            >
              {line}
            </text>
          ))
        : null}
    </>
  );
});

function ColumnNames({
  geometry,
  views,
}: {
  readonly geometry: StripGeometry;
  readonly views: readonly EdgeView[] | null;
}) {
  const { titles, columns, groups, title, below } = geometry;
  return (
    <>
      {groups.map(({ from, to }, node) => (
        <g key={`${from}`}>
          <path className="brace" d={`M${from} 13.5H${to}`} />
          {titles === "parted" ? (
            <text className="column-name" x={(from + to) / 2} y={below}>
              → {node}
            </text>
          ) : null}
        </g>
      ))}
      {columns.map(({ edge, x, width }) => (
        <text
          key={edge.index}
          className={`column-name ${views?.[edge.index]?.kept ? "kept" : ""}`}
          x={x + width / 2}
          y={title}
        >
          {titles === "parted" ? source(edge.state) : columnTitle(edge, titles === "spaced")}
        </text>
      ))}
    </>
  );
}
