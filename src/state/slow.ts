/** Slow motion: which stage of the last iteration is shown. Plain data. */
import type { Settings } from "../domain/settings";
import type { AppState } from "./app-state";

export interface SlowMotion {
  /** 0 for the first. */
  readonly stage: number;
  /** The iteration to walk through is being made. */
  readonly busy: boolean;
  /** The search was going on before, and goes on afterwards. */
  readonly resumes: boolean;
}

/** Stages of an iteration. */
export function countOf({ objective }: Pick<Settings, "objective">): number {
  return objective === "bilevel" ? 2 : 4;
}

export const selectSlow = (state: AppState) => state.slow;
export const selectSlowStage = (state: AppState) => state.slow?.stage ?? null;
