/** The history of a run in a file, as its timeline and its cells show it. Plain functions. */
import { type AlphaHistory, cellsOf, genesOf, lastAt } from "../domain/alpha-history";
import { type Alphas, type Betas, type Gene, meanEntropy, softmaxRows } from "../domain/genotype";
import { historyOfFile } from "../domain/history-file";
import type { CellKind } from "../domain/primitives";
import { alphasOfFile, betasOfFile, type RunFile } from "../domain/run";
import { CHART_POINTS, type Point } from "./decimate";

/** What is needed of a run file to show its cells over the run. */
export type FileOfCells = Pick<RunFile, "alphas" | "genotype" | "iterations"> &
  Partial<Pick<RunFile, "betas" | "history" | "stages">>;

/** The cells of a run at one moment. */
export interface CellsMoment {
  readonly alphas: Alphas;
  readonly betas: Betas | null;
  readonly genes: Readonly<Record<CellKind, readonly Gene[]>>;
}

/** null where the file has none, or where nothing came after the start. */
export function readHistory({ history, iterations }: FileOfCells): AlphaHistory | null {
  return history && iterations > 0 ? historyOfFile(history, iterations) : null;
}

/** @param at null for the last iteration */
export function cellsAt(file: FileOfCells, history: AlphaHistory | null, at: number | null): CellsMoment {
  const moment = history && at !== null ? lastAt(history.moments, at) : undefined;
  const kept = moment && history && lastAt(history.changes, moment.iteration)?.kept;
  if (!moment || !kept) return { alphas: alphasOfFile(file.alphas), betas: betasOfFile(file), genes: file.genotype };
  return {
    alphas: cellsOf(moment.alphas),
    betas: moment.betas && cellsOf(moment.betas),
    genes: { normal: genesOf(kept, "normal"), reduce: genesOf(kept, "reduce") },
  };
}

/** Mean entropies `normal` and `reduce` of some moments, evenly spaced, and of the end. */
export function entropyOf(file: FileOfCells, { moments }: AlphaHistory): Point[] {
  const step = Math.ceil(moments.length / CHART_POINTS);
  const point = (iteration: number, { normal, reduce }: Alphas): Point => ({
    iteration,
    normal: meanEntropy(softmaxRows(normal)),
    reduce: meanEntropy(softmaxRows(reduce)),
  });
  return [
    ...moments
      .filter(({ iteration }, i) => i % step === 0 && iteration < file.iterations)
      .map(({ iteration, alphas }) => point(iteration, cellsOf(alphas))),
    point(file.iterations, alphasOfFile(file.alphas)),
  ];
}
