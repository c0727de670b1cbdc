/** A run as it was at an earlier moment. Plain functions. */
import { cellsOf, genesOf, lastAt } from "../domain/alpha-history";
import { genotypeOf } from "../domain/genotype";
import type { RunView } from "./app-state";
import { limitedBy } from "./limited";
import { countPicks } from "./picks";
import { NO_FLIPS, updateStability } from "./stability";

/**
 * The run at the last held moment at or before an iteration; null where that is the present. Memory, plan and explanations
 * stay those of the present: they are not kept over the run.
 */
export function replayOf(run: RunView, iteration: number): RunView | null {
  const { moments, changes } = run.history;
  const moment = iteration < run.iteration ? lastAt(moments, iteration) : undefined;
  const kept = moment && lastAt(changes, moment.iteration)?.kept;
  if (!moment || !kept) return null;
  const records = run.records.first(moment.iteration);
  const derivable = {
    stages: run.stages,
    stage: records.at(-1)?.stage ?? 0,
    alphas: cellsOf(moment.alphas),
    betas: moment.betas && cellsOf(moment.betas),
  };
  return {
    ...run,
    ...derivable,
    iteration: moment.iteration,
    records,
    before: null,
    limited: run.limited && limitedBy(derivable),
    genotype: genotypeOf({ normal: genesOf(kept, "normal"), reduce: genesOf(kept, "reduce") }),
    stability: updateStability(
      NO_FLIPS,
      undefined,
      changes.filter((change) => change.iteration <= moment.iteration),
    ),
    picked: run.picked && countPicks(null, records.slice()),
  };
}
