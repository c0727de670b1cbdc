/** Tells a screen reader about the status and each tenth of the run, and no more often. */

import type { AppState } from "../../state/app-state";
import { useApp } from "../../state/context";
import { tenthsDone } from "../../state/progress";
import { selectReading, selectStatus } from "../../state/selectors";
import { announcement } from "../texts";

const selectTenths = (state: AppState) => tenthsDone(state.run.iteration, state.run.iterations);

export function LiveRegion() {
  const status = useApp(selectStatus);
  const tenths = useApp(selectTenths);
  const reading = useApp(selectReading);
  return (
    <p className="hidden-text" role="status" aria-live="polite" data-testid="live-region">
      {announcement(status, tenths, reading)}
    </p>
  );
}
