/** Works off a queue of seeds: starts each run when the one before has finished. No React, no DOM. */
import type { AppState } from "./app-state";
import { afterRun, headOf, isQueueAtWork, newQueue, stopped } from "./seed-queue";
import { queuedSeeds, selectMayQueue } from "./selectors";

export interface SeedQueueActions {
  /** Runs the present settings from the next `count` seeds, one after another. */
  readonly runSeeds: (count: number) => Promise<void>;
  /** The run under way is the last of the queue. */
  readonly stopSeeds: () => void;
}

interface Tools {
  readonly get: () => AppState;
  readonly set: (change: (state: AppState) => AppState) => void;
  readonly fail: (error: unknown) => void;
  /** Starts a new run with the settings of the state, in the place of the one that is shown. */
  readonly startAnew: () => Promise<void>;
}

/** `runEnded` must be told of every run that ends, whoever began it. */
export function seedQueueActions({ get, set, fail, startAnew }: Tools) {
  const end = (how: "finished" | "failed" | "reset") =>
    set((state) => (state.queue ? { ...state, queue: afterRun(state.queue, how) } : state));

  const startHead = async () => {
    const { queue } = get();
    const settings = queue && headOf(queue);
    if (!settings) return;
    set((state) => ({ ...state, settings, touched: true }));
    try {
      await startAnew();
    } catch (error) {
      fail(error);
      end("failed");
    }
  };

  const actions: SeedQueueActions = {
    runSeeds: async (count) => {
      const seeds = queuedSeeds(get(), count);
      if (!selectMayQueue(get()) || seeds.length === 0) return;
      set((state) => ({ ...state, queue: newQueue(state.settings, seeds) }));
      await startHead();
    },
    stopSeeds: () => set((state) => (state.queue ? { ...state, queue: stopped(state.queue) } : state)),
  };
  return {
    actions,
    runEnded: (how: "finished" | "failed" | "reset") => {
      if (!isQueueAtWork(get().queue)) return;
      end(how);
      void startHead();
    },
  };
}
