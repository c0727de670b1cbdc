/** A run's name: a press opens the run, the pencil changes the name in its place. */
import { useRef, useState } from "react";
import type { KeptRun } from "../../domain/kept-run";
import { useController } from "../../state/context";
import { RUNS } from "../texts/runs";
import { Icon } from "../ui/icons";
import { nameText } from "./run-text";

interface Props {
  readonly run: KeptRun;
  readonly opened: boolean;
  readonly onOpen: () => void;
}

const LONGEST = 80;

export function RunName({ run, opened, onOpen }: Props) {
  const { id } = run;
  const name = nameText(run);
  const controller = useController();
  const [draft, setDraft] = useState<string | null>(null);
  const pencil = useRef<HTMLButtonElement>(null);
  const commit = () => {
    const next = draft?.trim() ?? "";
    setDraft(null);
    if (next && next !== name) void controller.changeRun(id, { name: next });
  };
  const back = () => requestAnimationFrame(() => pencil.current?.focus());
  if (draft !== null) {
    return (
      <input
        className="run-name"
        aria-label={RUNS.nameOf(name)}
        title={RUNS.renameHint}
        value={draft}
        maxLength={LONGEST}
        autoComplete="off"
        spellCheck={false}
        ref={(input) => {
          if (input && document.activeElement !== input) {
            input.focus();
            input.select();
          }
        }}
        onChange={(event) => setDraft(event.currentTarget.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === "Enter") {
            commit();
            back();
          } else if (event.key === "Escape") {
            setDraft(null);
            back();
          }
        }}
      />
    );
  }
  return (
    <span className="run-name">
      <button type="button" aria-label={RUNS.open(name)} aria-expanded={opened} onClick={onOpen}>
        <Icon name="chevron" size={12} />
        {name}
      </button>
      <button
        ref={pencil}
        type="button"
        className="tool"
        aria-label={RUNS.rename(name)}
        title={RUNS.rename(name)}
        onClick={() => setDraft(name)}
      >
        <Icon name="pencil" size={13} />
      </button>
    </span>
  );
}
