/** What the learning curves of a finished run say: series to draw and the two numbers they are judged by. */
import { z } from "zod";
import { softmaxRows } from "../src/domain/genotype";
import { PRIMITIVES } from "../src/domain/primitives";
import { runFileSchema } from "../src/domain/run";

const record = z.object({
  iteration: z.int(),
  explainerTrainLoss: z.number(),
  explainerValidationLoss: z.number(),
  audienceTrainLoss: z.number().nullable(),
  audienceValidationLoss: z.number().nullable(),
  entropyNormal: z.number(),
  entropyReduce: z.number(),
});
const curveSchema = runFileSchema.extend({ records: z.array(record).min(20) });

export type CurveRun = z.infer<typeof curveSchema>;
export type CurveName = Exclude<keyof CurveRun["records"][number], "iteration">;

/** Iterations at each end that are compared. */
export const ENDS = 10;

export interface CurveNumbers {
  /** Mean training loss of the explainer over the last 10 iterations, over that of the first 10. */
  readonly lossRatio: number;
  /** Largest |softmax(α) − 1/8| of both cells. */
  readonly alphaSpread: number;
}

/** @throws Error when the text is no run file of at least 20 iterations */
export function readCurves(text: string): CurveRun {
  return curveSchema.parse(JSON.parse(text));
}

/** One series; empty where the objective has no such part. */
export function series(run: CurveRun, name: CurveName): number[] {
  return run.records.flatMap((r) => r[name] ?? []);
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** Means over up to `window` values around each one. */
export function smooth(values: readonly number[], window: number): number[] {
  const half = Math.floor(window / 2);
  return values.map((_, i) => mean(values.slice(Math.max(0, i - half), i + half + 1)));
}

export function curveNumbers(run: CurveRun): CurveNumbers {
  const losses = series(run, "explainerTrainLoss");
  const weights = [run.alphas.normal, run.alphas.reduce].flatMap((rows) => [
    ...softmaxRows(Float32Array.from(rows.flat())),
  ]);
  return {
    lossRatio: mean(losses.slice(-ENDS)) / mean(losses.slice(0, ENDS)),
    alphaSpread: Math.max(...weights.map((w) => Math.abs(w - 1 / PRIMITIVES.length))),
  };
}
