/** What the explainer marks in a few pictures, and what the audience is shown. */
import { memo } from "react";
import type { Table } from "../../domain/csv";
import type { Explanation } from "../../domain/run";
import type { AppState } from "../../state/app-state";
import { useApp } from "../../state/context";
import { selectData, selectExplanations, selectIsReplay, selectShownSettings } from "../../state/selectors";
import { ChartExport } from "../share/ChartExport";
import { LEARNING } from "../texts";
import { PixelCanvas } from "../ui/PixelCanvas";
import { Section } from "../ui/Section";

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

/** Rows shown. */
const ROWS = 4;

export const Explanations = memo(function Explanations() {
  const explanations = useApp(selectExplanations);
  const data = useApp(selectData);
  const { objective } = useApp(selectShownSettings);
  // They are not kept over the run.
  const replaying = useApp(selectIsReplay);
  const bilevel = objective === "bilevel";
  return (
    <Section
      title={LEARNING.explanations}
      note={replaying ? LEARNING.explanationsNewest : LEARNING.explanationsNote}
      className="explanations"
      save={bilevel ? null : SAVE}
    >
      {bilevel ? (
        <p className="note">{LEARNING.explanationsBilevel}</p>
      ) : (
        <div className="gallery" data-testid="explanations">
          <span className="column">{LEARNING.image}</span>
          <span className="column">{LEARNING.delta}</span>
          <span className="column">{LEARNING.product}</span>
          <span className="column start">{LEARNING.probability}</span>
          {explanations ? (
            explanations.slice(0, ROWS).map((explanation, row) => (
              <Row
                // biome-ignore lint/suspicious/noArrayIndexKey: the rows are places; their pictures change.
                key={row}
                explanation={explanation}
                label={data?.classNames[explanation.label] ?? `class ${explanation.label}`}
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
      )}
    </Section>
  );
});

const Row = memo(function Row({ explanation, label }: { readonly explanation: Explanation; readonly label: string }) {
  const { size, image, magnitude, product, explainerClean, explainerPerturbed, audience } = explanation;
  return (
    <>
      <PixelCanvas bytes={image} side={size} kind="rgb" label={`Image: ${label}`} />
      <PixelCanvas bytes={magnitude} side={size} kind="heat" label={`Strength of the explanation: ${label}`} />
      <PixelCanvas bytes={product} side={size} kind="rgb" label={`Picture weighted by the explanation: ${label}`} />
      <p className="probabilities">
        <b>{label}</b>
        <br />
        {LEARNING.explainer.toLowerCase()} <b>{explainerClean.toFixed(2)}</b> → {explainerPerturbed.toFixed(2)}
        <br />
        {LEARNING.audience.toLowerCase()} <b>{audience.toFixed(2)}</b>
      </p>
    </>
  );
});
