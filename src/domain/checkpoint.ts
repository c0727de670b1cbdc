/**
 * A run at the boundary of two iterations: what goes on from here equals, to the last bit, what would have gone on without
 * it. All randomness and all batches follow from the seed and the number of the iteration, so neither has a state.
 */
import type { RunFile, Variants } from "./run";
import type { Settings } from "./settings";
import { type RunStage, runIterations, stageShapes } from "./stages";

/** The stage that was under way. */
export interface StageState {
  /** With which its networks were built; what was changed since is in the run's. */
  readonly settings: Settings;
  /** Steps of Adam so far. */
  readonly architectureSteps: number;
  /** Architecture, weights and what the optimisers remember, by the names of the state. */
  readonly tensors: Readonly<Record<string, Float32Array>>;
}

export interface Checkpoint {
  readonly run: RunFile;
  readonly iterationsPerEpoch: number;
  /** All kernel variants that were known, also those that later stages may call. */
  readonly variants: Variants;
  /** The stages that began, the last of them under way. */
  readonly begun: readonly RunStage[];
  readonly stage: StageState;
}

/** A checkpoint that cannot be used. The message says why, and what to do. */
export class CheckpointError extends Error {
  override readonly name = "CheckpointError";
}

/** All stages of the run, those to come without their operations. */
export function stagesOf({ run, iterationsPerEpoch, begun }: Checkpoint): readonly RunStage[] {
  return stageShapes(run.settings, iterationsPerEpoch).map(
    (shape) => begun[shape.index] ?? { ...shape, operations: null },
  );
}

/** Iterations of the whole run. */
export function iterationsOf({ run, iterationsPerEpoch }: Checkpoint): number {
  return runIterations(run.settings, iterationsPerEpoch);
}
