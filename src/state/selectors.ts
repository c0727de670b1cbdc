/** What components read of the store, as named constants. */
import type { DataSummary } from "../domain/dataset";
import type { RunFile } from "../domain/run";
import { type SettledRun, sameData } from "../domain/seed-group";
import type { AppState } from "./app-state";
import { builtInOf, linkFragment } from "./link";
import { missingSeeds } from "./seed-queue";
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
export const selectKeepingProblem = (state: AppState) => state.keepingProblem;
export const selectDataError = (state: AppState) => state.dataError;
export const selectSettings = (state: AppState) => state.settings;
export const selectPreset = (state: AppState) => state.preset;
export const selectLinkCorrections = (state: AppState) => state.linkCorrections;
export const selectRunSettings = (state: AppState) => state.runSettings;
export const selectRun = (state: AppState) => state.run;
export const selectRecords = (state: AppState) => state.run.records;
export const selectIteration = (state: AppState) => state.run.iteration;
/** As the search found it. */
export const selectGenotype = (state: AppState) => state.run.genotype;
/** As it is copied: with few skips where that is wanted. */
export const selectShownGenotype = (state: AppState) => state.run.limited ?? state.run.genotype;
export const selectLimited = (state: AppState) => state.run.limited !== null;
export const selectHistory = (state: AppState) => state.run.history;
/** Where the playhead stands; null for the present. */
export const selectReplayIteration = (state: AppState) => state.replay?.iteration ?? null;
export const selectIsReplay = (state: AppState) => state.replay !== null;

/** The run at the moment that is looked at: now, or an earlier one. Cells and numbers show it; transport and exports are of now. */
export const selectMoment = (state: AppState) => state.replay ?? state.run;
export const selectMomentAlphas = (state: AppState) => selectMoment(state).alphas;
export const selectMomentBetas = (state: AppState) => selectMoment(state).betas;
export const selectMomentGenotype = (state: AppState) => selectMoment(state).genotype;
/** As the cells show it: with few skips where that is wanted. */
export const selectMomentShown = (state: AppState) => selectMoment(state).limited ?? selectMoment(state).genotype;
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

export const selectPermissions = (state: AppState): Permissions =>
  permissions(state.status, state.data !== null, state.run.records.length > 0, selectChecking(state));

/** There is a device, and the engine can tell what its loss breaks. */
export const selectMayLoseDevice = ({ engine, status }: AppState): boolean =>
  engine?.backend === "webgpu" && (status.kind === "running" || isWaiting(status));

export const selectUnderWay = (state: AppState): boolean => isUnderWay(state.status);

/** One permission alone, for what need not follow the others. */
export const selectMayEdit = (state: AppState): boolean => selectPermissions(state).edit;
export const selectMayLoad = (state: AppState): boolean => selectPermissions(state).loadData;

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
function presentRun({ settings, data }: AppState): SettledRun | null {
  return data && { settings, data: dataOfRun(data) };
}

/** The next `count` seeds of the present settings that no finished run has; none without pictures. */
export function queuedSeeds(state: AppState, count: number): number[] {
  const present = presentRun(state);
  return present ? missingSeeds(present, state.runs ?? [], count) : [];
}
export const selectTopic = (state: AppState) => state.topic;
export const selectCost = (state: AppState) => state.cost;
export const selectMeasuring = (state: AppState) => state.measuring;
