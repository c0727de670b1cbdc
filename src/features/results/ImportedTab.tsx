/** A run file from outside: its cells, where they come from, and its settings to use. */
import { memo, useMemo, useState } from "react";
import type { Genotype } from "../../domain/genotype";
import { CELL_KINDS } from "../../domain/primitives";
import { alphasOfFile, betasOfFile, type ImportedRun } from "../../domain/run";
import { useApp, useController } from "../../state/context";
import { formatCount } from "../../state/progress";
import { selectImportError, selectImported } from "../../state/selectors";
import { Cell } from "../discovery/Cell";
import { RESULTS } from "../texts";
import { useWidth } from "../ui/use-width";

const GAP = 36;
const SIDE_BY_SIDE = 900;

export const ImportedTab = memo(function ImportedTab() {
  const imported = useApp(selectImported);
  const [ref, width] = useWidth<HTMLDivElement>();
  const alphas = useMemo(() => imported && alphasOfFile(imported.run.alphas), [imported]);
  const betas = useMemo(() => imported && betasOfFile(imported.run), [imported]);
  if (!imported || !alphas) return null;
  const genotype: Genotype = imported.run.genotype;
  const beside = width >= SIDE_BY_SIDE;
  return (
    <div className="result-block imported" data-testid="imported">
      <Facts name={imported.name} run={imported.run} />
      <div ref={ref} className={`cells ${beside ? "beside" : ""}`}>
        {CELL_KINDS.map((kind) => (
          <Cell
            key={kind}
            kind={kind}
            alphas={alphas[kind]}
            genes={genotype[kind]}
            betas={betas?.[kind] ?? null}
            width={beside ? Math.floor((width - GAP) / 2) : width}
            tall={false}
          />
        ))}
      </div>
    </div>
  );
});

function Facts({ name, run }: { readonly name: string; readonly run: ImportedRun }) {
  const error = useApp(selectImportError);
  const controller = useController();
  const [used, setUsed] = useState<ImportedRun | null>(null);
  const facts = [
    [RESULTS.run, `${formatCount(run.iterations)} iterations`],
    [RESULTS.method, `${run.settings.strategy ?? "?"} × ${run.settings.objective ?? "?"}`],
    [RESULTS.seed, String(run.seed)],
    [RESULTS.data, `${run.data.name}, ${formatCount(run.data.pictures)} pictures, ${run.data.hash.slice(0, 12)}…`],
    [RESULTS.on, `${run.environment.adapter} (${run.environment.backend})`],
  ] as const;
  return (
    <>
      <div className="head">
        <h3>{name}</h3>
      </div>
      <dl className="facts">
        {facts.map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <div className="result-buttons">
        <button
          type="button"
          className="second"
          onClick={() => setUsed(controller.applyImportedSettings() ? run : null)}
        >
          {RESULTS.use}
        </button>
        <button type="button" className="second" onClick={controller.closeImported}>
          {RESULTS.close}
        </button>
        {used === run && !error ? (
          <span className="note" role="status">
            {RESULTS.used}
          </span>
        ) : null}
      </div>
      {error ? (
        <p className="problem" role="alert">
          {error}
        </p>
      ) : null}
    </>
  );
}
