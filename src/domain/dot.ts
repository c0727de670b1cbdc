/** A cell in the language of Graphviz. Plain text. */
import type { Gene } from "./genotype";
import { type CellKind, NODES, type Primitive } from "./primitives";

const HEAD = [
  "rankdir=LR",
  'node [fontname="Helvetica", fontsize=12, shape=circle, fixedsize=true, width=0.45]',
  'edge [fontname="Helvetica", fontsize=11]',
] as const;

/** Hues of the operations on a white ground: those of the page's light theme (tokens.css). */
export const DOT_COLOURS: Readonly<Record<Primitive, string>> = {
  none: "#6e757d",
  max_pool_3x3: "#bc4a10",
  avg_pool_3x3: "#c78609",
  skip_connect: "#6f0c82",
  sep_conv_3x3: "#4079ca",
  sep_conv_5x5: "#3640c3",
  dil_conv_3x3: "#11a68f",
  dil_conv_5x5: "#194e41",
};

/** Name of a state: the outputs of the two cells before, then the nodes. */
function stateName(state: number): string {
  return state < 2 ? `"c_{k-${2 - state}}"` : `"${state - 2}"`;
}

/** One edge for each gene, labelled with its operation, and all nodes joined to the output. */
export function cellDot(kind: CellKind, genes: readonly Gene[]): string {
  const box = "[shape=box, fixedsize=false, style=rounded]";
  const nodes = Array.from({ length: NODES }, (_, node) => `"${node}"`);
  const lines = [
    ...HEAD,
    ...[0, 1].map((state) => `${stateName(state)} ${box}`),
    ...nodes,
    `"c_{k}" ${box}`,
    ...genes.map(
      ([op, state], i) =>
        `${stateName(state)} -> ${nodes[Math.floor(i / 2)]} [label="${op}", color="${DOT_COLOURS[op]}", penwidth=2]`,
    ),
    ...nodes.map((node) => `${node} -> "c_{k}" [style=dashed, arrowhead=none]`),
  ];
  return `digraph ${kind} {\n${lines.map((line) => `  ${line};`).join("\n")}\n}\n`;
}
