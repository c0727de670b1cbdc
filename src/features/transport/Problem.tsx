/** Says, as long as it holds, why the search stopped, with a report to copy; a notification alone would go away. */
import { useApp } from "../../state/context";
import { selectHasResult, selectStatus } from "../../state/selectors";
import { CopyReport } from "../report/CopyReport";
import { statusLine } from "../texts";

export function Problem() {
  const status = useApp(selectStatus);
  const hasResult = useApp(selectHasResult);
  if (status.kind !== "failed" && status.kind !== "lost") return null;
  const { strong, rest } = statusLine(status, true);
  return (
    <div className="stopped" role="alert">
      {/* Without a result the line beside the buttons says it already. */}
      {hasResult ? (
        <>
          <b>{strong}</b> {rest}
        </>
      ) : null}
      <CopyReport />
    </div>
  );
}
