/** Keeps the cost of the next run up to date while somebody looks at it and no search is under way. No React, no DOM. */
import { costKey } from "../domain/cost";
import type { AppState, CostView } from "./app-state";
import type { EngineClient } from "./engine-client";
import { isWaiting } from "./status";
import type { AppStore } from "./store";

/** Milliseconds without a change before a plan is asked for. */
const WAIT = 600;

export const NO_COST: CostView = { state: "none" };

/** What a plan would be asked for; null while none may be. */
export function selectCostQuestion({ status, reading, engine, data, settings }: AppState): string | null {
  const free = isWaiting(status) && status.kind !== "paused" && !reading;
  if (!free || !engine || !data) return null;
  return JSON.stringify([costKey(settings, data.classNames.length), settings.backend, engine.adapter]);
}

export interface CostFollower {
  /** Whether somebody looks. */
  readonly watch: (on: boolean) => void;
  /** Asks anew: more is known than before. */
  readonly refresh: () => void;
}

export function followCost(store: AppStore, client: Pick<EngineClient, "estimate">): CostFollower {
  let watched = false;
  let asked: string | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const show = (cost: CostView) => store.setState((state) => ({ ...state, cost }));

  const ask = async (question: string) => {
    try {
      const estimate = await client.estimate(store.getState().settings);
      if (asked === question) show({ state: "known", estimate });
    } catch (error) {
      if (asked !== question) return;
      if (selectCostQuestion(store.getState()) === question) {
        show({ state: "failed", message: error instanceof Error ? error.message : String(error) });
        return;
      }
      // Given up because a search began: asked again when it is over.
      asked = null;
      show(NO_COST);
    }
  };

  const check = () => {
    const question = watched ? selectCostQuestion(store.getState()) : null;
    if (question === null || question === asked) return;
    asked = question;
    clearTimeout(timer);
    if (store.getState().cost.state !== "planning") show({ state: "planning" });
    timer = setTimeout(() => void ask(question), WAIT);
  };

  let free = false;
  store.subscribe((state) => {
    const now = selectCostQuestion(state) !== null;
    // A run that is over leaves its time behind.
    if (now && !free && state.cost.state === "known") asked = null;
    free = now;
    check();
  });
  return {
    watch: (on) => {
      watched = on;
      check();
    },
    refresh: () => {
      asked = null;
      check();
    },
  };
}
