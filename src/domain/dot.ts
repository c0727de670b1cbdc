/** A cell in the language of Graphviz. Plain text. */
import type { Genotype } from "./genotype";
import { type CellKind, NODES, type Primitive } from "./primitives";

const HEAD = [
  "rankdir=LR",
  'node [fontname="Helvetica", fontsize=12, shape=circle, fixedsize=true, width=0.45]',
  'edge [fontname="Helvetica", fontsize=11]',
] as const;

/** Name of a state: the outputs of the two cells before, then the nodes. */
function stateName(state: number): string {
  return state < 2 ? `"c_{k-${2 - state}}"` : `"${state - 2}"`;
}

/**
 * One kept edge for each gene, labelled with its operation, and the nodes that the output joins.
 * @param colours of the edges, as Graphviz reads them: "#4079ca"
 */
export function cellDot(
  genotype: Genotype,
  kind: CellKind,
  colours: Readonly<Partial<Record<Primitive, string>>> = {},
): string {
  const box = "[shape=box, fixedsize=false, style=rounded]";
  const edges = genotype[kind].map(([op, state], i) => {
    const colour = colours[op] ? `, color="${colours[op]}"` : "";
    return `${stateName(state)} -> "${Math.floor(i / 2)}" [label="${op}"${colour}]`;
  });
  const joined = genotype[`${kind}_concat`].map(
    (state) => `${stateName(state)} -> "c_{k}" [style=dashed, arrowhead=none]`,
  );
  const lines = [
    ...HEAD,
    ...[0, 1].map((state) => `${stateName(state)} ${box}`),
    ...Array.from({ length: NODES }, (_, node) => `"${node}"`),
    `"c_{k}" ${box}`,
    ...edges,
    ...joined,
  ];
  return `digraph ${kind} {\n${lines.map((line) => `  ${line};`).join("\n")}\n}\n`;
}
