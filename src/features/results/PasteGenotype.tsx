/** A place to paste a genotype of any form, to see it as cells. */
import { useId, useState } from "react";
import { DARTS_V2, P_DARTS, PC_DARTS } from "../../domain/published-genotypes";
import { useController } from "../../state/context";
import { RESULTS } from "../texts";

const PUBLISHED = [
  { name: "DARTS V2", text: DARTS_V2 },
  { name: "PC-DARTS", text: PC_DARTS },
  { name: "P-DARTS", text: P_DARTS },
] as const;

export function PasteGenotype() {
  const controller = useController();
  const [text, setText] = useState("");
  const [error, setError] = useState<string | null>(null);
  const id = useId();
  const show = async (what: string, name: string) => setError(await controller.openText(what, name));
  return (
    <section className="result-block paste" aria-label={RESULTS.paste}>
      <div className="head">
        <h3 id={id}>{RESULTS.paste}</h3>
        <span className="note">{RESULTS.pasteNote}</span>
      </div>
      <textarea
        aria-labelledby={id}
        rows={4}
        spellCheck={false}
        placeholder={RESULTS.pasteExample}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {error ? (
        <p className="problem" role="alert">
          {error}
        </p>
      ) : null}
      <div className="result-buttons">
        <button
          type="button"
          className="second"
          disabled={text.trim() === ""}
          onClick={() => void show(text, RESULTS.pastedName)}
        >
          {RESULTS.pasteShow}
        </button>
        <span className="note">{RESULTS.pastePublished}</span>
        {PUBLISHED.map((published) => (
          <button
            key={published.name}
            type="button"
            className="tool"
            onClick={() => void show(published.text, published.name)}
          >
            {published.name}
          </button>
        ))}
      </div>
    </section>
  );
}
