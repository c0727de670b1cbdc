/** Small drawings: the logo, line icons and one glyph for each operation. */
import type { Primitive } from "../../domain/primitives";

const PATHS = {
  lock: "M4 7.5h8v5.5H4zM5.8 7.5V5.2a2.2 2.2 0 0 1 4.4 0v2.3",
  help: "M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8M6.3 6.3a1.8 1.8 0 1 1 2.5 1.7c-.6.3-.8.6-.8 1.2M8 11.6v.1",
  sun: "M8 5.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6M8 1.4v1.3M8 13.3v1.3M1.4 8h1.3M13.3 8h1.3M3.3 3.3l1 1M11.7 11.7l1 1M3.3 12.7l1-1M11.7 4.3l1-1",
  moon: "M13.2 9.6A5.6 5.6 0 0 1 6.4 2.8a5.6 5.6 0 1 0 6.8 6.8z",
  step: "M4 3.6v8.8L10 8zM12.4 3.6v8.8",
  reset: "M3.3 8a4.8 4.8 0 1 0 1.6-3.5M3.1 2.6v2.9H6",
  share: "M8 10V2M5 4.5l3-2.7 3 2.7M3 8.5v4.7h10V8.5",
  open: "M8 12V4M4.9 7L8 3.9 11.1 7",
  down: "M8 3.4v6.4M5 7l3 3 3-3M3.2 12.8h9.6",
  copy: "M5.6 5.6h7.6v7.6H5.6zM10.4 5.6V2.8H2.8v7.6h2.8",
  check: "M3 8.4l3.3 3.2L13 4.8",
  cross: "M4.2 4.2l7.6 7.6M11.8 4.2l-7.6 7.6",
  dash: "M4 8h8",
  warning: "M8 2.4l6 10.8H2zM8 6.6v3M8 11.4v.1",
  chevron: "M6 3.6L10.4 8 6 12.4",
  pin: "M5.4 2.4h5.2M6.3 2.4v4L4 9.2h8L9.7 6.4v-4M8 9.2v4.6",
  pencil: "M3 13l.7-2.9 7-7 2.2 2.2-7 7zM9.3 4.5l2.2 2.2",
  bin: "M3 4.4h10M6.2 4.2V2.6h3.6v1.6M4.4 4.4l.6 9h6l.6-9M6.7 6.8v4.2M9.3 6.8v4.2",
  settings:
    "M2.6 4.6h5M11 4.6h2.4M7.6 4.6a1.7 1.7 0 1 0 3.4 0 1.7 1.7 0 1 0-3.4 0M2.6 11.4H5M8.4 11.4h5M5 11.4a1.7 1.7 0 1 0 3.4 0 1.7 1.7 0 1 0-3.4 0",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 15 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" width={size} height={size} aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** A lamp on a stand throws its light on one node of three. */
export function Logo() {
  return (
    <svg className="logo" viewBox="0 0 24 24" width={22} height={22} aria-hidden="true">
      <path d="M5 19.4 9.4 2.6a17 17 0 0 1 12 11.4z" fill="var(--light)" />
      <circle cx="4.2" cy="8" r="1.7" fill="none" stroke="var(--ink-3)" strokeWidth="1.2" />
      <circle cx="18.2" cy="19.2" r="1.7" fill="none" stroke="var(--ink-3)" strokeWidth="1.2" />
      <circle cx="14.2" cy="9.8" r="2.4" fill="var(--on-light)" />
      <circle cx="5" cy="19" r="3.3" fill="var(--ink)" />
    </svg>
  );
}

/** CSS variable of an operation's hue. */
export const OP_COLOUR: Readonly<Record<Primitive, string>> = {
  none: "var(--op-none)",
  max_pool_3x3: "var(--op-max)",
  avg_pool_3x3: "var(--op-avg)",
  skip_connect: "var(--op-skip)",
  sep_conv_3x3: "var(--op-sep3)",
  sep_conv_5x5: "var(--op-sep5)",
  dil_conv_3x3: "var(--op-dil3)",
  dil_conv_5x5: "var(--op-dil5)",
};

function dots(count: number, side: number, gap: number): string {
  const steps = Array.from({ length: count }, (_, i) => i * (side + gap));
  return steps.flatMap((x) => steps.map((y) => `M${x} ${y}h${side}v${side}h${-side}z`)).join("");
}

/** Glyphs in a box of 9 × 9: filled shapes, or strokes for the cross and the arc. */
const GLYPHS: Readonly<Record<Primitive, { d: string; stroke?: number }>> = {
  none: { d: "M1.8 1.8l5.4 5.4M7.2 1.8 1.8 7.2", stroke: 1.4 },
  max_pool_3x3: { d: "M4.5.8l4.2 7.6H.3z" },
  avg_pool_3x3: { d: "M0 2.6h9v1.5H0zM0 5h9v3.4H0z" },
  skip_connect: { d: "M.9 8C.9-.8 8.1-.8 8.1 8", stroke: 1.7 },
  sep_conv_3x3: { d: "M2 2h5v5H2z" },
  sep_conv_5x5: { d: "M0 0h9v9H0z" },
  dil_conv_3x3: { d: `${dots(2, 2.6, 2.4)}` },
  dil_conv_5x5: { d: dots(3, 2.1, 1.35) },
};

/** The glyph of an operation with its top left corner at (x, y) of the surrounding SVG. */
export function Glyph({
  op,
  x,
  y,
  size = 9,
}: {
  readonly op: Primitive;
  readonly x: number;
  readonly y: number;
  readonly size?: number;
}) {
  const { d, stroke } = GLYPHS[op];
  const inset = op === "dil_conv_3x3" ? 0.7 : 0;
  const paint = stroke ? { fill: "none", stroke: OP_COLOUR[op], strokeWidth: stroke } : { fill: OP_COLOUR[op] };
  return <path d={d} transform={`translate(${x + inset} ${y + inset}) scale(${size / 9})`} {...paint} />;
}
