/** Warns when skips take over the normal cell. */
import { memo } from "react";
import { MAX_SKIPS } from "../../domain/skip-limit";
import type { AppState } from "../../state/app-state";
import { useApp, useController } from "../../state/context";
import { selectLimited, selectRecords, selectShownSettings } from "../../state/selectors";
import { LEARNING } from "../texts";
import { Icon } from "../ui/icons";
import { LearnMore } from "../ui/LearnMore";
import { collapse } from "./collapse";

const selectCollapse = (state: AppState) => collapse(selectRecords(state));

/** Offers the cells with few skips, where the strategy's own rule lets more through. */
function SkipLimit() {
  const limited = useApp(selectLimited);
  const { strategy, maxSkips } = useApp(selectShownSettings);
  const controller = useController();
  if (strategy === "p-darts" && maxSkips <= MAX_SKIPS) return <span className="limit">{LEARNING.collapseLimited}</span>;
  return (
    <span className="limit">
      <button type="button" className="second" aria-pressed={limited} onClick={() => controller.limitSkips(!limited)}>
        {limited ? LEARNING.asFound : LEARNING.limitSkips}
      </button>
    </span>
  );
}

export const Collapse = memo(function Collapse() {
  const skips = useApp(selectCollapse);
  if (skips === null) return null;
  return (
    <div className="collapse" role="status" data-testid="collapse">
      <Icon name="warning" />
      <p>
        <b>{LEARNING.collapse}</b> {LEARNING.collapseText(skips)} <LearnMore topic="collapse" />
        <SkipLimit />
      </p>
    </div>
  );
});
