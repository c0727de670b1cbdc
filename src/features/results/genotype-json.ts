/** The genotype as short JSON: two genes a line, as a person reads them. Plain text functions. */
import type { Gene, Genotype } from "../../domain/genotype";
import { CELL_KINDS } from "../../domain/primitives";

/** Valid JSON of the genotype alone. */
export function genotypeJson(genotype: Genotype): string {
  const lines = CELL_KINDS.flatMap((kind) => [
    `  "${kind}": [\n${rows(genotype[kind], (gene) => JSON.stringify(gene).replace(",", ", ")).join(",\n")}\n  ]`,
    `  "${kind}_concat": ${JSON.stringify(genotype[`${kind}_concat`]).replaceAll(",", ", ")}`,
  ]);
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
