/** The right bench: how the search learns. */
import { LEARNING } from "../texts";
import { Explanations } from "./Explanations";
import { Loop } from "./Loop";
import { Losses } from "./Losses";
import { Metrics } from "./Metrics";
import "./learning.css";

export function Learning() {
  return (
    <aside className="pane learning" aria-label={LEARNING.title}>
      <Loop />
      <Losses />
      <Metrics />
      <Explanations />
    </aside>
  );
}
