/** The file of a run with a genotype that has few skips beside the one that was found. A plain function. */
import { alphasOfFile, betasOfFile, type RunFile } from "../domain/run";
import { withFewSkips } from "../domain/skip-limit";

/** Derived from the file's own alphas, so that both belong to the same iteration. */
export function withLimited(run: RunFile, maxSkips: number): RunFile {
  // Stages to come have no operations yet.
  const staged = run.stages?.findLast(({ operations }) => operations !== null)?.operations ?? null;
  const found = { alphas: alphasOfFile(run.alphas), betas: betasOfFile(run), staged };
  return { ...run, limited: { maxSkips, genotype: withFewSkips(found, maxSkips) } };
}
