/** A section of a pane: a title line with a note and something at its right end, then the content. */
import type { ReactNode } from "react";
import { type Panel, panelId, type Topic } from "../texts";
import { LearnMore } from "./LearnMore";

interface Props {
  readonly title: string;
  readonly note?: ReactNode;
  readonly right?: ReactNode;
  readonly className?: string;
  /** Saves the section as a figure; stands at the end of the title line. */
  readonly save?: ReactNode;
  /** As links of the article name it. */
  readonly panel?: Panel;
  /** The paragraph of the article that explains it. */
  readonly topic?: Topic;
  readonly children: ReactNode;
}

export function Section({ title, note, right, className, save, panel, topic, children }: Props) {
  return (
    <section
      className={`section ${className ?? ""}`}
      aria-label={title}
      {...(panel ? { id: panelId(panel) } : {})}
      {...(save ? { "data-figure": "" } : {})}
    >
      <div className="head">
        <h2>{title}</h2>
        {note || topic ? (
          <span className="note">
            {note} {topic ? <LearnMore topic={topic} /> : null}
          </span>
        ) : null}
        {right ? <span className="right">{right}</span> : null}
        {save}
      </div>
      {children}
    </section>
  );
}
