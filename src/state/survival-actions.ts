/** How a page survives the loss of its engine, and takes up runs that were left. No React, no DOM. */
import { BUILT_IN } from "../domain/dataset";
import { type AppState, applyEvent, type LogEvent, logged } from "./app-state";
import { afterCrash, mayRestart, NO_CRASHES } from "./crashes";
import type { EngineClient } from "./engine-client";
import { selectPermissions } from "./selectors";

export interface SurvivalActions {
  /** The worker is gone: another one takes over where it can. */
  readonly lose: (reason: string) => void;
  /** Shows a kept run and goes on with it. */
  readonly resumeRun: (id: string) => Promise<void>;
  /** The page is hidden and may go away: what the run has is kept soon. */
  readonly keepNow: () => void;
  /** Destroys the graphics device, to see that a search survives it. */
  readonly loseDevice: () => Promise<void>;
}

interface Tools {
  readonly client: EngineClient;
  readonly get: () => AppState;
  readonly set: (change: (state: AppState) => AppState) => void;
  readonly log: (event: LogEvent) => void;
  readonly fail: (error: unknown) => void;
  /** Puts another engine behind the client. */
  readonly restart: () => void;
  readonly connect: () => Promise<void>;
  readonly describe: () => Promise<void>;
  readonly search: () => Promise<void>;
  /** Says at once that a start was asked for. */
  readonly starting: (act: () => Promise<void>) => Promise<void>;
  /** The run under way could not be saved. */
  readonly runGone: () => void;
  /** Reads a data set, and shows why where that fails. */
  readonly read: (act: () => Promise<void>) => Promise<void>;
}

export function survivalActions(o: Tools) {
  const { client, get, set, log, fail } = o;
  let connected = false;
  let crashes = NO_CRASHES;
  /** Reads the data set in use once more. */
  let readAgain: (() => Promise<void>) | null = null;

  const giveUp = (message: string) =>
    set((state) =>
      state.status.kind === "lost"
        ? state
        : logged({ ...state, status: { kind: "lost", message } }, { kind: "error", message }),
    );

  /** Another engine, with the data set and the run of the one that is gone; a search that ran goes on. */
  const startAgain = async (reason: string) => {
    const { status, run: before, runSettings } = get();
    const wentOn = status.kind === "running" || status.kind === "starting";
    set((state) => ({ ...state, status: { kind: "loading", what: "Starting the engine again" } }));
    o.restart();
    await o.connect();
    const found = await client.showLastRun();
    const from = found ? get().run.iteration : null;
    if (runSettings) {
      if (!found) {
        set((state) => applyEvent(state, { kind: "reset" }));
        o.runGone();
      }
      log({ kind: "incident", what: "worker-lost", message: reason, from, reached: before.iteration });
    }
    await o.describe();
    await o.read(async () => {
      if (found && (await client.loadLast())) return;
      await (readAgain ?? (() => client.loadBuiltIn(BUILT_IN[0])))();
    });
    if (found && wentOn && selectPermissions(get()).primary) await o.search();
  };

  const actions: SurvivalActions = {
    lose: (reason) => {
      const { status, run } = get();
      if (status.kind === "lost") return;
      crashes = afterCrash(crashes, run.iteration);
      // A worker that never started would not start again.
      if (!connected || !mayRestart(crashes)) giveUp(reason);
      else startAgain(reason).catch((error: unknown) => giveUp(error instanceof Error ? error.message : String(error)));
    },
    resumeRun: async (id) => {
      if (selectPermissions(get()).loadData) await o.starting(() => client.resumeRun(id)).catch(fail);
    },
    keepNow: () => {
      if (connected) client.keepNow().catch(() => undefined);
    },
    loseDevice: () => client.loseDevice().catch(fail),
  };
  return {
    actions,
    giveUp,
    hasConnected: () => {
      connected = true;
    },
    /** How the data set in use was read. */
    hasRead: (act: () => Promise<void>) => {
      readAgain = act;
    },
  };
}
