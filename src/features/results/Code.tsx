/** Text to copy, with every operation underlined in its hue. */
import { Fragment, useState } from "react";
import { PRIMITIVES, type Primitive } from "../../domain/primitives";
import { saveFile } from "../share/save-file";
import { RESULTS } from "../texts";
import { Icon, OP_COLOUR } from "../ui/icons";

interface Props {
  readonly title: string;
  readonly note: string;
  readonly text: string;
  /** What the button copies; the shown text by default. */
  readonly copy?: string;
  /** Name of the file that the other button saves. */
  readonly file: string;
  readonly testId: string;
}

const OPS = new RegExp(`(${PRIMITIVES.join("|")})`);

function isPrimitive(part: string): part is Primitive {
  return PRIMITIVES.some((op) => op === part);
}

export function Code({ title, note, text, copy = text, file, testId }: Props) {
  const [outcome, setOutcome] = useState<"none" | "copied" | "failed">("none");
  const onCopy = async () => {
    try {
      await navigator.clipboard.writeText(copy);
      setOutcome("copied");
    } catch {
      setOutcome("failed");
    }
    setTimeout(() => setOutcome("none"), 2500);
  };
  return (
    <section className="result-block" aria-label={title}>
      <div className="head">
        <h3>{title}</h3>
        <span className="note">{note}</span>
        <button type="button" className="tool" aria-label={`${RESULTS.copy} ${title}`} onClick={() => void onCopy()}>
          <Icon name={outcome === "copied" ? "check" : "copy"} size={14} />
          {outcome === "copied" ? RESULTS.copied : RESULTS.copy}
        </button>
        <button
          type="button"
          className="tool"
          aria-label={`${RESULTS.download} ${title}`}
          title={`${RESULTS.download} ${file}`}
          onClick={() => saveFile(file, `${copy}\n`, "text/plain")}
        >
          <Icon name="down" size={14} />
        </button>
      </div>
      {outcome === "failed" ? (
        <p className="problem" role="alert">
          {RESULTS.copyFailed}
        </p>
      ) : null}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll, and must do so by keys as well. */}
      <pre tabIndex={0} data-testid={testId}>
        {text.split(OPS).map((part, i) => {
          const key = `${i} ${part}`;
          return isPrimitive(part) ? (
            <span key={key} className="op" style={{ textDecorationColor: OP_COLOUR[part] }}>
              {part}
            </span>
          ) : (
            <Fragment key={key}>{part}</Fragment>
          );
        })}
      </pre>
    </section>
  );
}
