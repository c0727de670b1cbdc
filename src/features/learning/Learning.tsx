/** The right bench: how the search learns. */
import { Later } from "../../state/context";
import { LEARNING } from "../texts";
import { Collapse } from "./Collapse";
import { Course } from "./Course";
import { Explanations } from "./Explanations";
import { Loop } from "./Loop";
import { Losses } from "./Losses";
import { Metrics } from "./Metrics";
import "./learning.css";

export function Learning() {
  return (
    <aside className="pane learning" aria-label={LEARNING.title}>
      <Later>
        <Loop />
      </Later>
      <Later>
        <Losses />
      </Later>
      <Later>
        <Metrics />
      </Later>
      <Later>
        <Collapse />
      </Later>
      <Later>
        <Explanations />
      </Later>
      <Later>
        <Course />
      </Later>
    </aside>
  );
}
