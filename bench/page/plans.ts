/** What the bench asks of recorded plans. Knows nothing of how they are recorded. */
import type { Step } from "./step";
import type { Peer } from "./timing";

/** A recorded step that is replayed. */
export interface ReplayedStep extends Peer {
  /** Dispatches of one replay. */
  readonly dispatches: number;
  /** Bytes that the plan's arenas hold. */
  readonly arenaBytes: number;
}

export interface PlanRecorder {
  /** Records `step` at its initial state; each replay goes on from where the last one ended. Takes the tensors over. */
  record<S>(step: Step<S>): ReplayedStep;
  /** Plans what `build` would run, without running it. @returns its dispatches */
  countDispatches(build: () => void): number;
}
