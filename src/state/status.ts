/** What the person may press, derived from the one status. Plain functions: knows no React and no worker. */
import type { RunStatus } from "../domain/run";

/** The status of the page: the engine's own, or `lost` when the worker itself is gone. */
export type PageStatus = RunStatus | { readonly kind: "lost"; readonly message: string };

/** Shown from the press on, until the engine tells its own. */
export const STARTING = { kind: "starting", what: "Preparing the pictures" } as const satisfies PageStatus;

export type PrimaryAction = "search" | "pause" | "resume" | "search-again" | "starting" | "pausing" | "reload";

/** What the one primary button does now. `starting` and `pausing` only say so and cannot be pressed. */
export function primaryAction(status: PageStatus): PrimaryAction {
  switch (status.kind) {
    case "loading":
    case "idle":
      return "search";
    case "starting":
      return "starting";
    case "running":
      return "pause";
    case "pausing":
      return "pausing";
    case "paused":
    case "kept":
      return "resume";
    case "finished":
    case "failed":
      return "search-again";
    case "lost":
      return "reload";
    default:
      return status satisfies never;
  }
}

export interface Permissions {
  readonly primary: boolean;
  readonly step: boolean;
  readonly reset: boolean;
  readonly loadData: boolean;
  /** Settings of the next run, or of this one while it is paused. */
  readonly edit: boolean;
  readonly check: boolean;
  /** Both hypergradients at the state of a paused run. */
  readonly compare: boolean;
  /** The kernels of a paused run, timed. */
  readonly profile: boolean;
  /** An iteration stage by stage: the last one, or a first one made for it. */
  readonly slow: boolean;
  /** Iterations of the next run, timed before it starts. */
  readonly measure: boolean;
  readonly export: boolean;
}

const NOTHING: Permissions = {
  primary: false,
  step: false,
  reset: false,
  loadData: false,
  edit: false,
  check: false,
  compare: false,
  profile: false,
  slow: false,
  measure: false,
  export: false,
};

/**
 * What may be pressed.
 * @param hasData a data set is loaded
 * @param hasResult at least one iteration is finished
 * @param busy what goes on beside the status: no search may start, no data may come
 */
export function permissions(
  status: PageStatus,
  hasData: boolean,
  hasResult: boolean,
  busy: "checking" | "reading" | "keeping" | null = null,
): Permissions {
  const may = byStatus(status, hasData, hasResult);
  if (!busy || !isWaiting(status)) return may;
  if (busy !== "checking") return { ...NOTHING, edit: may.edit, export: may.export };
  return {
    ...may,
    primary: false,
    step: false,
    loadData: false,
    check: false,
    compare: false,
    profile: false,
    measure: false,
  };
}

function byStatus(status: PageStatus, hasData: boolean, hasResult: boolean): Permissions {
  switch (status.kind) {
    case "loading":
      return { ...NOTHING, edit: true };
    case "idle":
      return {
        ...NOTHING,
        primary: hasData,
        step: hasData,
        loadData: true,
        edit: true,
        check: true,
        slow: hasData,
        measure: hasData,
        export: hasResult,
      };
    case "kept":
      return {
        ...NOTHING,
        primary: status.hasData,
        step: status.hasData,
        reset: true,
        loadData: true,
        check: true,
        export: hasResult,
      };
    case "starting":
    case "pausing":
      return { ...NOTHING, export: hasResult };
    case "running":
      return { ...NOTHING, primary: true, slow: true, export: hasResult };
    case "paused":
      return {
        ...NOTHING,
        slow: true,
        primary: true,
        step: true,
        reset: true,
        edit: true,
        check: true,
        compare: true,
        profile: true,
        export: hasResult,
      };
    case "finished":
      return {
        ...NOTHING,
        primary: hasData,
        reset: true,
        loadData: true,
        edit: true,
        check: true,
        slow: hasResult,
        export: hasResult,
      };
    case "failed":
      return { ...NOTHING, primary: hasData, reset: true, loadData: true, edit: true, export: hasResult };
    case "lost":
      return { ...NOTHING, primary: true };
    default:
      return status satisfies never;
  }
}

/** A run stands between its first and last iteration: fixed settings wait for Reset. */
export function isUnderWay(status: PageStatus): boolean {
  return (
    status.kind === "starting" || status.kind === "running" || status.kind === "pausing" || status.kind === "paused"
  );
}

/** The numbers stand still, because what makes them is being made ready. */
export function isPreparing(status: PageStatus): boolean {
  return status.kind === "starting" || (status.kind === "running" && status.preparing !== undefined);
}

/** Gold means "press me"; ink means "at work". */
export function isWaiting(status: PageStatus): boolean {
  return (
    status.kind === "idle" ||
    status.kind === "kept" ||
    status.kind === "paused" ||
    status.kind === "finished" ||
    status.kind === "failed"
  );
}
