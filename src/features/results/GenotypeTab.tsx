/** The discovered cells as text and JSON, and the run as a file. */
import { FileButton } from "@mantine/core";
import { memo, useRef } from "react";
import { MAX_SKIPS } from "../../domain/skip-limit";
import { useApp, useController } from "../../state/context";
import {
  selectImportError,
  selectLimited,
  selectPermissions,
  selectRunData,
  selectShownGenotype,
} from "../../state/selectors";
import { exportBundle, exportToFile } from "../share/save-file";
import { LEARNING, RESULTS } from "../texts";
import { Icon } from "../ui/icons";
import { EvaluationCost } from "./EvaluationCost";
import { GenotypeForms } from "./GenotypeForms";
import { PasteGenotype } from "./PasteGenotype";

export const GenotypeTab = memo(function GenotypeTab() {
  const genotype = useApp(selectShownGenotype);
  const data = useApp(selectRunData);
  const limited = useApp(selectLimited);
  return (
    <>
      {limited ? <Limited /> : null}
      <div className="result-grid">
        {genotype ? (
          <>
            <GenotypeForms genotype={genotype} data={data} maxSkips={limited ? MAX_SKIPS : null} />
            <EvaluationCost genotype={genotype} />
          </>
        ) : (
          <p className="result-block note">{RESULTS.empty}</p>
        )}
        <RunFileBlock />
        <PasteGenotype />
      </div>
    </>
  );
});

function Limited() {
  const controller = useController();
  return (
    <p className="result-block note limited-note" data-testid="limited">
      <b>{LEARNING.limited}</b> {LEARNING.limitedText}{" "}
      <button type="button" className="text-button" onClick={() => controller.limitSkips(false)}>
        {LEARNING.asFound}
      </button>
    </p>
  );
}

function RunFileBlock() {
  const may = useApp(selectPermissions);
  const error = useApp(selectImportError);
  const controller = useController();
  const clear = useRef<() => void>(null);
  return (
    <section className="result-block" aria-label={RESULTS.file}>
      <div className="head">
        <h3>{RESULTS.file}</h3>
        <span className="note">{RESULTS.fileNote}</span>
      </div>
      <div className="result-buttons">
        <button type="button" className="second" disabled={!may.export} onClick={() => void exportToFile(controller)}>
          <Icon name="down" size={14} />
          {RESULTS.export}
          <kbd>E</kbd>
        </button>
        <button
          type="button"
          className="second"
          disabled={!may.export}
          title={RESULTS.bundleHint}
          onClick={() => void exportBundle(controller)}
        >
          <Icon name="down" size={14} />
          {RESULTS.bundle}
        </button>
        <FileButton
          inputProps={{ "aria-label": RESULTS.importLabel }}
          accept=".json,.zip,.txt,.py"
          resetRef={clear}
          onChange={(file) => {
            // Else the browser tells nothing when the same file is chosen again.
            clear.current?.();
            if (file) void controller.openFiles([{ path: file.name, file }]);
          }}
        >
          {(props) => (
            <button {...props} type="button" className="second">
              <Icon name="open" size={14} />
              {RESULTS.import}
            </button>
          )}
        </FileButton>
      </div>
      {error ? (
        <p className="problem" role="alert">
          {error}
        </p>
      ) : null}
      <p className="note">{RESULTS.fileText}</p>
    </section>
  );
}
