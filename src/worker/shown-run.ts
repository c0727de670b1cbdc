/** A kept run as the page shows it, before any engine has taken it up. */
import { type Checkpoint, iterationsOf, stagesOf } from "../domain/checkpoint";
import { historyOfFile } from "../domain/history-file";
import { alphasOfFile, betasOfFile, type Snapshot } from "../domain/run";

/** All that was known of the run at the checkpoint, in one snapshot. */
export function snapshotOfCheckpoint(checkpoint: Checkpoint): Snapshot {
  const { run, iterationsPerEpoch, begun } = checkpoint;
  const iteration = run.records.length;
  return {
    iteration,
    iterations: iterationsOf(checkpoint),
    iterationsPerEpoch,
    stages: stagesOf(checkpoint),
    stage: begun.length - 1,
    records: run.records,
    alphas: alphasOfFile(run.alphas),
    betas: betasOfFile(run),
    genotype: run.genotype,
    history: run.history ? historyOfFile(run.history, iteration) : { moments: [], changes: [] },
    explanations: null,
    bytes: 0,
    tensors: 0,
  };
}
