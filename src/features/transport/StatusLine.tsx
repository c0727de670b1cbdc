/** What is going on, in a sentence, while there are no numbers. */
import { useApp } from "../../state/context";
import { selectData, selectPlan, selectStatus } from "../../state/selectors";
import { statusLine } from "../texts";

export function StatusLine() {
  const status = useApp(selectStatus);
  const data = useApp(selectData);
  const plan = useApp(selectPlan);
  const { strong, rest } = statusLine(status, data !== null, plan);
  return (
    <p className="say">
      <b>{strong}</b> {rest}
    </p>
  );
}
