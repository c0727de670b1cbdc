/** What happened, newest first, each line with the iteration it belongs to. */
import { memo } from "react";
import { useApp } from "../../state/context";
import { formatCount } from "../../state/progress";
import { selectLog } from "../../state/selectors";
import { RESULTS } from "../texts";
import { logText } from "./log-text";

export const LogTab = memo(function LogTab() {
  const log = useApp(selectLog);
  if (log.length === 0) return <p className="result-block note">{RESULTS.logEmpty}</p>;
  return (
    <ol className="result-block log" data-testid="log" reversed>
      {log.toReversed().map((entry) => (
        <li key={entry.id} className={entry.kind === "error" ? "bad" : ""}>
          <span>{entry.iteration > 0 ? `iteration ${formatCount(entry.iteration)}` : "before the run"}</span>
          {logText(entry)}
        </li>
      ))}
    </ol>
  );
});
