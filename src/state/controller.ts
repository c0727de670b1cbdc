/** What a person can do, in terms of the engine's contract and the store. No React, no DOM. */
import { BUILT_IN, type BuiltIn, type DataSummary } from "../domain/dataset";
import { edited, type Preset, presetSettings } from "../domain/presets";
import type { ImportedRun } from "../domain/run";
import { DATA_SETTINGS, parseSettings, type SettingName, type Settings, SettingsError } from "../domain/settings";
import { MAX_SKIPS } from "../domain/skip-limit";
import type { EngineEvent, PathFile } from "../worker/api";
import {
  type AppState,
  applyEvent,
  type Comparison,
  type Imported,
  type LogEvent,
  logged,
  type ProfileView,
  withFault,
  withSkipLimit,
} from "./app-state";
import { followCost } from "./cost";
import { type DiscardActions, discardActions } from "./discard-actions";
import { differences, liveChanges } from "./edits";
import type { EngineClient } from "./engine-client";
import { type KeptRunActions, keptRunActions } from "./kept-run-actions";
import { builtInOf, type SharedSearch } from "./link";
import { replayOf } from "./replay";
import { runFileName } from "./run-file";
import { type SeedQueueActions, seedQueueActions } from "./seed-queue-actions";
import { selectChecking, selectMayLoad, selectPermissions } from "./selectors";
import { type SlowMotionActions, slowMotionActions } from "./slow-motion-actions";
import { isUnderWay, primaryAction, STARTING } from "./status";
import type { AppStore } from "./store";
import { type SurvivalActions, survivalActions } from "./survival-actions";

export interface Controller
  extends SeedQueueActions,
    KeptRunActions,
    SurvivalActions,
    SlowMotionActions,
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
  readonly loadBuiltIn: (name: BuiltIn) => Promise<void>;
  /** The files of one data set, or one file to look at, told apart by what it holds: a run, a bundle, a genotype. */
  readonly openFiles: (files: readonly PathFile[]) => Promise<void>;
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
  readonly selfCheck: () => Promise<void>;
  readonly compareHypergradients: () => Promise<void>;
  readonly profile: () => Promise<void>;
  /** Somebody looks at the cost of the next run, or no longer. */
  readonly watchCost: (on: boolean) => void;
  /** Shows a paragraph of the article. */
  readonly readAbout: (id: string) => void;
  /** Derives the cells with few skips in the normal one, or as they are found. */
  readonly limitSkips: (on: boolean) => void;
  /** So many explained pictures are wanted. */
  readonly explain: (count: number) => Promise<void>;
  /** Times iterations of the next run; pressed again it stops. */
  readonly measure: () => Promise<void>;
  /** Forgets the kernel variants that were found on this machine. */
  readonly forgetTuning: () => Promise<void>;
}

const LINK = {
  running: "A link cannot be opened while a search runs: press Pause first, then open it again.",
  lost: "A link cannot be opened without the engine: press Reload first, then open it again.",
} as const;

/** Shapes are drawn from the seed. */
const PICTURED: readonly SettingName[] = [...DATA_SETTINGS, "seed"];

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

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
    loadBuiltIn: (name) => loadNow(() => client.loadBuiltIn(name)),
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

  const loadNow = async (act: () => Promise<void>) => {
    set((state) => ({ ...state, dataError: null }));
    try {
      await act();
    } catch (error) {
      const message = messageOf(error);
      set((state) => logged({ ...state, dataError: message }, { kind: "error", message }));
    }
  };

  /** The engine may take seconds to start, in which files are dropped as well: they wait for it and for the first pictures. */
  let started: Promise<void> = Promise.resolve();

  const whyNoData = () => {
    const { status, reading, keeping } = get();
    if (status.kind === "lost") return "Data cannot be loaded without the engine: press Reload first.";
    if (selectChecking(get()) && !isUnderWay(status)) return "Other data can be loaded when the check is done.";
    if (keeping) return "The page is still trying to keep its run: load the data again in a moment.";
    if (reading) return "Other pictures are being read: wait for them, or press Cancel first.";
    return "Other data can be loaded when no search is under way: press Reset first.";
  };

  const load = async (act: () => Promise<void>) => {
    await started;
    if (!may().loadData) {
      const message = whyNoData();
      set((state) => logged({ ...state, dataError: message }, { kind: "error", message }));
      return;
    }
    const read = () =>
      loadNow(async () => {
        await act();
        survival.hasRead(act);
      });
    // Other pictures end the run on the page, unless it waits for its own.
    await (get().shown ? read() : unlessUnkept(selectMayLoad, read).catch(fail));
  };

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
    loadBuiltIn: (name) => load(() => client.loadBuiltIn(name)),
    openFiles: async (files) => {
      const [first] = files;
      if (!first) return;
      const isData = files.length > 1 || (await openOne(first.file));
      if (isData) await load(() => client.loadFiles(files));
    },
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
    choosePreset: (preset) => {
      set((state) => ({ ...state, repeats: null }));
      return edit(presetSettings(preset, get().settings), preset);
    },
    edit: (values) => edit(values),
    exportRun: async () => {
      if (!may().export) return null;
      try {
        const content = await client.writeRun(null, get().run.limited && MAX_SKIPS);
        const name = runFileName(get().runSettings ?? get().settings);
        log({ kind: "exported", name });
        return { name, content };
      } catch (error) {
        fail(error);
        return null;
      }
    },
    exportBundle: async () => {
      if (!may().export) return null;
      try {
        const bytes = await client.packBundle(null);
        const name = runFileName(get().runSettings ?? get().settings, "zip");
        log({ kind: "exported", name });
        return { name, bytes };
      } catch (error) {
        fail(error);
        return null;
      }
    },
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
    compareHypergradients: () =>
      guarded(may().compare, async () => {
        const { iteration } = get().run;
        set((state) => ({ ...state, comparison: { state: "running" } }));
        const show = (comparison: Comparison) =>
          // A run that was forgotten meanwhile has nothing to compare.
          set((state) => (state.comparison.state === "running" ? { ...state, comparison } : state));
        try {
          show({ state: "done", iteration, result: await client.compareHypergradients() });
        } catch (error) {
          show({ state: "failed", message: messageOf(error) });
          throw error;
        }
      }),
    profile: () =>
      guarded(may().profile, async () => {
        const { iteration } = get().run;
        set((state) => ({ ...state, profile: { state: "running" } }));
        const show = (profile: ProfileView) =>
          // A run that was forgotten meanwhile has nothing to show.
          set((state) => (state.profile.state === "running" ? { ...state, profile } : state));
        try {
          show({ state: "done", iteration, result: await client.profile() });
        } catch (error) {
          show({ state: "failed", message: messageOf(error) });
          throw error;
        }
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
          cost.refresh();
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
