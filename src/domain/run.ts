/** What a run says of itself: adapter, status, one record for each iteration, snapshots and the exported file. */
import type { HistoryNews } from "./alpha-history";
import type { Alphas, Betas, Genotype } from "./genotype";
import { type HistoryFile, historyFits, historySchema } from "./history-file";
import { type CellKind, EDGES, NODES, PRIMITIVES } from "./primitives";
import type { Settings } from "./settings";
import type { RunStage } from "./stages";
import { z } from "./zod";

export type BackendName = "webgpu" | "cpu";

/** Why WebGPU cannot be used, or the adapter that can. */
export type WebGPUCheck =
  | {
      readonly ok: true;
      readonly vendor: string;
      readonly architecture: string;
      readonly description: string;
      readonly software: boolean;
    }
  | { readonly ok: false; readonly reason: "no-api" | "no-adapter" | "limit" | "error"; readonly detail: string };

/** The backend in use. */
export interface Engine {
  readonly backend: BackendName;
  readonly webgpu: WebGPUCheck;
  /** Name of the adapter, or "CPU". */
  readonly adapter: string;
}

export interface Progress {
  readonly done: number;
  /** 0 while it is not known. */
  readonly total: number;
}

/** Pictures that are being read, which can be given up at any time. */
export interface DataReading {
  readonly what: string;
  /** Bytes; none before the first have come. */
  readonly progress?: Progress;
}

/** The one status of the engine; what may be pressed follows from it. */
export type RunStatus =
  | { readonly kind: "loading"; readonly what: string }
  | { readonly kind: "idle" }
  /** A kept run is shown that can be resumed. `hasData`: the pictures that it was made of are loaded. */
  | { readonly kind: "kept"; readonly hasData: boolean }
  | { readonly kind: "starting"; readonly what: string; readonly progress?: Progress }
  /** `preparing`: what is made ready meanwhile, for the run's next stage or on a device that was lost. */
  | { readonly kind: "running"; readonly preparing?: { readonly what: string; readonly progress?: Progress } }
  | { readonly kind: "pausing" }
  | { readonly kind: "paused" }
  | { readonly kind: "finished" }
  | { readonly kind: "failed"; readonly message: string };

/** One iteration. Losses are mean cross-entropies in nats; `null` where the objective has no such part. */
export interface IterationRecord {
  /** 1 for the first. */
  readonly iteration: number;
  /** 0 for the first. */
  readonly epoch: number;
  /** Of a run in stages; 0 for the first. */
  readonly stage: number;
  readonly learningRate: number;
  /** What else the strategy changes by schedule, such as a temperature, by its name; empty for DARTS. */
  readonly schedules: Readonly<Record<string, number>>;
  /** Sub-graphs of the iteration: the primitive of each edge by its index, [K, 2, 14] flat, normal cells first; null for a strategy that draws none. */
  readonly picks: readonly number[] | null;
  readonly explainerTrainLoss: number;
  readonly explainerValidationLoss: number;
  readonly explainerTrainAccuracy: number;
  readonly explainerValidationAccuracy: number;
  /** Loss of the audience on the explained pictures. */
  readonly audienceTrainLoss: number | null;
  /** Loss of the audience on plain pictures. */
  readonly audienceValidationLoss: number | null;
  readonly audienceValidationAccuracy: number | null;
  /** Stage 2: mean cross-entropy between the predictions on x + δ and on x, before the step. */
  readonly explanationLoss: number | null;
  /** rms of the δ step over the noise's standard deviation. */
  readonly deltaStepRatio: number | null;
  /** Norm of the weight gradient before the clip. */
  readonly explainerGradientNorm: number;
  readonly audienceGradientNorm: number | null;
  /** null while the architecture rests. */
  readonly hypergradientNorm: number | null;
  /**
   * Norm of the audience's term of the hypergradient; null while the architecture rests, and where the explainer's own
   * second-order term is found in one product with it.
   */
  readonly audienceTermNorm: number | null;
  /** Mean entropy of the rows of softmax(α), nats; at most ln 8. */
  readonly entropyNormal: number;
  readonly entropyReduce: number;
  /** Skips that the alphas choose for the normal cell, before any restriction: many of them are a collapse. */
  readonly skips: number;
  readonly milliseconds: number;
}

/** One explained picture. Pictures are [size, size, 3] bytes. */
export interface Explanation {
  readonly size: number;
  readonly image: Uint8Array;
  /** |δ'| over its own maximum, mean over channels: [size, size], 0..255. */
  readonly magnitude: Uint8Array;
  /** x ⊙ δ', shifted and scaled to 0..255. */
  readonly product: Uint8Array;
  readonly label: number;
  /** Probability of the label before and after the perturbation (explainer), and on x ⊙ δ' (audience). */
  readonly explainerClean: number;
  readonly explainerPerturbed: number;
  readonly audience: number;
}

/** The exact hypergradient beside the papers' finite difference, at one moment of a run. */
export interface HypergradientComparison {
  /** Cosine of the angle between them; NaN when one is zero. */
  readonly cosine: number;
  readonly exactNorm: number;
  readonly finiteDifferenceNorm: number;
}

/** What an iteration will take, known before the first one is made. */
export interface PlanSize {
  /** On the device, with the tensors that live on. */
  readonly bytes: number;
  readonly dispatches: number;
}

/** What one kernel does in an iteration. */
export interface KernelProfile {
  readonly name: string;
  readonly dispatches: number;
  readonly milliseconds: number;
  /** Read and written, each binding counted once. */
  readonly bytes: number;
  /** Multiplications and additions, of the kernels that count them; 0 for others. */
  readonly operations: number;
}

/** Where the time of an iteration goes. */
export interface Profile {
  /** The longest first. */
  readonly kernels: readonly KernelProfile[];
  /** Memory of the plan on the device. */
  readonly bytes: number;
}

export interface SettingChange {
  readonly iteration: number;
  readonly name: keyof Settings;
  readonly from: string | number | boolean;
  readonly to: string | number | boolean;
}

/** The state of a run at one moment; posted at a fixed rate. `records` and `history` are those since the last snapshot. */
export interface Snapshot {
  readonly iteration: number;
  readonly iterations: number;
  readonly iterationsPerEpoch: number;
  /** All of the run, and the one that alphas and genotype belong to. */
  readonly stages: readonly RunStage[];
  readonly stage: number;
  readonly records: readonly IterationRecord[];
  /** An operation that a stage has dropped has −∞. */
  readonly alphas: Alphas;
  /** Edge weights before their softmax; null for a strategy without. */
  readonly betas: Betas | null;
  readonly genotype: Genotype;
  readonly history: HistoryNews;
  readonly explanations: readonly Explanation[] | null;
  /** Bytes the backend holds, and its tensors. */
  readonly bytes: number;
  readonly tensors: number;
}

/** Name of the chosen variant for each kernel call. */
export type Variants = Readonly<Record<string, string>>;

/** How much is chosen for an adapter. */
export interface Tuned {
  /** Kernel calls whose variant is settled. */
  readonly calls: number;
  /** Those among them that do not take the plain way. */
  readonly changed: number;
}

export interface Environment {
  readonly version: string;
  readonly backend: BackendName;
  readonly adapter: string;
  readonly runtime: string;
  /** On WebGPU: the variant of each kernel call; calls not listed take the plain one. Part of what repeats a run. */
  readonly variants?: Variants;
}

/** A genotype whose normal cell was derived with at most so many skips. */
export interface LimitedGenotype {
  readonly maxSkips: number;
  readonly genotype: Genotype;
}

/** Where a run was until so many iterations were made. */
export interface EarlierEnvironment extends Omit<Environment, "variants"> {
  readonly iterations: number;
}

/** Everything needed to repeat and to use a result. */
export interface RunFile {
  readonly format: "searchlight-run";
  readonly version: 1;
  readonly genotype: Genotype;
  /** The same as one line for DARTS's `genotypes.py`. */
  readonly genotypeText: string;
  /** Derived with a limit on the skips of the normal cell, where a person asked for it. */
  readonly limited?: LimitedGenotype;
  /** null where the last stage has dropped the operation. */
  readonly alphas: Readonly<Record<CellKind, readonly (readonly (number | null)[])[]>>;
  /** PC-DARTS: edge weights before their softmax. */
  readonly betas?: { readonly normal: readonly number[]; readonly reduce: readonly number[] };
  /** Of a run in stages. */
  readonly stages?: readonly RunStage[];
  readonly settings: Settings;
  readonly settingChanges: readonly SettingChange[];
  readonly seed: number;
  readonly iterations: number;
  readonly data: {
    readonly name: string;
    readonly source: string;
    readonly hash: string;
    /** HASH_VERSION when it was made; none in files of version 1. */
    readonly hashVersion?: number;
    readonly classes: number;
    readonly pictures: number;
  };
  readonly environment: Environment;
  /** Of a run that went on elsewhere: where its first iterations were made, in order. */
  readonly earlier?: readonly EarlierEnvironment[];
  readonly records: readonly IterationRecord[];
  /** Alphas over the run; files written before there was one have none. */
  readonly history?: HistoryFile;
  /** ISO time of the export; not part of what repeats. */
  readonly created: string;
}

const gene = z.tuple([z.enum(PRIMITIVES), z.int().min(0).max(NODES)]);
const genes = z
  .array(gene)
  .length(2 * NODES)
  .refine((list) => list.every(([op, state], i) => op !== "none" && state < Math.floor(i / 2) + 2), {
    message: "each node must keep two operations other than none, from states before it",
  });
const concat = z
  .array(
    z
      .int()
      .min(2)
      .max(NODES + 1),
  )
  .length(NODES);
const genotypeSchema = z.object({ normal: genes, normal_concat: concat, reduce: genes, reduce_concat: concat });
const matrix = z.array(z.array(z.number().nullable()).length(PRIMITIVES.length)).length(EDGES);
const operations = z.array(z.array(z.enum(PRIMITIVES))).length(EDGES);
const stage = z.object({
  index: z.int(),
  begins: z.int(),
  iterations: z.int(),
  layers: z.int(),
  channels: z.int(),
  operationsPerEdge: z.int(),
  skipDropout: z.number(),
  operations: z.object({ normal: operations, reduce: operations }).nullable(),
});
const edgeValues = z.array(z.number()).length(EDGES);
const scalar = z.union([z.string(), z.number(), z.boolean()]);
export const variantsSchema = z.record(z.string(), z.string());

const environment = z.object({
  version: z.string(),
  backend: z.enum(["webgpu", "cpu"]),
  adapter: z.string(),
  runtime: z.string(),
});

/** Shape of a run file from outside. Settings are checked by `parseSettings`. */
export const runFileSchema = z
  .object({
    format: z.literal("searchlight-run"),
    version: z.literal(1),
    genotype: genotypeSchema,
    limited: z.object({ maxSkips: z.int().min(0), genotype: genotypeSchema }).exactOptional(),
    alphas: z.object({ normal: matrix, reduce: matrix }),
    betas: z.object({ normal: edgeValues, reduce: edgeValues }).exactOptional(),
    stages: z.array(stage).exactOptional(),
    settings: z.record(z.string(), scalar),
    seed: z.int().min(0),
    iterations: z.int().min(0),
    data: z.object({
      name: z.string(),
      source: z.string(),
      hash: z.string(),
      hashVersion: z.int().exactOptional(),
      classes: z.int(),
      pictures: z.int(),
    }),
    environment: environment.extend({ variants: variantsSchema.exactOptional() }),
    earlier: z.array(environment.extend({ iterations: z.int() })).exactOptional(),
    history: historySchema.exactOptional(),
  })
  .refine(({ history, iterations }) => !history || historyFits(history, iterations), {
    path: ["history"],
    message: "is not as long as the run",
  });

/** Alphas of a file, [14, 8]: −∞ where an operation is off. */
export function alphasOfFile({ normal, reduce }: RunFile["alphas"]): Alphas {
  const values = (rows: readonly (readonly (number | null)[])[]) =>
    Float32Array.from(rows.flat(), (v) => v ?? Number.NEGATIVE_INFINITY);
  return { normal: values(normal), reduce: values(reduce) };
}

/** Betas of a file, [14]; null where there are none. */
export function betasOfFile({ betas }: Pick<RunFile, "betas">): Betas | null {
  return betas ? { normal: Float32Array.from(betas.normal), reduce: Float32Array.from(betas.reduce) } : null;
}

/** A checked run file: what the page shows of it and the settings it offers to use. */
export type ImportedRun = z.infer<typeof runFileSchema>;
