/** Accuracies and the number of skips. */
import { memo } from "react";
import { countOp, type Genotype } from "../../domain/genotype";
import { CELL_KINDS, type CellKind } from "../../domain/primitives";
import { recentMean } from "../../domain/recent-mean";
import type { IterationRecord } from "../../domain/run";
import { useApp } from "../../state/context";
import { selectData, selectMomentGenotype, selectMomentRecords, selectShownSettings } from "../../state/selectors";
import { CELL_WORDS, LEARNING, panelId } from "../texts";
import { formatPercent } from "../ui/format";
import { Term } from "../ui/Term";

const explainer = (record: IterationRecord) => record.explainerValidationAccuracy;
const audience = (record: IterationRecord) => record.audienceValidationAccuracy;
const KEPT = [0, 1, 2, 3, 4, 5, 6, 7] as const;

/** Of the normal cell before any restriction: what the restriction takes away shows a collapse. */
function skips(kind: CellKind, genotype: Genotype | null, last: IterationRecord | undefined): number {
  if (kind === "normal" && last) return last.skips;
  return genotype ? countOp(genotype, kind, "skip_connect") : 0;
}

export const Metrics = memo(function Metrics() {
  const records = useApp(selectMomentRecords);
  const data = useApp(selectData);
  const genotype = useApp(selectMomentGenotype);
  const { objective } = useApp(selectShownSettings);
  const classes = data?.classNames.length ?? null;
  return (
    <section className="section metrics" id={panelId("metrics")} aria-label={LEARNING.metrics}>
      <Accuracy name={LEARNING.explainerAccuracy} value={recentMean(records, explainer)} classes={classes} />
      {objective === "bilevel" ? null : (
        <Accuracy name={LEARNING.audienceAccuracy} value={recentMean(records, audience)} classes={classes} />
      )}
      <div>
        <span className="name">
          <Term of="skips">{LEARNING.skips}</Term>
        </span>
        <div className="pips">
          {CELL_KINDS.map((kind) => {
            const count = skips(kind, genotype, records.at(-1));
            return (
              <div key={kind} data-testid={`skips-${kind}`}>
                {CELL_WORDS[kind]}
                <span aria-hidden="true">
                  {KEPT.map((i) => (
                    <i key={i} className={i < count ? "on" : ""} />
                  ))}
                </span>
                <b>{count}</b>
              </div>
            );
          })}
        </div>
      </div>
    </section>
  );
});

interface AccuracyProps {
  readonly name: string;
  readonly value: number | null;
  readonly classes: number | null;
}

function Accuracy({ name, value, classes }: AccuracyProps) {
  return (
    <div>
      <span className="name">
        <Term of="accuracy">{name}</Term>
      </span>
      {value === null ? (
        <b>
          <small>{classes ? LEARNING.chanceText(classes) : "–"}</small>
        </b>
      ) : (
        <b>
          {formatPercent(value)} <small>%</small>
        </b>
      )}
    </div>
  );
}
