/** How a page survives the loss of its engine, and takes up runs that were left. No React, no DOM. */
import { BUILT_IN } from "../domain/dataset";
import { type AppState, applyEvent, type LogEvent, logged } from "./app-state";
import { afterCrash, mayRestart, NO_CRASHES } from "./crashes";
import type { UnlessUnkept } from "./discard-actions";
import type { EngineClient } from "./engine-client";
import { selectMayLoad } from "./selectors";

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
  /** Asks first, where the run on the page would be lost. */
  readonly unlessUnkept: UnlessUnkept;
  /** Reads a data set, and shows why where that fails. */
  readonly read: (act: () => Promise<void>) => Promise<void>;
}

/** What an engine that broke down had. */
interface Lost {
  readonly hadRun: boolean;
  /** Of its run among the kept ones. */
  readonly id: string | null;
  /** Iterations that were done. */
  readonly reached: number;
  readonly finished: boolean;
  /** It was at work. */
  readonly wentOn: boolean;
}

function lostBy({ status, run, runId, runSettings }: AppState): Lost {
  const finished = run.iterations > 0 && run.iteration >= run.iterations;
  return {
    hadRun: runSettings !== null,
    id: runSettings && runId,
    reached: run.iteration,
    finished,
    wentOn: !finished && (status.kind === "running" || status.kind === "starting"),
  };
}

export function survivalActions(o: Tools) {
  const { client, get, set, log, fail } = o;
  let connected = false;
  /** Engines that were started after a breakdown. */
  let starts = 0;
  /** What was on the page when the first of several breakdowns came; null while none is being mended. */
  let lost: Lost | null = null;
  let crashes = NO_CRASHES;
  /** Reads the data set in use once more. */
  let readAgain: (() => Promise<void>) | null = null;

  const giveUp = (message: string) =>
    set((state) =>
      state.status.kind === "lost"
        ? state
        : logged({ ...state, status: { kind: "lost", message }, reading: null }, { kind: "error", message }),
    );

  /**
   * Another engine, with the data set and the run of the one that is gone; a search that ran goes on. Where that one breaks
   * down as well before it is through, the next one takes over, with what was on the page at first.
   */
  const startAgain = async (reason: string) => {
    starts++;
    const mine = starts;
    const isOver = () => mine !== starts;
    const was: Lost = lost ?? lostBy(get());
    lost = was;
    set((state) => ({ ...state, status: { kind: "loading", what: "Starting the engine again" }, reading: null }));
    try {
      o.restart();
      await o.connect();
      const found = was.id !== null && (await client.showRun(was.id).catch((error) => !isOver() && refused(error)));
      if (isOver()) return;
      if (was.hadRun) tell(was, reason, found);
      await o.describe();
      if (isOver()) return;
      await o.read(async () => {
        if (found && (await client.loadLast())) return;
        await (readAgain ?? (() => client.loadBuiltIn(BUILT_IN[0])))();
      });
      if (isOver()) return;
      lost = null;
      const { status } = get();
      if (was.wentOn && status.kind === "kept" && status.hasData) await o.search();
    } catch (error) {
      // The breakdown that comes next has told already.
      if (!isOver()) giveUp(error instanceof Error ? error.message : String(error));
    }
  };

  /** A kept run that cannot be read. */
  const refused = (error: unknown): false => {
    fail(error);
    return false;
  };

  /** Says what happened to the run. */
  const tell = ({ reached, finished }: Lost, message: string, found: boolean) => {
    const from = found ? get().run.iteration : null;
    if (!found) {
      set((state) => applyEvent(state, { kind: "reset" }));
      o.runGone();
    }
    // What is kept of it may be less: its end may have found no room.
    log({ kind: "incident", what: "worker-lost", message, from, reached, finished: finished && from === reached });
  };

  const actions: SurvivalActions = {
    lose: (reason) => {
      const { status, run } = get();
      if (status.kind === "lost") return;
      crashes = afterCrash(crashes, run.iteration);
      // A worker that never started would not start again.
      if (!connected || !mayRestart(crashes)) giveUp(reason);
      else void startAgain(reason);
    },
    resumeRun: async (id) => {
      const resume = () => o.starting(() => client.resumeRun(id));
      if (!selectMayLoad(get())) return;
      await (get().runId === id ? resume() : o.unlessUnkept(selectMayLoad, resume)).catch(fail);
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
