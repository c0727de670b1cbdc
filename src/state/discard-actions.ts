/** Asks before something ends a run that could not be kept. No React, no DOM. */
import type { AppState } from "./app-state";
import type { EngineClient } from "./engine-client";

export interface DiscardActions {
  /** Does what was asked for, though it ends the run. */
  readonly discard: () => Promise<void>;
  /** Gives up what was asked for. */
  readonly stay: () => void;
}

interface Tools {
  readonly client: EngineClient;
  readonly get: () => AppState;
  readonly set: (change: (state: AppState) => AppState) => void;
  readonly fail: (error: unknown) => void;
}

const KEEPING = "The page is still trying to keep its run: do that again in a moment.";

/** Does something that ends the run on the page; where that is not kept and there is no room even now, only after a question. */
export type UnlessUnkept = (may: (state: AppState) => boolean, act: () => Promise<void>) => Promise<void>;

export function discardActions({ client, get, set, fail }: Tools) {
  let asked: (() => Promise<void>) | null = null;
  const ask = (act: (() => Promise<void>) | null) => {
    asked = act;
    set((state) => ({ ...state, discarding: act !== null }));
  };
  const actions: DiscardActions = {
    discard: async () => {
      // The question may have gone with the run that it was about.
      const act = get().discarding ? asked : null;
      ask(null);
      await act?.().catch(fail);
    },
    stay: () => ask(null),
  };
  /** @returns whether there is nothing to ask any more */
  const keep = async () => {
    set((state) => ({ ...state, keeping: true }));
    try {
      return await client.keepNow();
    } finally {
      set((state) => ({ ...state, keeping: false }));
    }
  };
  return {
    actions,
    /** `may` is asked again whenever the page may have changed meanwhile. */
    unlessUnkept: (async (may, act) => {
      if (!may(get())) return;
      if (get().keeping) return fail(new Error(KEEPING));
      if (get().keepingProblem === null) return act();
      const isKept = await keep();
      const still = async () => {
        if (may(get())) await act();
      };
      if (isKept) await still();
      else if (may(get())) ask(still);
    }) satisfies UnlessUnkept,
  };
}
