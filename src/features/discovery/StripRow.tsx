/** The row under the strip that some strategies need: how often each operation was drawn, or what each edge weighs. */
import { PRIMITIVES } from "../../domain/primitives";
import { OP_COLOUR } from "../ui/icons";
import type { StripGeometry } from "./strip-geometry";
import { leaderOf, type StripRowData, topShare } from "./strip-row";

const OPS = PRIMITIVES.length;

interface Props {
  readonly data: StripRowData;
  readonly geometry: StripGeometry;
  readonly kept: readonly boolean[];
}

export function StripRow({ data, geometry, kept }: Props) {
  const { kind, shares } = data;
  const { extra } = geometry;
  if (!extra) return null;
  const top = topShare(shares);
  return (
    <g data-testid={`row-${kind}`}>
      {geometry.columns.map(({ edge, x, width }) => {
        const column = { x, width, ...extra };
        const values = shares.subarray(edge.index * OPS, (edge.index + 1) * OPS);
        return kind === "picks" ? (
          <Histogram key={edge.index} {...column} top={top} shares={values} />
        ) : (
          <Share
            key={edge.index}
            {...column}
            share={shares[edge.index] ?? 0}
            equal={1 / (edge.node + 2)}
            kept={kept[edge.index] === true}
          />
        );
      })}
    </g>
  );
}

interface ColumnProps {
  readonly x: number;
  readonly width: number;
  readonly base: number;
  readonly height: number;
}

interface HistogramProps extends ColumnProps {
  readonly shares: Float32Array;
  /** Share of a full bar. */
  readonly top: number;
}

/** A bar for each operation in the order of the rows above, grey but for the one drawn most; the line is one of eight. */
function Histogram({ x, width, base, height, top, shares }: HistogramProps) {
  const pitch = width / OPS;
  const bar = Math.max(1, pitch - (pitch > 3 ? 1 : 0.4));
  const leader = leaderOf(shares);
  const box = (k: number) => {
    const size = height * Math.min(1, (shares[k] ?? 0) / top);
    return { x: x + k * pitch, y: base - size, width: bar, height: size };
  };
  const op = PRIMITIVES[leader];
  return (
    <g>
      <title>{PRIMITIVES.map((name, k) => `${name} ${(100 * (shares[k] ?? 0)).toFixed(1)} %`).join("\n")}</title>
      <path className="equal" d={`M${x} ${base - height / OPS / top}h${width}`} />
      <path
        className="bar-value"
        d={PRIMITIVES.map((_, k) => k)
          .filter((k) => k !== leader)
          .map((k) => boxPath(box(k)))
          .join("")}
      />
      {op ? <rect {...box(leader)} fill={OP_COLOUR[op]} /> : null}
    </g>
  );
}

function boxPath({ x, y, width, height }: Readonly<Record<"x" | "y" | "width" | "height", number>>): string {
  return `M${x.toFixed(1)} ${y.toFixed(1)}h${width.toFixed(1)}v${height.toFixed(1)}h${(-width).toFixed(1)}z`;
}

/** One bar; the line at half its height is where all edges of the node count the same. */
function Share(props: ColumnProps & { readonly share: number; readonly equal: number; readonly kept: boolean }) {
  const { x, width, base, height, share, equal, kept } = props;
  const size = height * Math.min(1, share / (2 * equal));
  return (
    <g>
      <title>{`β̂ ${share.toFixed(3)}`}</title>
      <rect className={`bar-value ${kept ? "kept" : ""}`} x={x} y={base - size} width={width} height={size} />
      <path className="equal" d={`M${x} ${base - height / 2}h${width}`} />
    </g>
  );
}
