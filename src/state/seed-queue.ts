/** Runs of the same settings with one seed after another. Plain functions; the controller starts the runs. */
import type { KeptRun } from "../domain/kept-run";
import { nextSeeds, type SettledRun, sameButSeed } from "../domain/seed-group";
import type { Settings } from "../domain/settings";

export interface SeedQueue {
  /** Of all runs, apart from the seed. */
  readonly settings: Settings;
  readonly seeds: readonly number[];
  /** Runs that are finished. */
  readonly done: number;
  /** `stopping`: the run under way is the last one. */
  readonly state: "running" | "stopping" | "done" | "stopped" | "failed";
}

export const SEEDS_AT_ONCE = 50;

export function newQueue(settings: Settings, seeds: readonly number[]): SeedQueue {
  return { settings, seeds, done: 0, state: "running" };
}

/** A run of the queue is under way, or the next one is about to start. */
export function isQueueAtWork(queue: SeedQueue | null): queue is SeedQueue {
  return queue?.state === "running" || queue?.state === "stopping";
}

export function stopped(queue: SeedQueue): SeedQueue {
  return queue.state === "running" ? { ...queue, state: "stopping" } : queue;
}

/** The queue after the run under way has ended. `reset`: a person gave it up. */
export function afterRun(queue: SeedQueue, end: "finished" | "failed" | "reset"): SeedQueue {
  if (!isQueueAtWork(queue)) return queue;
  if (end !== "finished") return { ...queue, state: end === "failed" ? "failed" : "stopped" };
  const done = queue.done + 1;
  if (done >= queue.seeds.length) return { ...queue, done, state: "done" };
  return { ...queue, done, state: queue.state === "stopping" ? "stopped" : "running" };
}

/** Settings of the run at the head of the queue; null when no further one is to start. */
export function headOf(queue: SeedQueue): Settings | null {
  const seed = queue.seeds[queue.done];
  return queue.state === "running" && seed !== undefined ? { ...queue.settings, seed } : null;
}

/** The next seeds, from the settings' own on, for which no finished run agrees with these settings and data. */
export function missingSeeds(present: SettledRun, runs: readonly KeptRun[], count: number): number[] {
  const taken = runs.filter((run) => run.finished && sameButSeed(run, present)).map(({ settings }) => settings.seed);
  return nextSeeds(present.settings.seed, count, new Set(taken));
}
