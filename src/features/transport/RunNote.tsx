/** Says, as long as it holds, what a kept run waits for, and why a run is not kept; asks before that one is discarded. */
import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";
import { useApp, useController, useNow } from "../../state/context";
import {
  selectDiscarding,
  selectKeeping,
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
  const keeping = useNow(selectKeeping);
  const discarding = useNow(selectDiscarding);
  const pressed = useRef<Element | null>(null);
  // What was pressed cannot be pressed while the run is tried to be kept, and loses the focus then.
  useLayoutEffect(() => {
    if (keeping) pressed.current = document.activeElement;
  }, [keeping]);
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
          <b>{SURVIVAL.notKept}</b> {keeping ? SURVIVAL.keeping : problem}
        </p>
      )}
      {discarding ? <Discard pressed={pressed} /> : null}
    </>
  );
}

/** @param pressed gets the focus back */
function Discard({ pressed }: { readonly pressed: RefObject<Element | null> }) {
  const controller = useController();
  const no = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const before = pressed.current;
    no.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, [pressed]);
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
