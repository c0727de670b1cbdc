/** Losses of the explainer and, with LeaSE, of the audience. */
import { memo } from "react";
import type { IterationRecord } from "../../domain/run";
import { learningTable } from "../../domain/tables";
import type { AppState } from "../../state/app-state";
import { Later, useApp } from "../../state/context";
import { bucketSize } from "../../state/decimate";
import { selectData, selectRecords, selectShownSettings } from "../../state/selectors";
import { ChartExport } from "../share/ChartExport";
import { LEARNING } from "../texts";
import { CHART_PERIOD } from "../ui/format";
import { Section } from "../ui/Section";
import { Term } from "../ui/Term";
import { useWidth } from "../ui/use-width";
import { LOSS_POINTS, LossChart } from "./LossChart";

const explainerTrain = (record: IterationRecord) => record.explainerTrainLoss;
const explainerValidation = (record: IterationRecord) => record.explainerValidationLoss;
const audienceTrain = (record: IterationRecord) => record.audienceTrainLoss;
const audienceValidation = (record: IterationRecord) => record.audienceValidationLoss;

/** The accuracies as well: they are measured on the same batches. */
const table = (state: AppState) => learningTable(selectRecords(state).slice());
const SAVE = <ChartExport name={LEARNING.losses} file="losses" table={table} />;

function Note({ bucket }: { readonly bucket: number }) {
  return (
    <>
      <Term of="crossEntropy">{LEARNING.crossEntropy}</Term>
      {bucket > 1 ? LEARNING.lossesBuckets(bucket) : LEARNING.lossesNote}
    </>
  );
}

const selectBucket = (state: AppState) => bucketSize(state.run.records.length, LOSS_POINTS);

export const Losses = memo(function Losses() {
  const bucket = useApp(selectBucket);
  const data = useApp(selectData);
  const { objective } = useApp(selectShownSettings);
  const [ref, width] = useWidth<HTMLDivElement>();
  const chance = Math.log(data?.classNames.length ?? 10);
  const pair = objective !== "bilevel";
  const each = pair ? Math.floor((width - 12) / 2) : width;
  return (
    <Section
      title={LEARNING.losses}
      note={<Note bucket={bucket} />}
      className="losses"
      save={SAVE}
      panel="losses"
      topic="levels"
    >
      <div ref={ref} className="loss-charts">
        <Later period={CHART_PERIOD}>
          <LossChart
            title={LEARNING.explainer}
            term="explainer"
            train={explainerTrain}
            validation={explainerValidation}
            width={each}
            chance={chance}
          />
        </Later>
        {pair ? (
          <Later period={CHART_PERIOD}>
            <LossChart
              title={LEARNING.audience}
              term="audience"
              train={audienceTrain}
              validation={audienceValidation}
              width={each}
              chance={chance}
            />
          </Later>
        ) : null}
      </div>
    </Section>
  );
});
