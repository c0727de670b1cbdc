/** What was brought from outside: a run with its alphas and settings, or a genotype alone, and what they amount to. */
import { memo, useState } from "react";
import type { ReadGenotype } from "../../domain/genotype-reader";
import type { ImportedRun } from "../../domain/run";
import { useApp, useController } from "../../state/context";
import { selectImportError, selectImported, usesDataOf } from "../../state/selectors";
import { RESULTS } from "../texts";
import { EvaluationCost } from "./EvaluationCost";
import { GenotypeCells } from "./GenotypeCells";
import { GenotypeForms } from "./GenotypeForms";
import { RunCells } from "./RunCells";
import { RunFacts } from "./RunFacts";

function ImportedTab() {
  const imported = useApp(selectImported);
  const controller = useController();
  if (!imported) return null;
  const isRun = imported.kind === "run";
  const genotype = isRun ? imported.run.genotype : imported.read.genotype;
  return (
    <div className="imported" data-testid="imported">
      <div className="result-block">
        <div className="head">
          <h3>{imported.name}</h3>
        </div>
        {isRun ? <RunFacts run={imported.run} /> : <Source read={imported.read} />}
        <div className="result-buttons">
          {isRun ? <Use run={imported.run} /> : null}
          <button type="button" className="second" onClick={controller.closeImported}>
            {RESULTS.close}
          </button>
        </div>
        {isRun ? <RunCells run={imported.run} /> : <GenotypeCells genotype={genotype} />}
      </div>
      <div className="result-grid">
        <GenotypeForms genotype={genotype} data={isRun ? imported.run.data : null} />
        <EvaluationCost genotype={genotype} />
      </div>
    </div>
  );
}

export default memo(ImportedTab);

function Source({ read: { format, found } }: { readonly read: ReadGenotype }) {
  return (
    <dl className="facts">
      <div>
        <dt>{RESULTS.readFrom}</dt>
        <dd>
          {RESULTS.genotypeOf[format]}
          {found > 1 ? `, ${RESULTS.lastOf(found)}` : ""}
        </dd>
      </div>
    </dl>
  );
}

function Use({ run }: { readonly run: ImportedRun }) {
  const error = useApp(selectImportError);
  const sameData = useApp((state) => usesDataOf(state, run.data));
  const controller = useController();
  const [used, setUsed] = useState<ImportedRun | null>(null);
  return (
    <>
      <button type="button" className="second" onClick={() => setUsed(controller.applyImportedSettings() ? run : null)}>
        {RESULTS.use}
      </button>
      {used === run && !error ? (
        <span className="note" role="status">
          {RESULTS.used} {sameData ? "" : RESULTS.otherPictures(run.data.name)}
        </span>
      ) : null}
      {error ? (
        <p className="problem" role="alert">
          {error}
        </p>
      ) : null}
    </>
  );
}
