/** Works off a queue of seeds: starts each run when the one before has finished. No React, no DOM. */
import type { BuiltIn } from "../domain/dataset";
import type { AppState } from "./app-state";
import type { UnlessUnkept } from "./discard-actions";
import { builtInOf } from "./link";
import { afterOwnRun, afterRun, headOf, isHead, isQueueAtWork, newQueue, type RunEnd, stopped } from "./seed-queue";
import { headWaits, presentRun, queuedSeeds, runOnPage, selectMayGoOn, selectMayQueue, usesDataOf } from "./selectors";

export interface SeedQueueActions {
  /** Runs the present settings from the next `count` seeds, one after another. */
  readonly runSeeds: (count: number) => Promise<void>;
  /** Goes on with the queue that was left, with its run that waits first. */
  readonly continueSeeds: () => Promise<void>;
  /** The run under way is the last of the queue. */
  readonly stopSeeds: () => void;
}

interface Tools {
  readonly get: () => AppState;
  readonly set: (change: (state: AppState) => AppState) => void;
  readonly fail: (error: unknown) => void;
  /** Starts a new run with the settings of the state, in the place of the one that is shown. */
  readonly startAnew: () => Promise<void>;
  /** Goes on with the run that waits. */
  readonly resume: () => Promise<void>;
  /** Reads a built-in set. */
  readonly loadBuiltIn: (name: BuiltIn) => Promise<void>;
  /** Asks first, where the run on the page would be lost. */
  readonly unlessUnkept: UnlessUnkept;
}

/** `runEnded` must be told of every run that ends, whoever began it. */
export function seedQueueActions({ get, set, fail, startAnew, resume, loadBuiltIn, unlessUnkept }: Tools) {
  const end = (how: RunEnd) => set((state) => (state.queue ? { ...state, queue: afterRun(state.queue, how) } : state));

  const begun = async (start: () => Promise<void>) => {
    try {
      await start();
    } catch (error) {
      fail(error);
      end("failed");
    }
  };

  const startHead = async () => {
    const { queue } = get();
    const settings = queue && headOf(queue);
    if (!settings) return;
    set((state) => ({ ...state, settings, touched: true }));
    await begun(startAnew);
  };

  const actions: SeedQueueActions = {
    runSeeds: async (count) => {
      const seeds = queuedSeeds(get(), count);
      const present = presentRun(get());
      if (!present || seeds.length === 0) return;
      await unlessUnkept(selectMayQueue, async () => {
        set((state) => ({ ...state, queue: newQueue(present, seeds) }));
        await startHead();
      });
    },
    continueSeeds: async () => {
      const { queue } = get();
      if (!queue || !selectMayGoOn(get())) return;
      const goOn = async (start: () => Promise<void>) => {
        set((state) => ({ ...state, queue: { ...queue, state: "running" } }));
        await start();
      };
      if (headWaits(get())) return goOn(() => begun(resume));
      await unlessUnkept(selectMayGoOn, async () => {
        const builtIn = builtInOf(queue.data);
        if (builtIn && !usesDataOf(get(), queue.data)) await loadBuiltIn(builtIn);
        // Where that fails, the page says so, and the queue waits on.
        if (usesDataOf(get(), queue.data)) await goOn(startHead);
      });
    },
    stopSeeds: () => set((state) => (state.queue ? { ...state, queue: stopped(state.queue) } : state)),
  };
  return {
    actions,
    runEnded: (how: Exclude<RunEnd, "unkept">) => {
      const { queue, keepingProblem } = get();
      if (queue?.state === "left" && how === "finished" && isHead(queue, runOnPage(get()))) {
        set((state) => ({ ...state, queue: afterOwnRun(queue) }));
      }
      if (!isQueueAtWork(queue)) return;
      end(how === "finished" && keepingProblem !== null ? "unkept" : how);
      void startHead();
    },
  };
}
