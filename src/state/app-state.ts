/** Everything the page shows, and how an engine event changes it. Plain data and functions: no React, no worker. */
import { type AlphaHistory, cellsOf, joinHistory, NO_HISTORY } from "../domain/alpha-history";
import type { CostEstimate } from "../domain/cost";
import type { DataSummary, KeptSet } from "../domain/dataset";
import type { Alphas, Betas, Genotype } from "../domain/genotype";
import type { ReadGenotype } from "../domain/genotype-reader";
import type { KeptRun, RunStorage } from "../domain/kept-run";
import { type Preset, presetSettings } from "../domain/presets";
import type {
  DataReading,
  Engine,
  Environment,
  Explanation,
  HypergradientComparison,
  ImportedRun,
  PlanSize,
  Profile,
  RunFile,
  SettingChange,
  Snapshot,
  Tuned,
} from "../domain/run";
import type { Settings } from "../domain/settings";
import type { RunStage } from "../domain/stages";
import type { EngineEvent, Fault, Incident, SelfCheckResult } from "../worker/api";
import { proposedPreset } from "./edits";
import { limitedBy } from "./limited";
import { countPicks, type PickCounts } from "./picks";
import { Records } from "./records";
import type { SeedQueue } from "./seed-queue";
import type { SlowMotion } from "./slow";
import { NO_FLIPS, type StabilityOf, updateStability } from "./stability";
import type { PageStatus } from "./status";

/** One line of the log. The wording is made where it is shown. */
export type LogEntry = {
  readonly id: number;
  readonly iteration: number;
} /** `asSet`: the settings asked for the CPU. */ & (
  | { readonly kind: "engine"; readonly engine: Engine; readonly asSet: boolean }
  | { readonly kind: "data"; readonly name: string; readonly used: number; readonly hash: string }
  | { readonly kind: "started"; readonly settings: Settings; readonly plan: PlanSize | null }
  | { readonly kind: "stage"; readonly stage: RunStage; readonly count: number }
  | { readonly kind: "finished" }
  | { readonly kind: "measured"; readonly milliseconds: number }
  | { readonly kind: "shown"; readonly run: ShownRun }
  | ({ readonly kind: "incident" } & Mishap)
  | { readonly kind: "reset" }
  | { readonly kind: "change"; readonly change: SettingChange }
  | { readonly kind: "link"; readonly corrections: readonly string[] }
  | { readonly kind: "imported"; readonly name: string }
  | { readonly kind: "genotype"; readonly name: string }
  | { readonly kind: "exported"; readonly name: string }
  /** `stack`: of an error that nothing handled. */
  | { readonly kind: "error"; readonly message: string; readonly stack?: string }
);

/** What happened to the engine, and where the run goes on. */
export type Mishap = Pick<Incident, "message" | "reached" | "from" | "finished"> & {
  readonly what: Incident["what"] | "worker-lost";
};

/** A kept run that is shown until the engine has taken it up; a finished one for good. */
export interface ShownRun {
  readonly id: string;
  readonly data: RunFile["data"];
}

type WithoutMark<T> = T extends unknown ? Omit<T, "id" | "iteration"> : never;
export type LogEvent = WithoutMark<LogEntry>;

/** What is kept of the run that is shown. */
export interface RunView {
  readonly iteration: number;
  readonly iterations: number;
  readonly iterationsPerEpoch: number;
  /** Of the run, and the one under way; none before it starts. */
  readonly stages: readonly RunStage[];
  readonly stage: number;
  readonly records: Records;
  readonly history: AlphaHistory;
  readonly alphas: Alphas | null;
  /** The alphas before the last iteration, where they are known. */
  readonly before: Alphas | null;
  /** null for a strategy without edge weights. */
  readonly betas: Betas | null;
  readonly genotype: Genotype | null;
  /** The same with few skips in the normal cell, while a person wants it. */
  readonly limited: Genotype | null;
  readonly stability: StabilityOf;
  /** How often each operation was drawn; null for a strategy that draws none. */
  readonly picked: PickCounts | null;
  readonly explanations: readonly Explanation[] | null;
  /** Null before it is known, and on the CPU. */
  readonly plan: PlanSize | null;
  readonly bytes: number;
  readonly tensors: number;
}

export interface SelfCheck {
  readonly state: "never" | "running" | "done" | "failed";
  readonly results: readonly SelfCheckResult[];
}

/** The hypergradients of the shown run, compared after `iteration` iterations. */
export type Comparison =
  | { readonly state: "never" }
  | { readonly state: "running" }
  | { readonly state: "done"; readonly iteration: number; readonly result: HypergradientComparison }
  | { readonly state: "failed"; readonly message: string };

/** Where the time of the shown run goes, seen after `iteration` iterations; a result of null is a run on the CPU. */
export type ProfileView =
  | { readonly state: "never" }
  | { readonly state: "running" }
  | { readonly state: "done"; readonly iteration: number; readonly result: Profile | null }
  | { readonly state: "failed"; readonly message: string };

/** What the run that the controls describe will cost. */
export type CostView =
  | { readonly state: "none" }
  | { readonly state: "planning" }
  | { readonly state: "known"; readonly estimate: CostEstimate }
  | { readonly state: "failed"; readonly message: string };
/** What was brought from outside to look at. */
export type Imported =
  | { readonly kind: "run"; readonly name: string; readonly run: ImportedRun }
  | { readonly kind: "genotype"; readonly name: string; readonly read: ReadGenotype };

export interface AppState {
  readonly status: PageStatus;
  readonly engine: Engine | null;
  readonly data: DataSummary | null;
  /** Other pictures are on their way; null while none are. */
  readonly reading: DataReading | null;
  /** The data sets that the browser keeps; null where it can keep none, and before that is known. */
  readonly kept: readonly KeptSet[] | null;
  /** The runs that the browser keeps, the newest first; null where it can keep none, and before that is known. */
  readonly runs: readonly KeptRun[] | null;
  readonly storage: RunStorage;
  /** The shown run among the kept ones, from its start on; null when there is none. */
  readonly runId: string | null;
  /** Why the shown run is kept no further; null while it is. */
  readonly keepingProblem: string | null;
  /** A last try to keep the shown run is under way, before what was asked for ends it. */
  readonly keeping: boolean;
  /** Something was asked for that would end the shown run, which is not kept: the page asks. */
  readonly discarding: boolean;
  /** Why the last file was refused; what was loaded stays. */
  readonly dataError: string | null;
  /** What the controls show: the settings of the next run. */
  readonly settings: Settings;
  /** The preset that was chosen last; marks show what differs from it. */
  readonly preset: Preset;
  /** The person chose a preset or a setting, so the page proposes none. */
  readonly touched: boolean;
  /** What of the opened link could not be used; null when no link was opened, or its note was closed. */
  readonly linkCorrections: readonly string[] | null;
  /** What the shown run uses; null when there is none. */
  readonly runSettings: Settings | null;
  readonly run: RunView;
  /** The earlier moment of the run that is looked at while the run goes on; null for the present. */
  readonly replay: RunView | null;
  /** The kept run that `run` shows, while the engine has not taken it up. */
  readonly shown: ShownRun | null;
  readonly imported: Imported | null;
  readonly importError: string | null;
  readonly selfCheck: SelfCheck;
  readonly comparison: Comparison;
  readonly profile: ProfileView;
  readonly cost: CostView;
  /** null while the page shows the search as it goes. */
  readonly slow: SlowMotion | null;
  /** The paragraph of the article that was asked for last, by its id; each time anew. */
  readonly topic: { readonly id: string } | null;
  /** Iterations of the next run are being timed. */
  readonly measuring: boolean;
  /** For the adapter in use. */
  readonly tuned: Tuned;
  /** Where the run was made whose settings were taken: the next run uses its kernel variants. */
  readonly repeats: Environment | null;
  /** Seeds that are run one after another; it stays to be read when it is through. */
  readonly queue: SeedQueue | null;
  readonly log: readonly LogEntry[];
}

export const EMPTY_RUN: RunView = {
  iteration: 0,
  iterations: 0,
  iterationsPerEpoch: 1,
  stages: [],
  stage: 0,
  records: Records.NONE,
  history: NO_HISTORY,
  alphas: null,
  before: null,
  betas: null,
  genotype: null,
  limited: null,
  stability: NO_FLIPS,
  picked: null,
  explanations: null,
  plan: null,
  bytes: 0,
  tensors: 0,
};

const NOT_COMPARED: Comparison = { state: "never" };
const NOT_PROFILED: ProfileView = { state: "never" };

export function initialState(): AppState {
  return {
    status: { kind: "loading", what: "Starting the engine" },
    engine: null,
    data: null,
    reading: null,
    kept: null,
    runs: null,
    storage: { runs: 0, used: null, quota: null },
    runId: null,
    keepingProblem: null,
    keeping: false,
    discarding: false,
    dataError: null,
    settings: presetSettings("tiny"),
    preset: "tiny",
    touched: false,
    linkCorrections: null,
    runSettings: null,
    run: EMPTY_RUN,
    replay: null,
    shown: null,
    imported: null,
    importError: null,
    selfCheck: { state: "never", results: [] },
    comparison: NOT_COMPARED,
    profile: NOT_PROFILED,
    cost: { state: "none" },
    slow: null,
    topic: null,
    measuring: false,
    tuned: { calls: 0, changed: 0 },
    repeats: null,
    queue: null,
    log: [],
  };
}

const LOG_LIMIT = 500;

/** The log with one more line, marked with the iteration; the oldest lines go first. */
export function logged(state: AppState, event: LogEvent, iteration = state.run.iteration): AppState {
  const entry = { ...event, id: (state.log.at(-1)?.id ?? 0) + 1, iteration } as LogEntry;
  return { ...state, log: [...state.log, entry].slice(-LOG_LIMIT) };
}

/** The log with an error that nothing handled. What breaks with each drawing is told once. */
export function withFault(state: AppState, { message, stack }: Fault): AppState {
  const last = state.log.at(-1);
  if (last?.kind === "error" && last.message === message) return state;
  return logged(state, { kind: "error", message, ...(stack && { stack }) });
}

/** The state after an event of the engine. */
export function applyEvent(state: AppState, event: EngineEvent): AppState {
  switch (event.kind) {
    case "status":
      return withStatus(state, event.status);
    case "engine":
      return withEngine(state, event.engine);
    case "data":
      return withData(state, event.summary);
    case "reading":
      return { ...state, reading: event.reading };
    case "kept":
      return { ...state, kept: event.sets };
    case "runs":
      return { ...state, runs: event.runs, storage: event.storage };
    case "keeping":
      return withKeeping(state, event);
    case "planned":
      return withPlan(state, event.plan);
    case "tuned":
      return { ...state, tuned: event.tuned };
    case "snapshot":
      return withStage({ ...state, run: withSnapshot(state.run, event.snapshot) }, state.run.stage);
    case "shown-run":
      return withShown(state, event);
    case "incident": {
      return logged(state, event, event.reached);
    }
    case "setting-change":
      return withChange(state, event.change);
    case "fault":
      return withFault(state, event.fault);
    case "reset":
      return withoutRun(state);
    default:
      return event satisfies never;
  }
}

function withoutRun(state: AppState): AppState {
  return {
    ...state,
    run: EMPTY_RUN,
    replay: null,
    shown: null,
    runSettings: null,
    runId: null,
    keepingProblem: null,
    discarding: false,
    comparison: NOT_COMPARED,
    profile: NOT_PROFILED,
  };
}

/** Everything that was shown before goes: the run may be one that this page had further than it is kept. */
function withShown(state: AppState, event: Extract<EngineEvent, { kind: "shown-run" }>): AppState {
  const { id, data, settings, snapshot } = event;
  const run = withSnapshot(EMPTY_RUN, snapshot);
  const shown = { id, data };
  const next = { ...withoutRun(state), run, runId: id, shown, settings, runSettings: settings, touched: true };
  return logged(next, { kind: "shown", run: shown });
}

function withKeeping(state: AppState, { id, problem }: Extract<EngineEvent, { kind: "keeping" }>): AppState {
  const next = { ...state, runId: id, keepingProblem: problem, discarding: problem !== null && state.discarding };
  return problem && problem !== state.keepingProblem ? logged(next, { kind: "error", message: problem }) : next;
}

function withStatus(state: AppState, status: PageStatus): AppState {
  if (state.status.kind === "lost") return state;
  const takenUp = status.kind === "running" || status.kind === "paused";
  const next = { ...state, status, shown: takenUp ? null : state.shown };
  if (status.kind === state.status.kind) return next;
  // A kept run that is shown did not end now.
  if (status.kind === "finished" && !state.shown) return logged(next, { kind: "finished" });
  if (status.kind === "failed") return logged(next, { kind: "error", message: status.message });
  return next;
}

/**
 * Other pictures end the run that was shown; the same ones at another size do not, nor do those that a starting run draws
 * from its seed, nor any while a kept run waits to be resumed.
 */
function withData(state: AppState, data: DataSummary): AppState {
  const other = state.data?.hash !== data.hash;
  const next = { ...state, data, dataError: null };
  if (!other) return next;
  const forgotten = state.data && state.status.kind !== "starting" && !state.shown ? withoutRun(next) : next;
  return logged(forgotten, { kind: "data", name: data.name, used: data.used, hash: data.hash });
}

function withEngine(state: AppState, engine: Engine): AppState {
  const asSet = (state.runSettings ?? state.settings).backend === "cpu";
  const next = logged({ ...state, engine }, { kind: "engine", engine, asSet });
  if (state.touched || state.runSettings) return next;
  const preset = proposedPreset(engine);
  return { ...next, preset, settings: presetSettings(preset, state.settings) };
}

/** The size of a run becomes known after its first line in the log; that of a later stage has no line. */
function withPlan(state: AppState, plan: PlanSize): AppState {
  if (state.run.records.length > 0) return { ...state, run: { ...state.run, plan } };
  const started = state.log.findLast(({ kind }) => kind === "started");
  const log = state.log.map((entry) => (entry === started && entry.kind === "started" ? { ...entry, plan } : entry));
  return { ...state, run: { ...state.run, plan }, log };
}

function withChange(state: AppState, change: SettingChange): AppState {
  const value = { [change.name]: change.to };
  const next: AppState = {
    ...state,
    settings: { ...state.settings, ...value },
    runSettings: state.runSettings && { ...state.runSettings, ...value },
  };
  return logged(next, { kind: "change", change }, change.iteration);
}

/** A line of the log where another stage began. */
function withStage(state: AppState, before: number): AppState {
  const { stages, stage } = state.run;
  const now = stages[stage];
  return now && stage > before ? logged(state, { kind: "stage", stage: now, count: stages.length }) : state;
}

/** What the last iteration of a snapshot began with. */
function alphasBefore({ iteration, alphas, before }: RunView, snapshot: Snapshot): Alphas | null {
  if (snapshot.iteration === iteration) return before;
  const moment = snapshot.history.moments.find((one) => one.iteration === snapshot.iteration - 1);
  if (moment) return cellsOf(moment.alphas);
  return snapshot.iteration === iteration + 1 ? alphas : null;
}

/** The cells as they are found, or derived with few skips. */
export function withSkipLimit(state: AppState, on: boolean): AppState {
  const { run } = state;
  const { alphas } = run;
  return { ...state, run: { ...run, limited: on && alphas ? limitedBy({ ...run, alphas }) : null } };
}

function withSnapshot(run: RunView, snapshot: Snapshot): RunView {
  return {
    iteration: snapshot.iteration,
    iterations: snapshot.iterations,
    iterationsPerEpoch: snapshot.iterationsPerEpoch,
    stages: snapshot.stages,
    stage: snapshot.stage,
    records: run.records.with(snapshot.records),
    history: joinHistory(run.history, snapshot.iteration, snapshot.history),
    alphas: snapshot.alphas,
    before: alphasBefore(run, snapshot),
    betas: snapshot.betas,
    genotype: snapshot.genotype,
    limited: run.limited && limitedBy(snapshot),
    stability: updateStability(run.stability, run.history.changes.at(-1), snapshot.history.changes),
    picked: countPicks(run.picked, snapshot.records),
    explanations: snapshot.explanations ?? run.explanations,
    plan: run.plan,
    bytes: snapshot.bytes,
    tensors: snapshot.tensors,
  };
}
