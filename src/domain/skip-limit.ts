/** A genotype with few skips: P-DARTS's restriction (arXiv 1904.12760, §3.3) for what any strategy has found. */
import { type Alphas, type Betas, deriveCell, edgeWeights, type Gene, type Genotype, genotypeOf } from "./genotype";
import { deriveStaged } from "./p-darts";
import { edgeIndex, type Operations, PRIMITIVES } from "./primitives";

/** What a genotype is read off. */
export interface Found {
  readonly alphas: Alphas;
  readonly betas: Betas | null;
  /** Of the stage, for a strategy in stages, which has a rule of its own; else null. */
  readonly staged: Operations | null;
}

/** As P-DARTS allows. */
export const MAX_SKIPS = 2;
const SKIP = PRIMITIVES.indexOf("skip_connect");

/** Place of a gene's weight in [14, 8]. @param gene its index in the cell */
function placeOf([, state]: Gene, gene: number): number {
  return edgeIndex(Math.floor(gene / 2), state) * PRIMITIVES.length + SKIP;
}

/**
 * The cell with at most so many skips: while there are more, the weakest loses its weight and the cell is chosen anew, which
 * may let another skip in. @param weights [14, 8]
 */
function limitCell(weights: Float32Array, maxSkips: number): Gene[] {
  const left = weights.slice();
  for (;;) {
    const genes = deriveCell(left);
    const skips = genes.flatMap((gene, i) => (gene[0] === "skip_connect" ? [placeOf(gene, i)] : []));
    const [weakest] = skips
      .filter((at) => (left[at] ?? 0) > 0)
      .sort((a, b) => (left[a] ?? 0) - (left[b] ?? 0) || a - b);
    // An edge whose other operations have no weight either keeps its skip.
    if (skips.length <= maxSkips || weakest === undefined) return genes;
    left[weakest] = 0;
  }
}

/** The genotype with at most so many skips in its normal cell; the reduction cell stays as it was found. */
export function withFewSkips({ alphas, betas, staged }: Found, maxSkips = MAX_SKIPS): Genotype {
  if (staged) return deriveStaged(staged, alphas, maxSkips);
  return genotypeOf({
    normal: limitCell(edgeWeights(alphas.normal, betas?.normal), maxSkips),
    reduce: deriveCell(edgeWeights(alphas.reduce, betas?.reduce)),
  });
}
