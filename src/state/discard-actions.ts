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

export function discardActions({ client, get, set, fail }: Tools) {
  let asked: (() => Promise<void>) | null = null;
  const ask = (act: (() => Promise<void>) | null) => {
    asked = act;
    set((state) => ({ ...state, discarding: act !== null }));
  };
  const actions: DiscardActions = {
    discard: async () => {
      const act = asked;
      ask(null);
      await act?.().catch(fail);
    },
    stay: () => ask(null),
  };
  return {
    actions,
    /** Ends the run on the page by `act`; where it is not kept and there is no room even now, only after a question. */
    unlessUnkept: async (act: () => Promise<void>): Promise<void> => {
      if (get().keepingProblem === null || (await client.keepNow())) await act();
      else ask(act);
    },
  };
}
