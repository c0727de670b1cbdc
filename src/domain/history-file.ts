/** The history of a run as a part of its file, and its check. */

import { type AlphaHistory, momentStride } from "./alpha-history";
import { bytesFromBase64, bytesToBase64, floatsFromBase64, floatsToBase64 } from "./base64";
import { CELL_KINDS, EDGES, PRIMITIVES } from "./primitives";
import { z } from "./zod";

/** Numbers are little endian in base64. */
export interface HistoryFile {
  /** Iterations from one moment to the next; the first is the start of the run. */
  readonly every: number;
  /** float32 [moments, 2, 14, 8]: −∞ where a stage has dropped the operation. */
  readonly alphas: string;
  /** float32 [moments, 2, 14]; only of a strategy with edge weights. */
  readonly betas?: string;
  readonly changes: {
    readonly iterations: readonly number[];
    /** uint8 [changes, 2, 14]: index of each edge's operation, 0 where it is not kept. */
    readonly kept: string;
  };
}

const OPS = PRIMITIVES.length;
const EDGE_VALUES = CELL_KINDS.length * EDGES;
const ALPHAS = EDGE_VALUES * OPS;

function concatenated(rows: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(rows.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const row of rows) {
    out.set(row, at);
    at += row.length;
  }
  return out;
}

export function historyToFile({ iteration, moments, changes }: AlphaHistory): HistoryFile {
  const betas = moments.flatMap(({ betas }) => betas ?? []);
  return {
    every: momentStride(iteration),
    alphas: floatsToBase64(concatenated(moments.map(({ alphas }) => alphas))),
    ...(betas.length > 0 && { betas: floatsToBase64(concatenated(betas)) }),
    changes: {
      iterations: changes.map(({ iteration }) => iteration),
      kept: bytesToBase64(Uint8Array.from(changes.flatMap(({ kept }) => [...kept]))),
    },
  };
}

/** The history of a checked file of a run of so many iterations. */
export function historyOfFile({ alphas, betas, changes, every }: HistoryFile, iterations: number): AlphaHistory {
  const values = floatsFromBase64(alphas);
  const edgeWeights = betas === undefined ? null : floatsFromBase64(betas);
  const kept = bytesFromBase64(changes.kept);
  return {
    iteration: iterations,
    moments: Array.from({ length: values.length / ALPHAS }, (_, i) => ({
      iteration: i * every,
      alphas: values.subarray(i * ALPHAS, (i + 1) * ALPHAS),
      betas: edgeWeights?.subarray(i * EDGE_VALUES, (i + 1) * EDGE_VALUES) ?? null,
    })),
    changes: changes.iterations.map((iteration, i) => ({
      iteration,
      kept: kept.subarray(i * EDGE_VALUES, (i + 1) * EDGE_VALUES),
    })),
  };
}

/** Base64 of a whole number of rows, at least one, of allowed values. */
function rows<T extends Float32Array | Uint8Array>(
  decode: (text: string) => T,
  row: number,
  allowed: (value: number) => boolean,
  what: string,
) {
  return z.string().refine(
    (text) => {
      try {
        const values = decode(text);
        return values.length > 0 && values.length % row === 0 && values.every(allowed);
      } catch {
        return false;
      }
    },
    { message: `must be base64 of ${what}` },
  );
}

/** The history of a file from outside. Whether its parts are as long as the run, `historyFits` tells. */
export const historySchema = z.object({
  every: z.int().min(1),
  alphas: rows(
    floatsFromBase64,
    ALPHAS,
    (value) => Number.isFinite(value) || value === Number.NEGATIVE_INFINITY,
    "float32 [moments, 2, 14, 8], finite or −∞",
  ),
  betas: rows(floatsFromBase64, EDGE_VALUES, Number.isFinite, "finite float32 [moments, 2, 14]").exactOptional(),
  changes: z.object({
    iterations: z.array(z.int().min(0)).refine((all) => all[0] === 0 && all.every((n, i) => n > (all[i - 1] ?? -1)), {
      message: "must ascend from 0",
    }),
    kept: rows(bytesFromBase64, EDGE_VALUES, (op) => op < OPS, "uint8 [changes, 2, 14], each below 8"),
  }),
});

/** Whether a checked history is that of a run of so many iterations. */
export function historyFits({ every, alphas, betas, changes }: HistoryFile, iterations: number): boolean {
  const moments = Math.floor(iterations / every) + 1;
  return (
    floatsFromBase64(alphas).length === moments * ALPHAS &&
    (betas === undefined || floatsFromBase64(betas).length === moments * EDGE_VALUES) &&
    bytesFromBase64(changes.kept).length === changes.iterations.length * EDGE_VALUES &&
    (changes.iterations.at(-1) ?? 0) <= iterations
  );
}
