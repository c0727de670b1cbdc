/** When an engine that broke down is worth another start. */

/** Breakdowns in a row without a new iteration between, that are still followed by another start. */
const MOST = 3;

export interface Crashes {
  readonly count: number;
  /** Iterations that the run had at the last one. */
  readonly reached: number;
}

export const NO_CRASHES: Crashes = { count: 0, reached: 0 };

export function afterCrash({ count, reached }: Crashes, iteration: number): Crashes {
  return { count: iteration > reached ? 1 : count + 1, reached: Math.max(iteration, reached) };
}

export function mayRestart({ count }: Crashes): boolean {
  return count <= MOST;
}
