/** The cells of a run, derived with few skips in the normal one. Plain functions. */
import type { Genotype } from "../domain/genotype";
import type { Snapshot } from "../domain/run";
import { withFewSkips } from "../domain/skip-limit";

/** What is derived from, at one moment of a run. */
export type Derivable = Pick<Snapshot, "alphas" | "betas" | "stages" | "stage">;

export function limitedBy({ alphas, betas, stages, stage }: Derivable): Genotype {
  // A run of one stage mixes all operations, and is derived as its strategy derives.
  const staged = stages.length > 1 ? (stages[stage]?.operations ?? null) : null;
  return withFewSkips({ alphas, betas, staged });
}
