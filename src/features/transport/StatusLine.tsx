/** What is going on, in a sentence, while there are no numbers or they stand still. */
import { verdictOf } from "../../domain/cost";
import { useApp } from "../../state/context";
import { selectCost, selectData, selectPlan, selectReading, selectStatus } from "../../state/selectors";
import { statusLine } from "../texts";

export function StatusLine() {
  const status = useApp(selectStatus);
  const data = useApp(selectData);
  const plan = useApp(selectPlan);
  const cost = useApp(selectCost);
  const reading = useApp(selectReading);
  const tooLarge = cost.state === "known" && verdictOf(cost.estimate).fit === "too-large";
  const { strong, rest } = statusLine(status, data !== null, plan, tooLarge, reading);
  return (
    <p className="say">
      <b>{strong}</b> {rest}
    </p>
  );
}
