/** Losses of the explainer and, with LeaSE, of the audience. */
import { memo, useMemo } from "react";
import type { IterationRecord } from "../../domain/run";
import { useApp } from "../../state/context";
import { bucketSize, thin } from "../../state/history";
import { selectData, selectRecords, selectShownSettings } from "../../state/selectors";
import { LEARNING } from "../texts";
import { Section } from "../ui/Section";
import { useWidth } from "../ui/use-width";
import { LossChart } from "./LossChart";

const SERIES = {
  explainerTrain: (record: IterationRecord) => record.explainerTrainLoss,
  explainerValidation: (record: IterationRecord) => record.explainerValidationLoss,
  audienceTrain: (record: IterationRecord) => record.audienceTrainLoss,
  audienceValidation: (record: IterationRecord) => record.audienceValidationLoss,
};

export const Losses = memo(function Losses() {
  const records = useApp(selectRecords);
  const data = useApp(selectData);
  const { objective } = useApp(selectShownSettings);
  const [ref, width] = useWidth<HTMLDivElement>();
  const points = useMemo(() => thin(records, SERIES), [records]);
  const bucket = bucketSize(records.length);
  const chance = Math.log(data?.classNames.length ?? 10);
  const pair = objective !== "bilevel";
  const each = pair ? Math.floor((width - 12) / 2) : width;
  return (
    <Section
      title={LEARNING.losses}
      note={LEARNING.lossesNote}
      right={bucket > 1 ? LEARNING.lossesBuckets(bucket) : null}
      className="losses"
    >
      <div ref={ref} className="loss-charts">
        <LossChart
          title={LEARNING.explainer}
          points={points}
          train="explainerTrain"
          validation="explainerValidation"
          width={each}
          chance={chance}
        />
        {pair ? (
          <LossChart
            title={LEARNING.audience}
            points={points}
            train="audienceTrain"
            validation="audienceValidation"
            width={each}
            chance={chance}
          />
        ) : null}
      </div>
    </Section>
  );
});
