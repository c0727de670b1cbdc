/** A term with its caption behind it: shown on hover, on focus and on touch, by the one `TermTip` of the page. */
import type { ReactNode } from "react";
import type { TermName } from "../texts";

interface Props {
  readonly of: TermName;
  readonly children: ReactNode;
}

export function Term({ of, children }: Props) {
  return (
    <button type="button" className="term" data-term={of}>
      {children}
    </button>
  );
}
