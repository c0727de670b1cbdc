/** Says, as long as it holds, why the search stopped; a notification alone would go away. */
import { useApp } from "../../state/context";
import { selectHasResult, selectStatus } from "../../state/selectors";
import { CopyReport } from "../report/CopyReport";
import { statusLine } from "../texts";

export function Problem() {
  const status = useApp(selectStatus);
  const hasResult = useApp(selectHasResult);
  if (!hasResult || (status.kind !== "failed" && status.kind !== "lost")) return null;
  const { strong, rest } = statusLine(status, true);
  return (
    <div className="stopped" role="alert">
      <b>{strong}</b> {rest}
      <CopyReport />
    </div>
  );
}
