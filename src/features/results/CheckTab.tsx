/** Compares this adapter with the reference, primitive by primitive. */
import { memo } from "react";
import { useApp, useController } from "../../state/context";
import { selectEngine, selectPermissions, selectSelfCheck } from "../../state/selectors";
import { checkSummary, RESULTS } from "../texts";
import { Icon } from "../ui/icons";
import { HypergradientCheck } from "./HypergradientCheck";
import { SurvivalCheck } from "./SurvivalCheck";

export const CheckTab = memo(function CheckTab() {
  const { state, results } = useApp(selectSelfCheck);
  const webgpu = useApp(selectEngine)?.webgpu.ok ?? false;
  const may = useApp(selectPermissions);
  const controller = useController();
  const ok = results.filter((result) => result.ok).length;
  return (
    <section className="result-block self-check" aria-label={RESULTS.tabs.check}>
      <div className="result-buttons">
        <button type="button" className="second" disabled={!may.check} onClick={() => void controller.selfCheck()}>
          {state === "running" ? RESULTS.checking : RESULTS.check}
        </button>
        <span
          className={state === "done" && ok < results.length ? "problem" : "note"}
          role="status"
          data-testid="check-summary"
        >
          {state === "done" ? checkSummary(ok, results.length, webgpu) : state === "never" ? RESULTS.checkNever : ""}
        </span>
      </div>
      <p className="note">{RESULTS.checkText}</p>
      <ul className="check-list">
        {results.map((result) => (
          <li key={result.name} className={result.ok ? "good" : "bad"}>
            <Icon name={result.ok ? "check" : "cross"} size={12} />
            <span>{result.name}</span>
            <em>
              {result.ok ? RESULTS.ok : RESULTS.failed}, {result.error.toPrecision(2)} {RESULTS.ofTolerance}
            </em>
          </li>
        ))}
      </ul>
      <HypergradientCheck />
      <SurvivalCheck />
    </section>
  );
});
