/** What a person can do, in terms of the engine's contract and the store. No React, no DOM. */
import { BUILT_IN } from "../domain/dataset";
import { messageOf } from "../domain/error-message";
import { edited, type Preset, presetSettings } from "../domain/presets";
import type { ImportedRun } from "../domain/run";
import { DATA_SETTINGS, parseSettings, type SettingName, type Settings, SettingsError } from "../domain/settings";
import { MAX_SKIPS } from "../domain/skip-limit";
import type { EngineEvent, PathFile } from "../worker/api";
import { type AppState, applyEvent, type Imported, type LogEvent, logged, withFault, withSkipLimit } from "./app-state";
import { type CheckActions, checkActions } from "./check-actions";
import { followCost } from "./cost";
import { type DataActions, dataActions } from "./data-actions";
import { type DiscardActions, discardActions } from "./discard-actions";
import { differences, liveChanges } from "./edits";
import type { EngineClient } from "./engine-client";
import { type KeptRunActions, keptRunActions } from "./kept-run-actions";
import { builtInOf, type SharedSearch } from "./link";
import { replayOf } from "./replay";
import { runFileName } from "./run-file";
import { type SeedQueueActions, seedQueueActions } from "./seed-queue-actions";
import { selectPermissions } from "./selectors";
import { type SlowMotionActions, slowMotionActions } from "./slow-motion-actions";
import { primaryAction, STARTING } from "./status";
import type { AppStore } from "./store";
import { type SurvivalActions, survivalActions } from "./survival-actions";

export interface Controller
  extends SeedQueueActions,
    KeptRunActions,
    SurvivalActions,
    SlowMotionActions,
    CheckActions,
    DataActions,
    DiscardActions {
  /** Connects to the engine and loads the first data set. @param link that the page was opened with */
  readonly start: (link?: SharedSearch | null) => Promise<void>;
  /** Takes the settings of a link, and loads its data set, for the next run. */
  readonly openLink: (link: SharedSearch) => Promise<void>;
  readonly closeLinkNote: () => void;
  /** Tells of what the page could not do. */
  readonly report: (error: unknown) => void;
  /** An error that nothing handled: it is told, and what runs goes on. */
  readonly fault: (error: Error) => void;
  readonly primary: () => Promise<void>;
  readonly step: () => Promise<void>;
  readonly reset: () => Promise<void>;
  /** The files of one data set, or one file to look at, told apart by what it holds: a run, a bundle, a genotype. */
  readonly openFiles: (files: readonly PathFile[]) => Promise<void>;
  readonly choosePreset: (preset: Preset) => Promise<void>;
  readonly edit: (values: Partial<Settings>) => Promise<void>;
  /** The file of the run and its name; null when there is none or it failed. */
  readonly exportRun: () => Promise<{ name: string; content: Blob } | null>;
  /** The run as a bundle and the name for its file; null when there is none or it failed. */
  readonly exportBundle: () => Promise<{ name: string; bytes: Uint8Array<ArrayBuffer> } | null>;
  /** Looks at a pasted genotype or run file. @returns what is wrong with it, or null */
  readonly openText: (text: string, name: string) => Promise<string | null>;
  /** Takes the settings of a run for the next one. @returns why they are refused, else null */
  readonly takeSettings: (run: Pick<ImportedRun, "settings" | "environment">) => string | null;
  /** The same of the imported run; false, with `importError`, when they are refused. */
  readonly applyImportedSettings: () => boolean;
  readonly closeImported: () => void;
  /** Looks at an earlier moment of the run while it goes on; null to come back to the present. */
  readonly replay: (iteration: number | null) => void;
  /** Somebody looks at the cost of the next run, or no longer. */
  readonly watchCost: (on: boolean) => void;
  /** Shows a paragraph of the article. */
  readonly readAbout: (id: string) => void;
  /** Derives the cells with few skips in the normal one, or as they are found. */
  readonly limitSkips: (on: boolean) => void;
  /** So many explained pictures are wanted. */
  readonly explain: (count: number) => Promise<void>;
}

const LINK = {
  running: "A link cannot be opened while a search runs: press Pause first, then open it again.",
  lost: "A link cannot be opened without the engine: press Reload first, then open it again.",
} as const;

/** Shapes are drawn from the seed. */
const PICTURED: readonly SettingName[] = [...DATA_SETTINGS, "seed"];

/**
 * @param restart puts another engine behind the client
 * @param persist asks the browser to keep what a person has chosen to keep
 */
export function createController(
  store: AppStore,
  client: EngineClient,
  reload: () => void,
  restart: () => void,
  persist: () => void,
): Controller {
  const get = store.getState;
  const set = (change: (state: AppState) => AppState) => store.setState(change, true);
  const log = (event: LogEvent) => set((state) => logged(state, event));
  const fail = (error: unknown) => log({ kind: "error", message: messageOf(error) });
  const may = () => selectPermissions(get());
  const cost = followCost(store, client);

  const fault = (error: Error) => set((state) => withFault(state, error));

  const listen = (event: EngineEvent) => {
    set((state) => applyEvent(state, event));
    // A kept run that is shown did not end now.
    if (event.kind !== "status" || get().shown) return;
    const { kind } = event.status;
    if (kind === "finished" || kind === "failed") queue.runEnded(kind);
  };

  /** Shows at once that a start was asked for, so that a second press finds nothing to press. */
  const starting = async (act: () => Promise<void>) => {
    const former = get().status;
    const pending = { ...STARTING };
    set((state) => ({ ...state, status: pending }));
    try {
      await act();
    } catch (error) {
      // Unless the engine has told another status since.
      set((state) => (state.status === pending ? { ...state, status: former } : state));
      throw error;
    }
  };

  /** Starts or goes on with a run; while it has none, the settings become those of the run. */
  const run = async (act: (settings: Settings) => Promise<void>) => {
    const first = !get().runSettings;
    if (first) {
      set((state) =>
        logged(
          { ...state, runSettings: state.settings, touched: true, dataError: null, linkCorrections: null },
          { kind: "started", settings: state.settings, plan: null },
        ),
      );
    }
    try {
      await starting(() => act(get().settings));
    } catch (error) {
      // The engine refused, so there is no run that these settings belong to.
      if (first) set((state) => ({ ...state, runSettings: null }));
      throw error;
    }
  };

  const stepOnce = () => run((settings) => client.step(settings, get().repeats));

  const search = () => run((settings) => client.search(settings, get().repeats));

  const forget = async () => {
    await client.reset();
    set((state) => applyEvent(state, { kind: "reset" }));
  };

  /** The engine is idle between the two, which the page does not show as something to press. */
  let forgetting = false;
  const searchAgain = async () => {
    forgetting = true;
    try {
      await starting(forget);
    } finally {
      forgetting = false;
    }
    set((state) => applyEvent(state, { kind: "status", status: { kind: "idle" } }));
    await search();
  };

  const { unlessUnkept, actions: discardingActions } = discardActions({ client, get, set, fail });

  const queue = seedQueueActions({
    ...{ get, set, fail, unlessUnkept },
    startAnew: () => (primaryAction(get().status) === "search-again" ? searchAgain() : search()),
    resume: search,
    loadBuiltIn: (name) => loading.loadNow(() => client.loadBuiltIn(name)),
  });
  const mayAgain = (state: AppState) =>
    selectPermissions(state).primary && primaryAction(state.status) === "search-again" && !forgetting;

  const pauseNow = () => {
    // On the CPU the worker hears of it only after the iteration: the button answers at once.
    set((state) => (state.status.kind === "running" ? { ...state, status: { kind: "pausing" } } : state));
    return client.pause();
  };

  const primary = async () => {
    if (!may().primary || forgetting) return;
    const action = primaryAction(get().status);
    set((state) => ({ ...state, slow: null }));
    try {
      if (action === "reload") reload();
      else if (action === "pause") await pauseNow();
      else if (action === "search" || action === "resume") await search();
      else if (action === "search-again") await unlessUnkept(mayAgain, searchAgain);
    } catch (error) {
      fail(error);
    }
  };

  const guarded = async (allowed: boolean, act: () => Promise<void>) => {
    if (!allowed) return;
    try {
      await act();
    } catch (error) {
      fail(error);
    }
  };

  /** The engine may take seconds to start, in which files are dropped as well: they wait for it and for the first pictures. */
  let started: Promise<void> = Promise.resolve();

  const loading = dataActions({
    ...{ client, get, set, fail, guarded, persist, unlessUnkept },
    started: () => started,
    hasRead: (act) => survival.hasRead(act),
  });
  const { load, loadNow } = loading;

  const refuse = (error: unknown) => {
    const message = messageOf(error);
    set((state) => logged({ ...state, importError: message }, { kind: "error", message }));
  };

  const bring = (imported: Imported) =>
    set((state) =>
      logged(
        { ...state, imported, importError: null },
        { kind: imported.kind === "run" ? "imported" : "genotype", name: imported.name },
      ),
    );

  /** @returns whether the file is for the data readers */
  const openOne = async (file: File): Promise<boolean> => {
    try {
      const { openFile } = await import("./opening");
      const imported = await openFile(file, (zip) => client.readBundle(zip));
      if (imported) bring(imported);
      return imported === null;
    } catch (error) {
      refuse(error);
      return false;
    }
  };

  /** The page shows the pictures as the next search will see them. */
  const describe = async () => {
    set((state) => ({ ...state, dataError: null }));
    try {
      await client.describe(get().settings);
    } catch (error) {
      const message = messageOf(error);
      set((state) => ({ ...state, dataError: message }));
    }
  };

  const edit = async (values: Partial<Settings>, preset: Preset = get().preset) => {
    const before = get();
    if (!may().edit) return;
    const settings = edited(before.settings, preset, values);
    set((state) => ({ ...state, settings, preset, touched: true }));
    if (differences(settings, before.settings).some((name) => PICTURED.includes(name))) await describe();
    if (before.status.kind !== "paused" || !before.runSettings) return;
    // Only what was edited: settings taken from a run file wait for the next run.
    const live = liveChanges({ ...before.runSettings, ...values }, before.runSettings);
    if (Object.keys(live).length === 0) return;
    try {
      await client.change(live);
    } catch (error) {
      const back = Object.fromEntries(Object.keys(live).map((name) => [name, before.settings[name as SettingName]]));
      set((state) => ({ ...state, settings: { ...state.settings, ...back }, preset: before.preset }));
      fail(error);
    }
  };

  /** A file of the run as it is, by its name; null when there is none or it failed. */
  const exported = async <T>(form: "json" | "zip", make: (name: string) => Promise<T>): Promise<T | null> => {
    if (!may().export) return null;
    try {
      const name = runFileName(get().runSettings ?? get().settings, form);
      const file = await make(name);
      log({ kind: "exported", name });
      return file;
    } catch (error) {
      fail(error);
      return null;
    }
  };

  const takeLink = ({ settings, preset, corrections }: SharedSearch) =>
    set((state) =>
      logged(
        { ...state, settings, preset, touched: true, linkCorrections: corrections, repeats: null },
        { kind: "link", corrections },
      ),
    );

  const takeSettings: Controller["takeSettings"] = ({ settings: values, environment }) => {
    try {
      const settings = parseSettings(values, presetSettings("tiny"));
      set((state) => ({ ...state, settings, touched: true, repeats: environment }));
      void describe();
      return null;
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      fail(error);
      return error.message;
    }
  };

  const survival = survivalActions({
    ...{ client, get, set, log, fail, restart, describe, search, starting, unlessUnkept },
    connect: () => client.connect(listen),
    read: loadNow,
    runGone: () => queue.runEnded("reset"),
  });

  const start = async (link: SharedSearch | null) => {
    if (link) takeLink(link);
    try {
      await client.connect(listen);
      survival.hasConnected();
    } catch (error) {
      survival.giveUp(messageOf(error));
      return;
    }
    // What a link asks for comes before the run that was left; that one waits among the kept runs.
    if (!link) await client.showLastRun().catch(fail);
    await describe();
    await loadNow(async () => {
      if (link?.data) return client.loadBuiltIn(link.data);
      const found = await client.loadLast().catch((error: unknown) => {
        fail(error);
        return false;
      });
      if (!found) await client.loadBuiltIn(BUILT_IN[0]);
    });
  };

  return {
    start: (link = null) => {
      started = start(link);
      return started;
    },
    openLink: async (link) => {
      const { kind } = get().status;
      if (kind !== "kept" && !may().edit) return fail(new Error(kind === "lost" ? LINK.lost : LINK.running));
      const open = async () => {
        // A run that waits is put aside, as when the page is opened with a link.
        if (kind === "kept") await forget();
        takeLink(link);
        await describe();
        const { data } = link;
        if (data && data !== builtInOf(get().data)) await load(() => client.loadBuiltIn(data));
      };
      await guarded(true, () =>
        kind === "kept" ? unlessUnkept((state) => state.status.kind === "kept", open) : open(),
      );
    },
    closeLinkNote: () => set((state) => ({ ...state, linkCorrections: null })),
    report: fail,
    fault,
    primary,
    step: () => guarded(may().step && !forgetting, stepOnce),
    reset: () =>
      guarded(true, () =>
        unlessUnkept(
          (state) => selectPermissions(state).reset,
          async () => {
            await forget();
            log({ kind: "reset" });
            queue.runEnded("reset");
            // A set that is drawn from the seed was that of the run until now.
            await describe();
          },
        ),
      ),
    openFiles: async (files) => {
      const [first] = files;
      if (!first) return;
      const isData = files.length > 1 || (await openOne(first.file));
      if (isData) await load(() => client.loadFiles(files));
    },
    ...loading.actions,
    choosePreset: (preset) => {
      set((state) => ({ ...state, repeats: null }));
      return edit(presetSettings(preset, get().settings), preset);
    },
    edit: (values) => edit(values),
    exportRun: () =>
      exported("json", async (name) => ({
        name,
        content: await client.writeRun(null, get().run.limited && MAX_SKIPS),
      })),
    exportBundle: () => exported("zip", async (name) => ({ name, bytes: await client.packBundle(null) })),
    openText: async (text, name) => {
      try {
        const { openText } = await import("./opening");
        bring(openText(text, name));
        return null;
      } catch (error) {
        return messageOf(error);
      }
    },
    takeSettings,
    applyImportedSettings: () => {
      const imported = get().imported;
      if (imported?.kind !== "run") return false;
      const importError = takeSettings(imported.run);
      set((state) => ({ ...state, importError }));
      return importError === null;
    },
    closeImported: () => set((state) => ({ ...state, imported: null, importError: null })),
    replay: (iteration) =>
      set((state) => {
        const replay = iteration === null ? null : replayOf(state.run, iteration);
        return replay?.iteration === state.replay?.iteration ? state : { ...state, replay };
      }),
    ...queue.actions,
    ...discardingActions,
    ...survival.actions,
    ...keptRunActions({ get, client, log, fail, persist }),
    readAbout: (id) => set((state) => ({ ...state, topic: { id } })),
    limitSkips: (on) => set((state) => withSkipLimit(state, on)),
    explain: (count) =>
      guarded(true, async () => {
        const explanations = await client.explain(count);
        if (explanations) set((state) => ({ ...state, run: { ...state.run, explanations } }));
      }),
    ...slowMotionActions({ get, set, guarded, pause: pauseNow, step: stepOnce, search }),
    watchCost: cost.watch,
    ...checkActions({ ...{ client, get, set, log, guarded, starting }, measured: cost.refresh }),
  };
}
