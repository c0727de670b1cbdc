/** Hands the store and the controller of one app instance down to its components. */
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { flushSync } from "react-dom";
import { useStore } from "zustand";
import { useShallow } from "zustand/react/shallow";
import { createStore } from "zustand/vanilla";
import type { AppState } from "./app-state";
import type { Controller } from "./controller";
import type { AppStore } from "./store";
import { type AskForTurn, createTurns } from "./turns";

interface App {
  readonly store: AppStore;
  /** What is shown here: the store itself, or a copy that follows it. */
  readonly shown: AppStore;
  readonly controller: Controller;
  readonly ask: AskForTurn;
}

const AppContext = createContext<App | null>(null);

interface ProviderProps {
  readonly store: AppStore;
  readonly controller: Controller;
  readonly children: ReactNode;
}

export function AppProvider({ store, controller, children }: ProviderProps) {
  const app = useMemo(() => ({ store, shown: store, controller, ask: createTurns() }), [store, controller]);
  return <AppContext value={app}>{children}</AppContext>;
}

function useAppContext(): App {
  const app = useContext(AppContext);
  if (!app) throw new Error("This component stands outside AppProvider.");
  return app;
}

interface LaterProps {
  /** The least ms between two changes: for what is dear to draw. */
  readonly period?: number;
  readonly children: ReactNode;
}

/**
 * What stands inside shows the state a moment later: React draws every change of a store at once and in one piece, so each
 * part of the page takes its turn.
 */
export function Later({ period = 0, children }: LaterProps) {
  const app = useAppContext();
  const { store, ask } = app;
  const [copy] = useState(() => createStore(store.getState));
  useEffect(() => {
    let last = Number.NEGATIVE_INFINITY;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const follow = () => {
      last = performance.now();
      flushSync(() => copy.setState(store.getState(), true));
    };
    const askInTime = () => {
      // A person moves through the run: what follows at any rate follows at once.
      if (period === 0 && store.getState().replay !== copy.getState().replay) {
        ask(follow, true);
        return;
      }
      timer ??= setTimeout(
        () => {
          timer = undefined;
          ask(follow);
        },
        Math.max(0, last + period - performance.now()),
      );
    };
    // The state may have changed since the first drawing.
    ask(follow);
    const unsubscribe = store.subscribe(askInTime);
    return () => {
      unsubscribe();
      clearTimeout(timer);
    };
  }, [store, copy, ask, period]);
  const inside = useMemo(() => ({ ...app, shown: copy }), [app, copy]);
  return <AppContext value={inside}>{children}</AppContext>;
}

/** Reads a slice of the state; renders again only when the slice differs, compared shallowly. Inside `Later`: a moment later. */
export function useApp<T>(selector: (state: AppState) => T): T {
  return useStore(useAppContext().shown, useShallow(selector));
}

/** The same without delay, inside `Later` as well: for controls, which must show at once what a person does. */
export function useNow<T>(selector: (state: AppState) => T): T {
  return useStore(useAppContext().store, useShallow(selector));
}

/** Reads what is shown here when something is pressed, without following it. */
export function useReadState(): () => AppState {
  return useAppContext().shown.getState;
}

export function useController(): Controller {
  return useAppContext().controller;
}
