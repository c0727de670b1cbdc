/** A section of a pane: a title line with a note and something at its right end, then the content. */
import type { ReactNode } from "react";

interface Props {
  readonly title: string;
  readonly note?: ReactNode;
  readonly right?: ReactNode;
  readonly className?: string;
  /** Saves the section as a figure; stands at the end of the title line. */
  readonly save?: ReactNode;
  readonly children: ReactNode;
}

export function Section({ title, note, right, className, save, children }: Props) {
  return (
    <section className={`section ${className ?? ""}`} aria-label={title} {...(save ? { "data-figure": "" } : {})}>
      <div className="head">
        <h2>{title}</h2>
        {note ? <span className="note">{note}</span> : null}
        {right ? <span className="right">{right}</span> : null}
        {save}
      </div>
      {children}
    </section>
  );
}
