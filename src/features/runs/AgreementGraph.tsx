/** A cell over several seeds: an edge is as opaque as the share of seeds that keep it with its operation. */
import { useMemo } from "react";
import { CELL_EDGES, type CellKind } from "../../domain/primitives";
import type { EdgeAgreement } from "../../domain/seed-agreement";
import { edgeName, Fixed, LABEL_HEIGHT, labelWidth, States } from "../discovery/CellGraph";
import { cellGeometry, pathOf, placeLabels } from "../discovery/geometry";
import { CELL_WORDS, SHORT_OPS } from "../texts";
import { AGREEMENT } from "../texts/runs";
import { Glyph, OP_COLOUR } from "../ui/icons";

interface Props {
  readonly kind: CellKind;
  readonly edges: readonly EdgeAgreement[];
  /** Seeds in all. */
  readonly count: number;
  readonly width: number;
  readonly height: number;
  readonly standing: boolean;
}

export function AgreementGraph({ kind, edges, count, width, height, standing }: Props) {
  const geometry = useMemo(() => cellGeometry(width, height, standing), [width, height, standing]);
  const text = ({ op, agree }: EdgeAgreement) => `${SHORT_OPS[op]} ${agree}/${count}`;
  const title = ({ edge, op, agree, kept }: EdgeAgreement) =>
    AGREEMENT.edge(edgeName(edge), SHORT_OPS[op], agree, kept, count);
  const places = useMemo(
    () =>
      placeLabels(
        edges.map((view) => ({
          curve: geometry.edge(view.edge),
          width: labelWidth(`${SHORT_OPS[view.op]} ${view.agree}/${count}`),
          height: LABEL_HEIGHT,
        })),
        geometry,
      ),
    [edges, count, geometry],
  );
  const kept = new Set(edges.map(({ edge }) => edge.index));
  return (
    <svg
      className="graph agreement-graph"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={`${AGREEMENT.graph(CELL_WORDS[kind], count)}: ${edges.map(title).join("; ")}`}
      data-testid={`agreement-${kind}`}
    >
      <Fixed geometry={geometry} />
      {CELL_EDGES.filter(({ index }) => !kept.has(index)).map((edge) => (
        <path key={edge.index} className="edge" d={pathOf(geometry.edge(edge))} />
      ))}
      {edges.map((view) => (
        <path
          key={view.edge.index}
          className="edge agreed"
          d={pathOf(geometry.edge(view.edge))}
          style={{ stroke: OP_COLOUR[view.op], strokeOpacity: view.agree / count }}
        >
          <title>{title(view)}</title>
        </path>
      ))}
      {edges.map((view, i) => {
        const { x, y } = places[i] ?? { x: 0, y: 0 };
        const labelled = labelWidth(text(view));
        return (
          <g
            key={view.edge.index}
            className="edge-label"
            style={{ transform: `translate(${x - labelled / 2}px, ${y - LABEL_HEIGHT / 2}px)` }}
          >
            <rect width={labelled} height={LABEL_HEIGHT} rx={LABEL_HEIGHT / 2} stroke={OP_COLOUR[view.op]} />
            <Glyph op={view.op} x={7} y={4.5} />
            <text x={20} y={9.5}>
              {text(view)}
            </text>
          </g>
        );
      })}
      <States geometry={geometry} />
    </svg>
  );
}
