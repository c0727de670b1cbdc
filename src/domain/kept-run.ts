/** A run that is kept in the browser from one visit to the next, as a list shows it. */
import type { Genotype } from "./genotype";
import type { RunFile } from "./run";
import { methodOf, type Settings } from "./settings";

export interface KeptRun {
  readonly id: string;
  readonly name: string;
  readonly pinned: boolean;
  /** ISO times of the first and of the last writing. */
  readonly created: string;
  readonly changed: string;
  /** Iterations that are kept. */
  readonly iteration: number;
  /** Of the whole run. */
  readonly iterations: number;
  readonly finished: boolean;
  readonly settings: Settings;
  readonly data: RunFile["data"];
  readonly genotype: Genotype;
  /** Validation losses, mean of the last iterations, nats; null where there are none. */
  readonly explainerLoss: number | null;
  readonly audienceLoss: number | null;
  /** What it takes in the browser's storage. */
  readonly bytes: number;
}

/** What a person may change of a kept run. */
export type RunLabel = Pick<KeptRun, "name" | "pinned">;

/** The browser's storage, in bytes. */
export interface RunStorage {
  /** Of all kept runs. */
  readonly runs: number;
  /** Of everything that this page keeps, and what the browser allows; null where it does not tell. */
  readonly used: number | null;
  readonly quota: number | null;
}

/** A run's name until a person gives it another. */
export function runName(settings: Settings): string {
  return `${methodOf(settings)}, ${settings.objective}, seed ${settings.seed}`;
}

/** There is no room for more. */
export class StorageFullError extends Error {
  override readonly name = "StorageFullError";
}
