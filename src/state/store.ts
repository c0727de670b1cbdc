/** The store of one app instance. */
import { createStore, type StoreApi } from "zustand/vanilla";
import { type AppState, initialState } from "./app-state";

export type AppStore = StoreApi<AppState>;

export function createAppStore(): AppStore {
  return createStore<AppState>()(() => initialState());
}
