/** Asks before something is deleted, in the place of the button that was pressed. */
import { useEffect, useRef } from "react";
import { RUNS } from "../texts/runs";

interface QuestionProps {
  /** For those who do not see what was pressed. */
  readonly label: string;
  readonly text: string;
  readonly onYes: () => void;
  readonly onNo: () => void;
}

export function Question({ label, text, onYes, onNo }: QuestionProps) {
  const no = useRef<HTMLButtonElement>(null);
  // The button that was pressed is gone: the focus goes to the harmless one.
  useEffect(() => no.current?.focus(), []);
  return (
    <span className="sure" role="alertdialog" aria-label={label}>
      {text}
      <button type="button" className="tool bad" onClick={onYes}>
        {RUNS.removeYes}
      </button>
      <button ref={no} type="button" className="tool" onClick={onNo}>
        {RUNS.removeNo}
      </button>
    </span>
  );
}
