/** Warns when skips take over the normal cell. */
import { memo } from "react";
import type { AppState } from "../../state/app-state";
import { useApp } from "../../state/context";
import { selectRecords } from "../../state/selectors";
import { LEARNING } from "../texts";
import { Icon } from "../ui/icons";
import { collapse } from "./collapse";

const selectCollapse = (state: AppState) => collapse(selectRecords(state));

export const Collapse = memo(function Collapse() {
  const skips = useApp(selectCollapse);
  if (skips === null) return null;
  return (
    <div className="collapse" role="status" data-testid="collapse">
      <Icon name="warning" />
      <p>
        <b>{LEARNING.collapse}</b> {LEARNING.collapseText(skips)}
      </p>
    </div>
  );
});
