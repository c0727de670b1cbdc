/** What components read of the store, as named constants. */
import { type DataSummary, HASH_VERSION } from "../domain/dataset";
import type { KeptRun } from "../domain/kept-run";
import type { RunFile } from "../domain/run";
import { type SettledRun, sameData } from "../domain/seed-group";
import type { AppState, RunView } from "./app-state";
import { builtInOf, linkFragment } from "./link";
import { isHead, missingSeeds } from "./seed-queue";
import { isUnderWay, isWaiting, type Permissions, permissions, primaryAction } from "./status";

export const selectStatus = (state: AppState) => state.status;
export const selectEngine = (state: AppState) => state.engine;
export const selectData = (state: AppState) => state.data;
/** The pictures that the shown run was made of; a kept run may wait while others are loaded. */
export const selectRunData = ({ shown, data }: AppState) => shown?.data ?? data;
export const selectKept = (state: AppState) => state.kept;
export const selectRuns = (state: AppState) => state.runs;
export const selectStorage = (state: AppState) => state.storage;
export const selectShown = (state: AppState) => state.shown;
export const selectDiscarding = (state: AppState) => state.discarding;
/** The run on the page would be gone with it. */
export const selectWouldLose = ({ keepingProblem, status }: AppState) =>
  keepingProblem !== null && status.kind !== "lost";
export const selectKeeping = (state: AppState) => state.keeping;
export const selectKeepingProblem = (state: AppState) => state.keepingProblem;
export const selectDataError = (state: AppState) => state.dataError;
export const selectSettings = (state: AppState) => state.settings;
export const selectPreset = (state: AppState) => state.preset;
export const selectLinkCorrections = (state: AppState) => state.linkCorrections;
export const selectRunSettings = (state: AppState) => state.runSettings;
export const selectRun = (state: AppState) => state.run;
export const selectRecords = (state: AppState) => state.run.records;
export const selectIteration = (state: AppState) => state.run.iteration;
/** Before its first iteration a run has found nothing: its alphas are the random ones that it starts with. */
const hasFound = ({ iteration }: RunView) => iteration > 0;
/** As the search found it. */
export const selectGenotype = ({ run }: AppState) => (hasFound(run) ? run.genotype : null);
/** As it is copied: with few skips where that is wanted. */
export const selectShownGenotype = (state: AppState) => state.run.limited ?? selectGenotype(state);
export const selectLimited = (state: AppState) => state.run.limited !== null;
export const selectHistory = (state: AppState) => state.run.history;
/** Where the playhead stands; null for the present. */
export const selectReplayIteration = (state: AppState) => state.replay?.iteration ?? null;
export const selectIsReplay = (state: AppState) => state.replay !== null;

/** The run at the moment that is looked at: now, or an earlier one. Cells and numbers show it; transport and exports are of now. */
export const selectMoment = (state: AppState) => state.replay ?? state.run;
/** The moment as the cells show it; null before the first iteration, unless somebody looks back at it. */
const foundMoment = ({ replay, run }: AppState) => replay ?? (hasFound(run) ? run : null);
export const selectMomentAlphas = (state: AppState) => foundMoment(state)?.alphas ?? null;
export const selectMomentBetas = (state: AppState) => foundMoment(state)?.betas ?? null;
export const selectMomentGenotype = (state: AppState) => foundMoment(state)?.genotype ?? null;
/** As the cells show it: with few skips where that is wanted. */
export const selectMomentShown = (state: AppState) => foundMoment(state)?.limited ?? selectMomentGenotype(state);
export const selectMomentRecords = (state: AppState) => selectMoment(state).records;
export const selectMomentIteration = (state: AppState) => selectMoment(state).iteration;
/** What its iteration drew; null for a strategy that draws nothing. */
export const selectMomentPicks = (state: AppState) => selectMoment(state).records.at(-1)?.picks ?? null;
export const selectMomentPicked = (state: AppState) => selectMoment(state).picked;

/** Iterations at which a further stage of the run began. */
export const selectStageBegins = (state: AppState) =>
  state.run.stages.map(({ begins }) => begins).filter((begins) => begins > 0 && begins < state.run.records.length);
export const selectExplanations = (state: AppState) => state.run.explanations;
export const selectImported = (state: AppState) => state.imported;
export const selectImportError = (state: AppState) => state.importError;
export const selectSelfCheck = (state: AppState) => state.selfCheck;
export const selectLog = (state: AppState) => state.log;

/** The next search as a link's fragment, and whether the link holds which pictures. */
export const selectLink = ({ settings, preset, data }: AppState) => ({
  fragment: linkFragment(settings, preset, builtInOf(data)),
  holdsData: builtInOf(data) !== null,
});

/** The settings that the shown numbers belong to: those of the run, else those of the next one. */
export const selectShownSettings = (state: AppState) => state.runSettings ?? state.settings;

export const selectProfile = (state: AppState) => state.profile;
export const selectTuned = (state: AppState) => state.tuned;
export const selectPlan = (state: AppState) => state.run.plan;

export const selectComparison = (state: AppState) => state.comparison;

/** The engine is busy with a check, of its primitives or of the hypergradient, or with a profile. */
export const selectChecking = (state: AppState): boolean =>
  state.selfCheck.state === "running" || state.comparison.state === "running" || state.profile.state === "running";

export const selectReading = (state: AppState) => state.reading;

export const selectPermissions = (state: AppState): Permissions =>
  permissions(
    state.status,
    state.data !== null,
    state.run.records.length > 0,
    state.reading ? "reading" : state.keeping ? "keeping" : selectChecking(state) ? "checking" : null,
  );

/** There is a device, and the engine can tell what its loss breaks. */
export const selectMayLoseDevice = ({ engine, status }: AppState): boolean =>
  engine?.backend === "webgpu" && (status.kind === "running" || isWaiting(status));

export const selectUnderWay = (state: AppState): boolean => isUnderWay(state.status);

/** One permission alone, for what need not follow the others. */
export const selectMayEdit = (state: AppState): boolean => selectPermissions(state).edit;
export const selectMayLoad = (state: AppState): boolean => selectPermissions(state).loadData;

/** A kept run may be offered to go on with: neither it nor the page's own copy of it is over, and its pictures can be told. */
export const offersResume = ({ runId, status }: AppState, { id, finished, data }: KeptRun): boolean =>
  !finished && !(id === runId && status.kind === "finished") && data.hashVersion === HASH_VERSION;

export const selectHasResult = (state: AppState) => state.run.records.length > 0;

export const selectQueue = (state: AppState) => state.queue;

/** A queue of seeds may begin: no run stands between its first and its last iteration. */
export const selectMayQueue = (state: AppState): boolean => {
  const action = primaryAction(state.status);
  return selectPermissions(state).primary && (action === "search" || action === "search-again");
};

function dataOfRun({ name, source, hash, classNames, total }: DataSummary): RunFile["data"] {
  return { name, source, hash, classes: classNames.length, pictures: total };
}

/** Whether the pictures in use are those that a run was made of, or become them with its seed. */
export function usesDataOf({ data }: AppState, wanted: RunFile["data"]): boolean {
  return data !== null && sameData(dataOfRun(data), wanted);
}

/** The run that the settings would make with the pictures in use; null without pictures. */
export function presentRun(state: AppState): SettledRun | null {
  return state.data && { settings: state.settings, data: dataOfRun(state.data) };
}

/** The run on the page; null where there is none. */
export function runOnPage(state: AppState): SettledRun | null {
  const data = state.shown?.data ?? (state.data && dataOfRun(state.data));
  return state.runSettings && data && { settings: state.runSettings, data };
}

/** The head of a queue that was left is the run that waits on the page. */
export function headWaits(state: AppState): boolean {
  return primaryAction(state.status) === "resume" && isHead(state.queue, runOnPage(state));
}

/** Whether a queue that was left finds its pictures: they are loaded, or built in. */
export const selectQueueHasData = (state: AppState): boolean => {
  const { queue } = state;
  return queue !== null && (builtInOf(queue.data) !== null || usesDataOf(state, queue.data));
};

/** A queue that was left may go on. */
export const selectMayGoOn = (state: AppState): boolean => {
  if (state.queue?.state !== "left") return false;
  if (headWaits(state)) return selectPermissions(state).primary;
  return selectMayQueue(state) && selectQueueHasData(state);
};

/** The next `count` seeds of the present settings that no finished run has; none without pictures. */
export function queuedSeeds(state: AppState, count: number): number[] {
  const present = presentRun(state);
  return present ? missingSeeds(present, state.runs ?? [], count) : [];
}
export const selectTopic = (state: AppState) => state.topic;
export const selectCost = (state: AppState) => state.cost;
export const selectMeasuring = (state: AppState) => state.measuring;
