/** What the eight operations do, folded at first. */
import { useState } from "react";
import { PRIMITIVES } from "../../domain/primitives";
import { DISCOVERY, OPERATION_CAPTIONS } from "../texts";
import { Glyph, Icon } from "../ui/icons";
import { LearnMore } from "../ui/LearnMore";

export function Operations() {
  const [open, setOpen] = useState(false);
  return (
    <div className="operations">
      <button
        type="button"
        className="fold-line"
        aria-expanded={open}
        aria-controls="operations"
        onClick={() => setOpen(!open)}
      >
        <Icon name="chevron" size={11} />
        {DISCOVERY.operations}
      </button>
      <LearnMore topic="relaxation" />
      <dl id="operations" hidden={!open}>
        {PRIMITIVES.map((op) => (
          <div key={op}>
            <dt>
              <svg viewBox="0 0 9 9" width={9} height={9} aria-hidden="true">
                <Glyph op={op} x={0} y={0} />
              </svg>
              {op}
            </dt>
            <dd>{OPERATION_CAPTIONS[op]}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
