/** A run file from outside: its cells, where they come from, and its settings to use. */
import { memo, useState } from "react";
import type { ImportedRun } from "../../domain/run";
import { useApp, useController } from "../../state/context";
import { selectImportError, selectImported } from "../../state/selectors";
import { RESULTS } from "../texts";
import { RunCells } from "./RunCells";
import { RunFacts } from "./RunFacts";

export const ImportedTab = memo(function ImportedTab() {
  const imported = useApp(selectImported);
  if (!imported) return null;
  return (
    <div className="result-block imported" data-testid="imported">
      <div className="head">
        <h3>{imported.name}</h3>
      </div>
      <RunFacts run={imported.run} />
      <Use run={imported.run} />
      <RunCells run={imported.run} />
    </div>
  );
});

function Use({ run }: { readonly run: ImportedRun }) {
  const error = useApp(selectImportError);
  const controller = useController();
  const [used, setUsed] = useState<ImportedRun | null>(null);
  return (
    <>
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
