/** The strip under the top bar: one primary button, Step, Reset, and the numbers of the run. */
import { useApp, useController } from "../../state/context";
import { selectHasResult, selectPermissions, selectStatus } from "../../state/selectors";
import { isPreparing, isWaiting, type PrimaryAction, primaryAction } from "../../state/status";
import { PRIMARY, TRANSPORT } from "../texts";
import { Icon } from "../ui/icons";
import { LiveRegion } from "./LiveRegion";
import { ProgressBar } from "./ProgressBar";
import { Readouts } from "./Readouts";
import { StatusLine } from "./StatusLine";
import "./transport.css";

function ActionIcon({ action }: { readonly action: PrimaryAction }) {
  const pause = action === "pause" || action === "pausing";
  return (
    <svg viewBox="0 0 12 12" width={12} height={12} aria-hidden="true">
      <path d={pause ? "M1.5 1h3v10h-3zM7.5 1h3v10h-3z" : "M2 .8v10.4L11 6z"} fill="currentColor" />
    </svg>
  );
}

export function Transport() {
  const status = useApp(selectStatus);
  const may = useApp(selectPermissions);
  const hasResult = useApp(selectHasResult);
  const controller = useController();
  const action = primaryAction(status);
  const fresh = !hasResult && (status.kind === "idle" || status.kind === "loading");
  return (
    <section className="transport" aria-label={TRANSPORT.region}>
      <div className="buttons">
        <button
          type="button"
          className={`primary ${isWaiting(status) && may.primary ? "lit" : ""}`}
          data-testid="primary"
          data-status={status.kind}
          disabled={!may.primary}
          title={TRANSPORT.primaryHint}
          onClick={() => void controller.primary()}
        >
          <ActionIcon action={action} />
          {PRIMARY[action]}
          {fresh ? <kbd>Space</kbd> : null}
        </button>
        <button
          type="button"
          className="second"
          disabled={!may.step}
          title={TRANSPORT.stepHint}
          onClick={() => void controller.step()}
        >
          <Icon name="step" size={13} />
          {TRANSPORT.step}
        </button>
        {fresh ? null : (
          <button
            type="button"
            className="second"
            disabled={!may.reset}
            title={TRANSPORT.resetHint}
            onClick={() => void controller.reset()}
          >
            <Icon name="reset" size={13} />
            {TRANSPORT.reset}
          </button>
        )}
      </div>
      {hasResult && !isPreparing(status) ? <Readouts /> : <StatusLine />}
      <ProgressBar />
      <LiveRegion />
    </section>
  );
}
