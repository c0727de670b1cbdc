/** Hands the store and the controller of one app instance down to its components. */
import { createContext, type ReactNode, useContext, useMemo } from "react";
import { useStore } from "zustand";
import { useShallow } from "zustand/react/shallow";
import type { AppState } from "./app-state";
import type { Controller } from "./controller";
import type { AppStore } from "./store";

interface App {
  readonly store: AppStore;
  readonly controller: Controller;
}

const AppContext = createContext<App | null>(null);

export function AppProvider({ store, controller, children }: App & { readonly children: ReactNode }) {
  const app = useMemo(() => ({ store, controller }), [store, controller]);
  return <AppContext value={app}>{children}</AppContext>;
}

function useAppContext(): App {
  const app = useContext(AppContext);
  if (!app) throw new Error("This component stands outside AppProvider.");
  return app;
}

/** Reads a slice of the state; renders again only when the slice differs, compared shallowly. */
export function useApp<T>(selector: (state: AppState) => T): T {
  return useStore(useAppContext().store, useShallow(selector));
}

export function useController(): Controller {
  return useAppContext().controller;
}
