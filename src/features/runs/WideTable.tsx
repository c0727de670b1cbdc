/** Room for a table that may be wider than the page. */
import type { ReactNode } from "react";
import { RUNS } from "../texts/runs";

interface Props {
  readonly label: string;
  readonly children: ReactNode;
}

export function WideTable({ label, children }: Props) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard.
    <section className="wide-table" aria-label={RUNS.table(label)} tabIndex={0}>
      {children}
    </section>
  );
}
