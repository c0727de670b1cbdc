/** Says, as long as it holds, what a kept run waits for, and why a run is not kept; asks before that one is discarded. */
import { useEffect, useRef } from "react";
import { useApp, useController, useNow } from "../../state/context";
import {
  selectDiscarding,
  selectKeepingProblem,
  selectReading,
  selectRun,
  selectShown,
  selectStatus,
} from "../../state/selectors";
import { keptRunText, SURVIVAL } from "../texts";

export function RunNote() {
  const status = useApp(selectStatus);
  const shown = useApp(selectShown);
  const run = useApp(selectRun);
  const problem = useApp(selectKeepingProblem);
  const discarding = useNow(selectDiscarding);
  const reading = useApp(selectReading);
  // What is being read may be just what it waits for.
  const isWaiting = status.kind === "kept" && (status.hasData || !reading);
  const waits = isWaiting && shown ? keptRunText(shown, run, status.hasData, problem === null) : null;
  return (
    <>
      {waits ? (
        <p className="run-note" role="status" data-testid="kept-note">
          <b>{waits.strong}</b> {waits.rest}
        </p>
      ) : null}
      {problem === null ? null : (
        <p className="stopped" role="alert">
          <b>{SURVIVAL.notKept}</b> {problem}
        </p>
      )}
      {discarding ? <Discard /> : null}
    </>
  );
}

function Discard() {
  const controller = useController();
  const no = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    no.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <p className="stopped discard" role="alertdialog" aria-label={SURVIVAL.discard}>
      <b>{SURVIVAL.discard}</b> {SURVIVAL.discardText}{" "}
      <button type="button" className="tool bad" onClick={() => void controller.discard()}>
        {SURVIVAL.discardYes}
      </button>
      <button ref={no} type="button" className="tool" onClick={controller.stay}>
        {SURVIVAL.discardNo}
      </button>
    </p>
  );
}
