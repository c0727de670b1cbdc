/** What a person can have checked, timed and profiled. No React, no DOM. */
import { messageOf } from "../domain/error-message";
import type { AppState, LogEvent } from "./app-state";
import type { EngineClient } from "./engine-client";
import { selectPermissions } from "./selectors";

export interface CheckActions {
  readonly selfCheck: () => Promise<void>;
  readonly compareHypergradients: () => Promise<void>;
  readonly profile: () => Promise<void>;
  /** Times iterations of the next run; pressed again it stops. */
  readonly measure: () => Promise<void>;
  /** Forgets the kernel variants that were found on this machine. */
  readonly forgetTuning: () => Promise<void>;
}

interface Needs {
  readonly client: EngineClient;
  readonly get: () => AppState;
  readonly set: (change: (state: AppState) => AppState) => void;
  readonly log: (event: LogEvent) => void;
  /** Acts where it is allowed, and writes what goes wrong into the log. */
  readonly guarded: (allowed: boolean, act: () => Promise<void>) => Promise<void>;
  /** Shows at once that something was started. */
  readonly starting: (act: () => Promise<void>) => Promise<void>;
  /** What runs take was timed. */
  readonly measured: () => void;
}

export function checkActions({ client, get, set, log, guarded, starting, measured }: Needs): CheckActions {
  const may = () => selectPermissions(get());

  /** Makes one view of the run as it is, which the page shows meanwhile as being made. */
  const view = async <K extends "comparison" | "profile">(
    name: K,
    make: () => Promise<Extract<AppState[K], { readonly state: "done" }>["result"]>,
  ) => {
    const { iteration } = get().run;
    const show = (shown: object) => set((state) => ({ ...state, [name]: shown }));
    // A run that was forgotten meanwhile has nothing to show.
    const end = (shown: object) => {
      if (get()[name].state === "running") show(shown);
    };
    show({ state: "running" });
    try {
      end({ state: "done", iteration, result: await make() });
    } catch (error) {
      end({ state: "failed", message: messageOf(error) });
      throw error;
    }
  };

  return {
    compareHypergradients: () => guarded(may().compare, () => view("comparison", () => client.compareHypergradients())),
    profile: () => guarded(may().profile, () => view("profile", () => client.profile())),
    measure: async () => {
      if (get().measuring) return guarded(true, () => client.pause());
      await guarded(may().measure, async () => {
        set((state) => ({ ...state, measuring: true, touched: true }));
        try {
          await starting(async () => {
            const [first] = (await client.measure(get().settings)) ?? [];
            if (first) log({ kind: "measured", milliseconds: first.moves });
          });
        } finally {
          set((state) => ({ ...state, measuring: false }));
          measured();
        }
      });
    },
    forgetTuning: () => guarded(may().edit, () => client.forgetTuning()),
    selfCheck: () =>
      guarded(may().check, async () => {
        set((state) => ({ ...state, selfCheck: { state: "running", results: [] } }));
        try {
          await client.selfCheck((result) =>
            set((state) => ({
              ...state,
              selfCheck: { ...state.selfCheck, results: [...state.selfCheck.results, result] },
            })),
          );
          set((state) => ({ ...state, selfCheck: { ...state.selfCheck, state: "done" } }));
        } catch (error) {
          set((state) => ({ ...state, selfCheck: { ...state.selfCheck, state: "failed" } }));
          throw error;
        }
      }),
  };
}
