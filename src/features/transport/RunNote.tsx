/** Says, as long as it holds, what a kept run waits for, and why a run is not kept. */
import { useApp } from "../../state/context";
import { selectKeepingProblem, selectRun, selectShown, selectStatus } from "../../state/selectors";
import { keptRunText, SURVIVAL } from "../texts";

export function RunNote() {
  const status = useApp(selectStatus);
  const shown = useApp(selectShown);
  const run = useApp(selectRun);
  const problem = useApp(selectKeepingProblem);
  if (status.kind === "kept" && shown) {
    const { strong, rest } = keptRunText(shown, run, status.hasData);
    return (
      <p className="run-note" role="status" data-testid="kept-note">
        <b>{strong}</b> {rest}
      </p>
    );
  }
  if (problem === null) return null;
  return (
    <p className="stopped" role="alert">
      <b>{SURVIVAL.notKept}</b> {problem}
    </p>
  );
}
