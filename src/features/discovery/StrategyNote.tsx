/** What a strategy shows beyond the cells and their alphas, in words, and which graph is wanted of a sampled one. */
import { SegmentedControl } from "@mantine/core";
import { memo } from "react";
import { stageText } from "../../domain/stages";
import type { AppState } from "../../state/app-state";
import { useApp } from "../../state/context";
import { subGraphCount } from "../../state/picks";
import { selectMoment, selectMomentBetas, selectMomentPicks, selectShownSettings } from "../../state/selectors";
import { DISCOVERY } from "../texts";
import { laneDash } from "./lanes";

/** What the graphs show of a sampled strategy. */
export type Shown = "drawn" | "found";

interface Props {
  readonly shown: Shown;
  readonly onShow: (shown: Shown) => void;
}

const selectSubGraphs = (state: AppState) => subGraphCount(selectMomentPicks(state));
const selectHasBetas = (state: AppState) => selectMomentBetas(state) !== null;
/** GDAS without an audience draws for each of its two steps. */
const selectDrawsTwice = (state: AppState) => {
  const { strategy, objective } = selectShownSettings(state);
  return strategy === "gdas" && objective === "bilevel";
};
const CHOICES = (["drawn", "found"] as const).map((value) => ({ value, label: DISCOVERY.shownNames[value] }));

export const StrategyNote = memo(function StrategyNote(props: Props) {
  const subGraphs = useApp(selectSubGraphs);
  const betas = useApp(selectHasBetas);
  const { stages, stage } = useApp(selectMoment);
  const now = stages[stage];
  if (subGraphs > 0) return <Sampled {...props} subGraphs={subGraphs} />;
  if (betas) return <p className="note strategy-note">{DISCOVERY.betasNote}</p>;
  if (!now || stages.length === 1) return null;
  return (
    <p className="note strategy-note">
      {`${stageText(now, stages.length)}. ${stage > 0 ? DISCOVERY.droppedNote : ""}`}
    </p>
  );
});

function Sampled({ shown, onShow, subGraphs }: Props & { readonly subGraphs: number }) {
  const drawsTwice = useApp(selectDrawsTwice);
  return (
    <section className="strategy-note" aria-label={DISCOVERY.shown} data-testid="sampled">
      <div className="head">
        <span>{DISCOVERY.shown}</span>
        <SegmentedControl
          withItemsBorders={false}
          size="xs"
          aria-label={DISCOVERY.shown}
          data={CHOICES}
          value={shown}
          onChange={(value) => onShow(value as Shown)}
        />
        <span className="lane-names">
          {Array.from({ length: subGraphs }, (_, k) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a sub-graph is its index.
            <span key={k}>
              <svg width={26} height={8} aria-hidden="true">
                <path className="lane" d="M0 4h26" strokeDasharray={laneDash(k)} />
              </svg>
              {k === 0 ? `${DISCOVERY.subGraph} 1` : k + 1}
            </span>
          ))}
        </span>
      </div>
      <p className="note">
        {shown === "drawn" ? `${DISCOVERY.drawnNote} ` : ""}
        {DISCOVERY.picksNote}
        {drawsTwice ? ` ${DISCOVERY.weightsDrawNote}` : ""}
      </p>
    </section>
  );
}
