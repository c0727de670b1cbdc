/** Slow motion as a person uses it: enter, walk through the stages of an iteration, make the next one, go back. */
import type { AppState } from "./app-state";
import { selectPermissions, selectShownSettings } from "./selectors";
import { countOf, type SlowMotion } from "./slow";

export interface SlowMotionActions {
  /** Shows the last iteration stage by stage; pauses a search for it, makes an iteration where there is none. */
  readonly slowMotion: () => Promise<void>;
  readonly slowStage: (stage: number) => void;
  /** After the last stage the next iteration. */
  readonly nextStage: () => Promise<void>;
  /** A search that was going on goes on. */
  readonly backToLive: () => Promise<void>;
}

interface Needs {
  readonly get: () => AppState;
  readonly set: (change: (state: AppState) => AppState) => void;
  /** Acts where it is allowed, and writes what goes wrong into the log. */
  readonly guarded: (allowed: boolean, act: () => Promise<void>) => Promise<void>;
  readonly pause: () => Promise<void>;
  readonly step: () => Promise<void>;
  readonly search: () => Promise<void>;
}

export function slowMotionActions({ get, set, guarded, pause, step, search }: Needs): SlowMotionActions {
  const may = () => selectPermissions(get());
  /** null for the search as it goes. */
  const show = (slow: SlowMotion | null) => set((state) => ({ ...state, slow, replay: slow ? null : state.replay }));
  /** Shows `after` once it is done, `before` when it fails. */
  const busy = async (before: SlowMotion | null, after: SlowMotion, act: () => Promise<void>) => {
    show({ ...after, busy: true });
    try {
      await act();
      show(after);
    } catch (error) {
      show(before);
      throw error;
    }
  };
  return {
    slowMotion: () =>
      guarded(may().slow, async () => {
        const resumes = get().status.kind === "running";
        await busy(null, { stage: 0, busy: false, resumes }, async () => {
          if (resumes) await pause();
          if (get().run.records.length === 0) await step();
        });
      }),
    slowStage: (stage) => set((state) => ({ ...state, slow: state.slow && { ...state.slow, stage } })),
    nextStage: () =>
      guarded(true, async () => {
        const { slow } = get();
        if (!slow || slow.busy) return;
        if (slow.stage + 1 < countOf(selectShownSettings(get()))) show({ ...slow, stage: slow.stage + 1 });
        else if (may().step) await busy(slow, { ...slow, stage: 0 }, step);
      }),
    backToLive: () =>
      guarded(true, async () => {
        const { slow } = get();
        show(null);
        if (slow?.resumes && get().status.kind === "paused" && may().primary) await search();
      }),
  };
}
