/** Where a run file comes from. */
import type { LimitedGenotype, RunFile } from "../../domain/run";
import { formatCount } from "../../state/progress";
import { RESULTS } from "../texts";

interface Props {
  readonly run: Pick<RunFile, "iterations" | "seed" | "data" | "environment"> & {
    readonly limited?: LimitedGenotype;
    readonly settings: { readonly strategy?: unknown; readonly objective?: unknown };
  };
}

export function RunFacts({ run }: Props) {
  const facts = [
    [RESULTS.run, `${formatCount(run.iterations)} iterations`],
    [RESULTS.method, `${run.settings.strategy ?? "?"} × ${run.settings.objective ?? "?"}`],
    [RESULTS.seed, String(run.seed)],
    [RESULTS.data, `${run.data.name}, ${formatCount(run.data.pictures)} pictures, ${run.data.hash.slice(0, 12)}…`],
    ...(run.limited ? [[RESULTS.limited, String(run.limited.maxSkips)] as const] : []),
    [RESULTS.on, `${run.environment.adapter} (${run.environment.backend})`],
  ] as const;
  return (
    <dl className="facts">
      {facts.map(([term, value]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
