/**
 * Asks before something is deleted, in the place of the button that was pressed. That one is marked `data-asks` and gets the focus
 * back; what is around what goes away is marked `data-home` and gets it else.
 */
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
  const box = useRef<HTMLSpanElement>(null);
  const no = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const place = box.current?.parentElement;
    // The button that was pressed is gone: the focus goes to the harmless one.
    no.current?.focus();
    return () => {
      // Unless it went elsewhere meanwhile.
      if (document.activeElement === document.body) place?.querySelector<HTMLElement>("[data-asks]")?.focus();
    };
  }, []);
  const yes = () => {
    box.current?.closest<HTMLElement>("[data-home]")?.focus();
    onYes();
  };
  return (
    <span ref={box} className="sure" role="alertdialog" aria-label={label}>
      {text}
      <button type="button" className="tool bad" onClick={yes}>
        {RUNS.removeYes}
      </button>
      <button ref={no} type="button" className="tool" onClick={onNo}>
        {RUNS.removeNo}
      </button>
    </span>
  );
}
