/** The article's pictures, drawn from the page's own colours, so that they follow the theme. */
import type { ReactNode } from "react";
import { PRIMITIVES, type Primitive } from "../../domain/primitives";
import type { Topic } from "../texts/topics";
import { Glyph, OP_COLOUR } from "../ui/icons";

const WIDTH = 320;
const HEIGHT = 130;

function Drawing({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <svg className="illustration" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      {children}
    </svg>
  );
}

/** A small cell: two inputs, three nodes. */
const STATES = [
  { x: 24, y: 36, name: "k−2" },
  { x: 24, y: 98, name: "k−1" },
  { x: 116, y: 96, name: "0" },
  { x: 196, y: 34, name: "1" },
  { x: 286, y: 80, name: "2" },
] as const;
const EDGES = [
  [0, 2],
  [1, 2],
  [0, 3],
  [1, 3],
  [2, 3],
  [1, 4],
  [2, 4],
  [3, 4],
] as const;

/** @param shift pixels beside the middle of the edge */
function edgePath([from, to]: readonly [number, number], shift = 0): string {
  const [a, b] = [STATES[from] ?? STATES[0], STATES[to] ?? STATES[4]];
  const bend = from === 1 && to === 4 ? 44 : 0;
  const middle = (a.x + b.x) / 2;
  return `M${a.x} ${a.y + shift}C${middle} ${a.y + bend + shift} ${middle} ${b.y + bend + shift} ${b.x} ${b.y + shift}`;
}

function States() {
  return STATES.map(({ x, y, name }, i) => (
    <g key={name} className="state">
      {i < 2 ? <rect x={x - 18} y={y - 10} width={36} height={20} rx={4} /> : <circle cx={x} cy={y} r={11} />}
      <text x={x} y={y}>
        {name}
      </text>
    </g>
  ));
}

function Supernet() {
  return (
    <>
      {EDGES.map((edge) =>
        PRIMITIVES.map((op, i) => (
          <path
            key={`${edge} ${op}`}
            className="strand"
            stroke={OP_COLOUR[op]}
            strokeWidth={1.1}
            d={edgePath(edge, 1.3 * (i - 3.5))}
          />
        )),
      )}
      <States />
    </>
  );
}

const MIXTURES = [
  { x: 8, name: "at the start", shares: [1, 1, 1, 1, 1, 1, 1, 1] },
  { x: 116, name: "later", shares: [0.5, 0.7, 0.6, 1, 1.5, 2.2, 0.8, 0.7] },
  { x: 224, name: "at the end", shares: [0.1, 0.15, 0.1, 0.4, 0.8, 5.9, 0.3, 0.25] },
] as const;
const SCALE = 14;

function Relaxation() {
  return MIXTURES.map(({ x, name, shares }) => (
    <g key={name}>
      {shares.map((share, i) => {
        const op = PRIMITIVES[i] ?? "none";
        return (
          <g key={op}>
            <rect
              x={x + 11 * i}
              y={96 - SCALE * share}
              width={8}
              height={SCALE * share}
              fill={OP_COLOUR[op]}
              opacity={Math.max(...shares) === share ? 1 : 0.55}
            />
            <Glyph op={op} x={x + 11 * i + 0.5} y={100} size={7} />
          </g>
        );
      })}
      <path className="base" d={`M${x - 2} 96.5h90`} />
      <text className="caption" x={x + 43} y={121}>
        {name}
      </text>
    </g>
  ));
}

const KEPT: readonly (readonly [edge: number, op: Primitive, width: number])[] = [
  [0, "sep_conv_3x3", 4],
  [1, "sep_conv_5x5", 3],
  [3, "skip_connect", 3],
  [4, "dil_conv_5x5", 2.5],
  [5, "max_pool_3x3", 3],
  [7, "sep_conv_3x3", 4],
];

function Kept({ kept }: { readonly kept: typeof KEPT }) {
  return (
    <>
      {EDGES.map((edge) => (
        <path key={String(edge)} className="hairline" d={edgePath(edge)} />
      ))}
      {kept.map(([edge, op, width]) => (
        <path
          key={edge}
          className="strand"
          stroke={OP_COLOUR[op]}
          strokeWidth={width}
          d={edgePath(EDGES[edge] ?? EDGES[0])}
        />
      ))}
      <States />
    </>
  );
}

function Box({ x, y, width, title, note }: Record<"x" | "y" | "width", number> & Record<"title" | "note", string>) {
  return (
    <g className="box">
      <rect x={x} y={y} width={width} height={40} rx={5} />
      <text className="name" x={x + width / 2} y={y + 15}>
        {title}
      </text>
      <text className="caption" x={x + width / 2} y={y + 30}>
        {note}
      </text>
    </g>
  );
}

function Levels() {
  return (
    <>
      {[0, 1].map((half) => (
        <g key={half}>
          {Array.from({ length: 10 }, (_, i) => (
            <rect
              key={String(i)}
              className={half === 0 ? "picture first" : "picture"}
              x={20 + 170 * half + 11 * (i % 10)}
              y={8}
              width={9}
              height={22}
              rx={1}
            />
          ))}
          <path className="arrow" d={`M${74 + 170 * half} 36v14`} />
          <path className="tip" d={`M${70 + 170 * half} 46l4 5 4-5`} />
        </g>
      ))}
      <Box x={20} y={56} width={108} title="weights" note="training loss" />
      <Box x={190} y={56} width={108} title="alphas" note="validation loss" />
      <path className="arrow" d="M132 68h52M184 86h-52" />
      <path className="tip" d="M180 64l5 4-5 4M136 82l-5 4 5 4" />
      <text className="caption" x={159} y={116}>
        step by step, in turn
      </text>
    </>
  );
}

const STAGES = [
  ["1", "E′", "learns"],
  ["2", "δ′", "explains"],
  ["3", "W′", "learns"],
  ["4", "A", "re-learns"],
] as const;

function Lease() {
  return (
    <>
      {STAGES.map(([number, symbol, what], i) => (
        <g key={number} className={i === 1 ? "box lit" : "box"}>
          <rect x={6 + 80 * i} y={22} width={60} height={54} rx={5} />
          <text className="caption left" x={12 + 80 * i} y={33}>
            {number}
          </text>
          <text className="symbol" x={36 + 80 * i} y={47}>
            {symbol}
          </text>
          <text className="caption" x={36 + 80 * i} y={66}>
            {what}
          </text>
          {i < 3 ? (
            <>
              <path className="arrow" d={`M${68 + 80 * i} 49h13`} />
              <path className="tip" d={`M${78 + 80 * i} 45l5 4-5 4`} />
            </>
          ) : null}
        </g>
      ))}
      <path className="arrow back" d="M276 80v18H36V82" />
      <path className="tip" d="M32 86l4-5 4 5" />
      <text className="caption" x={156} y={112}>
        the gradient flows back through all of them
      </text>
    </>
  );
}

/** A star on 9 × 9 pixels: 2 its outline, 1 its inside. */
const STAR = [
  "....2....",
  "....2....",
  "...212...",
  "222111222",
  ".2111112.",
  "..21112..",
  "..21112..",
  ".2122212.",
  ".22...22.",
] as const;
const STAR_PIXELS = STAR.flatMap((row, y) => Array.from(row, (pixel, x) => ({ x, y, pixel })));
const PIXEL = 9;

type Look = (pixel: string) => string;
const LOOKS: readonly (readonly [name: string, look: Look])[] = [
  ["x", (pixel) => (pixel === "." ? "var(--op-sep5)" : "var(--light)")],
  ["|δ′|", (pixel) => (pixel === "2" ? "var(--light)" : pixel === "1" ? "#5a3d08" : "#0c0f16")],
  ["x ⊙ δ′", (pixel) => (pixel === "2" ? "#e7c67a" : pixel === "1" ? "#8a857a" : "#7f7f7f")],
];

function Explanation() {
  return LOOKS.map(([name, look], place) => (
    <g key={name} className="mosaic" transform={`translate(${16 + 104 * place} 12)`}>
      {STAR_PIXELS.map(({ x, y, pixel }) => (
        <rect
          key={`${x} ${y}`}
          x={PIXEL * x}
          y={PIXEL * y}
          width={PIXEL + 0.3}
          height={PIXEL + 0.3}
          fill={look(pixel)}
        />
      ))}
      <text className="caption" x={40} y={97}>
        {name}
      </text>
    </g>
  ));
}

const PATHS: readonly (readonly [edge: number, shift: number, dash: string, op: Primitive])[] = [
  [0, -3, "", "sep_conv_3x3"],
  [1, -3, "", "max_pool_3x3"],
  [4, -3, "", "skip_connect"],
  [7, -3, "", "dil_conv_3x3"],
  [0, 4, "5 3", "dil_conv_5x5"],
  [1, 4, "5 3", "sep_conv_5x5"],
  [4, 4, "5 3", "avg_pool_3x3"],
  [7, 4, "5 3", "sep_conv_3x3"],
];

function SubGraphs() {
  return (
    <>
      {EDGES.map((edge) => (
        <path key={String(edge)} className="hairline" d={edgePath(edge)} />
      ))}
      {PATHS.map(([edge, shift, dash, op]) => {
        const [from, to] = EDGES[edge] ?? EDGES[0];
        const [a, b] = [STATES[from], STATES[to]];
        return (
          <g key={`${edge} ${shift}`}>
            <path className="lane" strokeDasharray={dash} d={edgePath([from, to], shift)} />
            <Glyph op={op} x={(a.x + b.x) / 2 - 5} y={(a.y + b.y) / 2 - 5 + 3.6 * shift} size={10} />
          </g>
        );
      })}
      <States />
    </>
  );
}

const SKIPS: typeof KEPT = [0, 1, 3, 4, 5, 7].map((edge) => [edge, edge === 1 ? "sep_conv_3x3" : "skip_connect", 3]);

function Cost() {
  const parts = [
    ["activations", 168, 1],
    ["audience", 30, 0.68],
    ["weights", 16, 0.42],
  ] as const;
  let x = 16;
  return (
    <>
      <rect className="track" x={16} y={50} width={288} height={18} rx={3} />
      {parts.map(([name, width, opacity]) => {
        const at = x;
        x += width + 2;
        return (
          <g key={name}>
            <rect x={at} y={50} width={width} height={18} fill="var(--good)" opacity={opacity} />
            <path className="hairline" d={`M${at + width / 2} 46v-6`} />
            <text
              className="caption"
              x={at + width / 2 + (name === "weights" ? 14 : 0)}
              y={name === "audience" ? 22 : 34}
            >
              {name}
            </text>
          </g>
        );
      })}
      <path className="arrow" d="M304 42v34" />
      <text className="caption end" x={304} y={90}>
        limit
      </text>
    </>
  );
}

const PICTURES: Readonly<Record<Topic, () => ReactNode>> = {
  supernet: Supernet,
  relaxation: Relaxation,
  genotype: () => <Kept kept={KEPT} />,
  levels: Levels,
  lease: Lease,
  explanation: Explanation,
  "sub-graphs": SubGraphs,
  collapse: () => <Kept kept={SKIPS} />,
  cost: Cost,
};

export function Illustration({ topic, label }: { readonly topic: Topic; readonly label: string }) {
  const Picture = PICTURES[topic];
  return (
    <Drawing label={label}>
      <Picture />
    </Drawing>
  );
}
