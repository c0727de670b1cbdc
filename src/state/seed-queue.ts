/** Runs of the same settings with one seed after another. Plain functions; the controller starts the runs. */
import type { KeptRun } from "../domain/kept-run";
import { differingSettings, nextSeeds, type SettledRun, sameButSeed } from "../domain/seed-group";
import type { Settings } from "../domain/settings";

/** Settings, apart from the seed, and data are those of all its runs. */
export interface SeedQueue extends SettledRun {
  readonly seeds: readonly number[];
  /** Runs that are finished. */
  readonly done: number;
  /**
   * `stopping`: the run under way is the last one. `unkept`: the last run could not be kept, and the next would end it.
   * `left`: the page was left before it was through.
   */
  readonly state: "running" | "stopping" | "done" | "stopped" | "failed" | "unkept" | "left";
}

export const SEEDS_AT_ONCE = 50;

export function newQueue({ settings, data }: SettledRun, seeds: readonly number[]): SeedQueue {
  return { settings, data, seeds, done: 0, state: "running" };
}

/** A run of the queue is under way, or the next one is about to start. */
export function isQueueAtWork(queue: SeedQueue | null): queue is SeedQueue {
  return queue?.state === "running" || queue?.state === "stopping";
}

export function stopped(queue: SeedQueue): SeedQueue {
  return queue.state === "running" ? { ...queue, state: "stopping" } : queue;
}

/** How a run ended. `reset`: a person gave it up; `unkept`: it is finished, but could not be kept. */
export type RunEnd = "finished" | "unkept" | "failed" | "reset";

/** The queue after the run under way has ended. */
export function afterRun(queue: SeedQueue, end: RunEnd): SeedQueue {
  if (!isQueueAtWork(queue)) return queue;
  if (end === "failed" || end === "reset") return { ...queue, state: end === "failed" ? "failed" : "stopped" };
  const done = queue.done + 1;
  if (done >= queue.seeds.length) return { ...queue, done, state: "done" };
  if (queue.state === "stopping") return { ...queue, done, state: "stopped" };
  return { ...queue, done, state: end === "unkept" ? "unkept" : "running" };
}

/** A queue that was left, after a run of its own that a person took up; other runs are not its own. */
export function afterOwnRun(queue: SeedQueue): SeedQueue {
  const done = queue.done + 1;
  return { ...queue, done, state: done >= queue.seeds.length ? "done" : queue.state };
}

/** Whether a run is the one at the head of the queue. */
export function isHead(queue: SeedQueue | null, run: SettledRun | null): boolean {
  const seed = queue?.seeds[queue.done];
  if (!queue || !run || seed === undefined || !sameButSeed(queue, run)) return false;
  return differingSettings([{ ...queue.settings, seed }, run.settings]).length === 0;
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
