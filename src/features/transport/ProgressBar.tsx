/** The thin gold line under the transport. */
import { useApp } from "../../state/context";
import { selectRun } from "../../state/selectors";
import { TRANSPORT } from "../texts";

export function ProgressBar() {
  const { iteration, iterations } = useApp(selectRun);
  if (iterations === 0) return null;
  return (
    <div
      className="bar"
      role="progressbar"
      aria-label={TRANSPORT.progress}
      aria-valuemin={0}
      aria-valuemax={iterations}
      aria-valuenow={iteration}
    >
      <i style={{ transform: `scaleX(${Math.min(1, iteration / iterations)})` }} />
    </div>
  );
}
