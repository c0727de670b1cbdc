/** Copies a report of the last error; what it says can be read before. */
import { useState } from "react";
import { VERSION } from "../../domain/version";
import { useReadState } from "../../state/context";
import { REPORT } from "../texts";
import { Icon } from "../ui/icons";
import { reportText } from "./report";
import "./report.css";

interface Props {
  /** By default the last error of the log. */
  readonly error?: Error;
  /** Without its text: for a place that goes away by itself. */
  readonly brief?: boolean;
}

export function CopyReport({ error, brief = false }: Props) {
  const read = useReadState();
  const [outcome, setOutcome] = useState<"none" | "copied" | "failed">("none");
  const [shown, setShown] = useState<string | null>(null);
  const text = () =>
    reportText(read(), { version: VERSION, browser: navigator.userAgent, time: new Date().toISOString() }, error);
  const copy = async () => {
    const report = text();
    try {
      await navigator.clipboard.writeText(report);
      setOutcome("copied");
    } catch {
      setOutcome("failed");
      setShown(report);
    }
  };
  return (
    <div className="report" data-testid="report">
      <button type="button" className="second" onClick={() => void copy()}>
        <Icon name={outcome === "copied" ? "check" : "copy"} size={13} />
        {outcome === "copied" ? REPORT.copied : REPORT.copy}
      </button>
      <span className="hidden-text" role="status">
        {outcome === "copied" ? REPORT.copied : ""}
      </span>
      {brief ? null : (
        <details onToggle={(event) => setShown(event.currentTarget.open ? text() : null)}>
          <summary>{REPORT.show}</summary>
          <p className="note">{REPORT.holds}</p>
        </details>
      )}
      {outcome === "failed" ? <p className="note">{REPORT.failed}</p> : null}
      {shown === null ? null : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must do so by keys as well.
        <pre tabIndex={0}>{shown}</pre>
      )}
    </div>
  );
}
