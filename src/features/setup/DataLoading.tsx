/** How far the reading of a data set is, and the button that gives it up. */
import { Button } from "@mantine/core";
import { useApp, useController } from "../../state/context";
import { selectReading } from "../../state/selectors";
import { DATA, readingText } from "../texts";

export function DataLoading() {
  const reading = useApp(selectReading);
  const controller = useController();
  if (!reading) return null;
  const { what, progress } = reading;
  // Null while the whole is not known.
  const share = progress && progress.total > 0 ? Math.min(1, progress.done / progress.total) : null;
  return (
    <div className="data-loading">
      <div
        className="bar"
        role="progressbar"
        aria-label={what}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={share === null ? undefined : Math.round(100 * share)}
      >
        <i style={{ transform: `scaleX(${share ?? 0})` }} />
      </div>
      <p className="note">{readingText(what, progress)}</p>
      <Button variant="default" size="xs" onClick={controller.cancelLoading}>
        {DATA.cancel}
      </Button>
    </div>
  );
}
