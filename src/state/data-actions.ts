/** What a person can do with data sets. No React, no DOM. */
import type { BuiltIn, DataSummary } from "../domain/dataset";
import { messageOf } from "../domain/error-message";
import { type AppState, logged } from "./app-state";
import type { UnlessUnkept } from "./discard-actions";
import type { EngineClient } from "./engine-client";
import { selectChecking, selectMayLoad, selectPermissions } from "./selectors";
import { isUnderWay } from "./status";

export interface DataActions {
  readonly loadBuiltIn: (name: BuiltIn) => Promise<void>;
  /** Files behind web addresses, as one data set; each file by its one address, or by several of which one must have it. */
  readonly openAddresses: (files: readonly (readonly string[])[]) => Promise<void>;
  /** Gives up the reading under way. */
  readonly cancelLoading: () => void;
  /** Keeps the data set in use in the browser; loads and deletes kept ones. */
  readonly keepData: () => Promise<void>;
  readonly loadKept: (id: string) => Promise<void>;
  readonly forgetKept: (id: string) => Promise<void>;
  /** Pictures of one class, for a closer look. */
  readonly classPictures: (label: number, count: number) => Promise<readonly Uint8Array[]>;
  /** The preview as one iteration of the search would augment it; null when the engine cannot tell. */
  readonly augmentedPreview: (iteration: number) => Promise<DataSummary["preview"] | null>;
}

interface Needs {
  readonly client: EngineClient;
  readonly get: () => AppState;
  readonly set: (change: (state: AppState) => AppState) => void;
  readonly fail: (error: unknown) => void;
  /** Acts where it is allowed, and writes what goes wrong into the log. */
  readonly guarded: (allowed: boolean, act: () => Promise<void>) => Promise<void>;
  readonly persist: () => void;
  readonly unlessUnkept: UnlessUnkept;
  /** Ends when the engine is there and has its first pictures. */
  readonly started: () => Promise<void>;
  /** Hears what read the pictures in use, to be done again when they are lost. */
  readonly hasRead: (act: () => Promise<void>) => void;
}

export function dataActions({ client, get, set, fail, guarded, persist, unlessUnkept, started, hasRead }: Needs) {
  const may = () => selectPermissions(get());

  const refuse = (message: string) =>
    set((state) => logged({ ...state, dataError: message }, { kind: "error", message }));

  const loadNow = async (act: () => Promise<void>) => {
    set((state) => ({ ...state, dataError: null }));
    try {
      await act();
    } catch (error) {
      refuse(messageOf(error));
    }
  };

  const whyNoData = () => {
    const { status, reading, keeping } = get();
    if (status.kind === "lost") return "Data cannot be loaded without the engine: press Reload first.";
    if (selectChecking(get()) && !isUnderWay(status)) return "Other data can be loaded when the check is done.";
    if (keeping) return "The page is still trying to keep its run: load the data again in a moment.";
    if (reading) return "Other pictures are being read: wait for them, or press Cancel first.";
    const how = status.kind === "running" ? "press Pause, then Reset" : "press Reset first";
    return `Other data can be loaded when no search is under way: ${how}.`;
  };

  const load = async (act: () => Promise<void>) => {
    await started();
    if (!may().loadData) {
      refuse(whyNoData());
      return;
    }
    const read = () =>
      loadNow(async () => {
        await act();
        hasRead(act);
      });
    // Other pictures end the run on the page, unless it waits for its own.
    await (get().shown ? read() : unlessUnkept(selectMayLoad, read).catch(fail));
  };

  const actions: DataActions = {
    loadBuiltIn: (name) => load(() => client.loadBuiltIn(name)),
    openAddresses: (files) => load(() => client.loadAddresses(files)),
    cancelLoading: () => void client.cancelLoading().catch(fail),
    keepData: () =>
      guarded(may().loadData, () => {
        persist();
        return loadNow(() => client.keep());
      }),
    loadKept: (id) => load(() => client.loadKept(id)),
    forgetKept: (id) => guarded(true, () => client.forgetKept(id)),
    classPictures: (label, count) => client.classPictures(label, count).catch(() => []),
    augmentedPreview: async (iteration) => {
      try {
        return await client.augmentedPreview(get().settings, iteration);
      } catch (error) {
        fail(error);
        return null;
      }
    },
  };
  return { load, loadNow, actions };
}
