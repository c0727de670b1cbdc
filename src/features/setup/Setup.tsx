/** The left bench. On a phone it folds to one line. */
import { useState } from "react";
import { methodOf } from "../../domain/settings";
import { Later, useApp } from "../../state/context";
import { selectData, selectSettings } from "../../state/selectors";
import { METHOD_TEXT, OBJECTIVE_TEXT, SETUP } from "../texts";
import { Cost } from "./Cost";
import { DataPanel } from "./DataPanel";
import { MethodPanel } from "./MethodPanel";
import "./setup.css";

export function Setup() {
  const [open, setOpen] = useState(false);
  const data = useApp(selectData);
  const settings = useApp(selectSettings);
  return (
    <aside className={`pane setup ${open ? "open" : ""}`} aria-label={SETUP.region}>
      <button type="button" className="setup-fold" aria-expanded={open} onClick={() => setOpen(!open)}>
        <b>{data?.name ?? "…"}</b>
        <span>
          {METHOD_TEXT[methodOf(settings)].label} × {OBJECTIVE_TEXT[settings.objective].label}
        </span>
        <u>{SETUP.fold}</u>
      </button>
      <div className="setup-body">
        <Later>
          <DataPanel />
        </Later>
        <Later>
          <MethodPanel />
        </Later>
        <Later>
          <Cost />
        </Later>
      </div>
    </aside>
  );
}
