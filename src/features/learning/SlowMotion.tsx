/** One iteration, stage by stage: the lit stage with its caption, its numbers and its pictures. */
import { memo } from "react";
import { useApp, useController, useNow } from "../../state/context";
import { formatCount } from "../../state/progress";
import {
  selectExplanations,
  selectPermissions,
  selectRun,
  selectShownSettings,
  selectStatus,
} from "../../state/selectors";
import { countOf, selectSlow } from "../../state/slow";
import { CELL_WORDS, SHORT_OPS, SLOW } from "../texts";
import { Icon } from "../ui/icons";
import { PixelCanvas } from "../ui/PixelCanvas";
import { largestMoves, type SlowStage, slowStages } from "./slow-motion";

const MOVES = 3;
const PICTURES = 3;

export const SlowMotion = memo(function SlowMotion() {
  const slow = useNow(selectSlow);
  const may = useApp(selectPermissions);
  const controller = useController();
  if (slow) return <Walk stage={slow.stage} busy={slow.busy} />;
  return (
    <p className="slow-start">
      <button type="button" className="second" disabled={!may.slow} onClick={() => void controller.slowMotion()}>
        <Icon name="step" size={12} />
        {SLOW.start}
      </button>
      <span className="note">{SLOW.startHint}</span>
    </p>
  );
});

function Walk({ stage, busy }: { readonly stage: number; readonly busy: boolean }) {
  const run = useNow(selectRun);
  const settings = useApp(selectShownSettings);
  const over = useApp(selectStatus).kind === "finished";
  const controller = useController();
  const record = run.records.at(-1);
  const count = countOf(settings);
  const last = stage === count - 1;
  const told = record && slowStages(settings, record)[stage];
  return (
    <section className="slow" aria-label={SLOW.region} data-testid="slow" data-stage={stage + 1}>
      {told && record ? (
        <div aria-live="polite">
          <p className="slow-place">{SLOW.place(stage + 1, count, formatCount(record.iteration))}</p>
          <h3>{told.title}</h3>
          <p className="slow-caption">{told.caption}</p>
          <Facts stage={told} />
        </div>
      ) : (
        <p className="note">{SLOW.busy}</p>
      )}
      {told ? <Pictures of={told.pictures} /> : null}
      <div className="slow-buttons">
        <button
          type="button"
          className="second"
          disabled={busy || stage === 0}
          onClick={() => controller.slowStage(stage - 1)}
        >
          {SLOW.previous}
        </button>
        <button
          type="button"
          className="second"
          disabled={busy || (last && over)}
          onClick={() => void controller.nextStage()}
        >
          {busy ? SLOW.busy : last ? (over ? SLOW.over : SLOW.nextIteration) : SLOW.next}
        </button>
        <button type="button" className="second" disabled={busy} onClick={() => void controller.backToLive()}>
          {SLOW.back}
        </button>
      </div>
    </section>
  );
}

function Facts({ stage }: { readonly stage: SlowStage }) {
  const { before, alphas } = useNow(selectRun);
  const moves = stage.moves && before && alphas ? largestMoves(before, alphas, MOVES) : [];
  return (
    <dl className="slow-facts">
      {stage.facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
      {moves.length > 0 ? (
        <div className="slow-moves">
          <dt>{SLOW.moves}</dt>
          {moves.map(({ kind, edge, op, by }) => (
            <dd key={`${kind} ${edge.index} ${op}`}>
              {CELL_WORDS[kind]} {stateName(edge.state)} → {edge.node}, {SHORT_OPS[op]}{" "}
              <b>
                {by > 0 ? "+" : "−"}
                {Math.abs(by).toPrecision(2)}
              </b>
            </dd>
          ))}
        </div>
      ) : null}
    </dl>
  );
}

/** States 0 and 1 are the outputs of the two cells before. */
function stateName(state: number): string {
  return state < 2 ? `k−${2 - state}` : String(state - 2);
}

function Pictures({ of }: { readonly of: SlowStage["pictures"] }) {
  const explanations = useApp(selectExplanations);
  if (!of || !explanations) return null;
  return (
    <div className="slow-pictures">
      {explanations.slice(0, PICTURES).map(({ size, image, magnitude, product }, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the pictures are places; what they show changes.
        <span key={i}>
          <PixelCanvas bytes={image} side={size} kind="rgb" label={`Picture ${i + 1}`} />
          {of === "explanation" ? (
            <PixelCanvas bytes={magnitude} side={size} kind="heat" label={`Its explanation |δ′|`} />
          ) : (
            <PixelCanvas bytes={product} side={size} kind="rgb" label="What the audience is shown" />
          )}
        </span>
      ))}
    </div>
  );
}
