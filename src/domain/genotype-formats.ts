/** A genotype as text, as others read it: DARTS's text, JSON, NASLib's compact form. Two genes a line, as a person reads them. */
import type { DataName } from "./dataset";
import type { Gene, Genotype } from "./genotype";
import { CELL_KINDS, PRIMITIVES, type Primitive } from "./primitives";

/** The operations of NASLib's compact form, in its order: all but `none`. Source: its search_spaces/nasbench301/conversions.py. */
export const COMPACT_OPERATIONS: readonly Primitive[] = PRIMITIVES.filter((op) => op !== "none");

/**
 * Valid JSON of the genotype, and of the data set that it was found on.
 * @param maxSkips the limit that its normal cell was derived with, if there was one
 */
export function genotypeJson(genotype: Genotype, data: DataName | null = null, maxSkips: number | null = null): string {
  const lines = CELL_KINDS.flatMap((kind) => [
    `  "${kind}": [\n${rows(genotype[kind], (gene) => JSON.stringify(gene).replace(",", ", ")).join(",\n")}\n  ]`,
    `  "${kind}_concat": ${JSON.stringify(genotype[`${kind}_concat`]).replaceAll(",", ", ")}`,
  ]);
  if (data) lines.push(`  "data": ${JSON.stringify({ name: data.name, hash: data.hash })}`);
  if (maxSkips !== null) lines.push(`  "max_skips": ${maxSkips}`);
  return `{\n${lines.join(",\n")}\n}`;
}

/** The DARTS text on several lines; the same tokens as `genotypeText` of the domain, which is one line. */
export function genotypeLines(genotype: Genotype, name = "Searchlight"): string {
  const cell = (genes: readonly Gene[]) => rows(genes, ([op, state]) => `('${op}', ${state})`).join(",\n");
  const concat = (states: readonly number[]) => `[${states.join(", ")}]`;
  return (
    `${name} = Genotype(\n  normal=[\n${cell(genotype.normal)}\n  ], normal_concat=${concat(genotype.normal_concat)},\n` +
    `  reduce=[\n${cell(genotype.reduce)}\n  ], reduce_concat=${concat(genotype.reduce_concat)})`
  );
}

function rows(genes: readonly Gene[], write: (gene: Gene) => string): string[] {
  return genes.flatMap((gene, i) => {
    const second = genes[i + 1];
    if (i % 2 === 1) return [];
    return [`    ${write(gene)}${second ? `, ${write(second)}` : ""}`];
  });
}

/** NASLib's compact form: a tuple for the normal and one for the reduction cell, of pairs (input state, index of the operation). */
export function genotypeCompact(genotype: Genotype): string {
  const cell = (genes: readonly Gene[]) =>
    rows(genes, ([op, state]) => `(${state}, ${COMPACT_OPERATIONS.indexOf(op)})`).join(",\n");
  return `(\n${CELL_KINDS.map((kind) => `  (\n${cell(genotype[kind])}\n  )`).join(",\n")}\n)`;
}
