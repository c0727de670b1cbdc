/** What the explainer marks in a few pictures, and what the audience is shown; more of them, and larger, on demand. */
import { Modal } from "@mantine/core";
import { memo, useState } from "react";
import type { Table } from "../../domain/csv";
import type { Explanation } from "../../domain/run";
import type { AppState } from "../../state/app-state";
import { useApp, useController } from "../../state/context";
import { selectData, selectExplanations, selectIsReplay, selectShownSettings } from "../../state/selectors";
import { ChartExport } from "../share/ChartExport";
import { EXPLAINED, LEARNING } from "../texts";
import { PixelCanvas } from "../ui/PixelCanvas";
import { Section } from "../ui/Section";
import { Term } from "../ui/Term";

const table = (state: AppState): Table => {
  const names = state.data?.classNames ?? [];
  return {
    columns: ["label", "explainerClean", "explainerPerturbed", "audience"],
    rows: (selectExplanations(state) ?? []).map((shown) => [
      ...[names[shown.label] ?? shown.label, shown.explainerClean, shown.explainerPerturbed, shown.audience],
    ]),
  };
};
const SAVE = <ChartExport name={LEARNING.explanations} file="explanations" table={table} />;

/** Rows shown at first, and pictures asked for when more are wanted. */
const ROWS = 3;
const MANY = 24;

export const Explanations = memo(function Explanations() {
  const explanations = useApp(selectExplanations);
  const { objective, batchSize } = useApp(selectShownSettings);
  const controller = useController();
  const [all, setAll] = useState(false);
  const [large, setLarge] = useState<Explanation | null>(null);
  // They are not kept over the run.
  const replaying = useApp(selectIsReplay);
  const bilevel = objective === "bilevel";
  const onMore = () => {
    setAll(!all);
    void controller.explain(all ? ROWS : MANY);
  };
  return (
    <Section
      title={LEARNING.explanations}
      note={replaying ? LEARNING.explanationsNewest : LEARNING.explanationsNote}
      className="explanations"
      save={bilevel ? null : SAVE}
      panel="explanations"
      topic="explanation"
    >
      {bilevel ? (
        <p className="note">{LEARNING.explanationsBilevel}</p>
      ) : all && explanations ? (
        <Many explanations={explanations} onLarge={setLarge} />
      ) : (
        <Few explanations={explanations} onLarge={setLarge} />
      )}
      {!bilevel && explanations && batchSize > ROWS ? (
        <button type="button" className="text-button" aria-expanded={all} onClick={onMore}>
          {all ? EXPLAINED.fewer : EXPLAINED.more}
        </button>
      ) : null}
      <Modal
        opened={large !== null}
        onClose={() => setLarge(null)}
        title={EXPLAINED.title}
        size={640}
        centered
        closeButtonProps={{ "aria-label": EXPLAINED.close }}
      >
        {large ? <Large explanation={large} /> : null}
      </Modal>
    </Section>
  );
});

interface ListProps {
  readonly explanations: readonly Explanation[] | null;
  readonly onLarge: (explanation: Explanation) => void;
}

function useLabel(): (explanation: Explanation) => string {
  const data = useApp(selectData);
  return ({ label }) => data?.classNames[label] ?? `class ${label}`;
}

function Few({ explanations, onLarge }: ListProps) {
  const labelOf = useLabel();
  return (
    <div className="gallery" data-testid="explanations">
      <span className="column">
        <Term of="image">{LEARNING.image}</Term>
      </span>
      <span className="column">
        <Term of="delta">{LEARNING.delta}</Term>
      </span>
      <span className="column">
        <Term of="product">{LEARNING.product}</Term>
      </span>
      <span className="column start">
        <Term of="probability">{LEARNING.probability}</Term>
      </span>
      {explanations ? (
        explanations.slice(0, ROWS).map((explanation, row) => (
          <Row
            // biome-ignore lint/suspicious/noArrayIndexKey: the rows are places; their pictures change.
            key={row}
            explanation={explanation}
            label={labelOf(explanation)}
            onLarge={onLarge}
          />
        ))
      ) : (
        <>
          {[0, 1, 2].map((i) => (
            <i key={i} className="empty-picture" />
          ))}
          <p className="note">{LEARNING.explanationsEmpty}</p>
        </>
      )}
    </div>
  );
}

interface RowProps {
  readonly explanation: Explanation;
  readonly label: string;
  readonly onLarge: (explanation: Explanation) => void;
}

const Row = memo(function Row({ explanation, label, onLarge }: RowProps) {
  const { explainerClean, explainerPerturbed, audience } = explanation;
  return (
    <button
      type="button"
      className="explanation-row"
      aria-label={EXPLAINED.enlarge(label)}
      onClick={() => onLarge(explanation)}
    >
      <Pictures explanation={explanation} label={label} />
      <span className="probabilities">
        <b>{label}</b>
        <br />
        {LEARNING.explainer.toLowerCase()} <b>{explainerClean.toFixed(2)}</b> → {explainerPerturbed.toFixed(2)}
        <br />
        {LEARNING.audience.toLowerCase()} <b>{audience.toFixed(2)}</b>
      </span>
    </button>
  );
});

function Pictures({ explanation, label }: Pick<RowProps, "explanation" | "label">) {
  const { size, image, magnitude, product } = explanation;
  return (
    <>
      <PixelCanvas bytes={image} side={size} kind="rgb" label={`Image: ${label}`} />
      <PixelCanvas bytes={magnitude} side={size} kind="heat" label={`Strength of the explanation: ${label}`} />
      <PixelCanvas bytes={product} side={size} kind="rgb" label={`Picture weighted by the explanation: ${label}`} />
    </>
  );
}

function Many({ explanations, onLarge }: ListProps) {
  const labelOf = useLabel();
  return (
    <>
      <div className="gallery-all" data-testid="explanations">
        {explanations?.map((explanation, place) => {
          const label = labelOf(explanation);
          return (
            <button
              // biome-ignore lint/suspicious/noArrayIndexKey: as above, these are places.
              key={place}
              type="button"
              aria-label={EXPLAINED.enlarge(label)}
              onClick={() => onLarge(explanation)}
            >
              <span>
                <Pictures explanation={explanation} label={label} />
              </span>
              <em>
                {label} <b>{explanation.explainerClean.toFixed(2)}</b>
              </em>
            </button>
          );
        })}
      </div>
      <p className="note">{EXPLAINED.many}</p>
    </>
  );
}

function Large({ explanation }: Pick<RowProps, "explanation">) {
  const label = useLabel()(explanation);
  const { size, image, magnitude, product, explainerClean, explainerPerturbed, audience } = explanation;
  const pictures = [
    [LEARNING.image, image, "rgb", EXPLAINED.image],
    [LEARNING.delta, magnitude, "heat", EXPLAINED.delta],
    [LEARNING.product, product, "rgb", EXPLAINED.product],
  ] as const;
  return (
    <div className="explanation-large" data-testid="explanation-large">
      <div className="large-pictures">
        {pictures.map(([name, bytes, kind, caption]) => (
          <figure key={name}>
            <PixelCanvas bytes={bytes} side={size} kind={kind} label={`${name}: ${label}`} />
            <figcaption>
              <b>{name}</b> {caption}
            </figcaption>
          </figure>
        ))}
      </div>
      <dl className="slow-facts">
        {[
          [EXPLAINED.clean, explainerClean],
          [EXPLAINED.perturbed, explainerPerturbed],
          [EXPLAINED.audience, audience],
        ].map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{Number(value).toFixed(3)}</dd>
          </div>
        ))}
      </dl>
      <p className="note">{EXPLAINED.label(label)}</p>
    </div>
  );
}
