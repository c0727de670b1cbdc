/** The queue: the settings in Setup from one seed after another. */
import { useState } from "react";
import type { AppState } from "../../state/app-state";
import { useApp, useController, useNow } from "../../state/context";
import { isQueueAtWork, SEEDS_AT_ONCE, type SeedQueue } from "../../state/seed-queue";
import {
  queuedSeeds,
  selectMayGoOn,
  selectMayQueue,
  selectQueue,
  selectQueueHasData,
  selectRun,
  selectSettings,
} from "../../state/selectors";
import { SEEDS } from "../texts/runs";
import { methodText } from "./run-text";

const USUAL = 3;

function countOf(text: string): number | null {
  const count = Number(text);
  return Number.isInteger(count) && count >= 1 && count <= SEEDS_AT_ONCE ? count : null;
}

export function Seeds() {
  const queue = useApp(selectQueue);
  const [draft, setDraft] = useState(String(USUAL));
  return (
    <section className="result-block seeds" aria-label={SEEDS.title} data-testid="seeds">
      <div className="head">
        <h3>{SEEDS.title}</h3>
        <span className="note">{SEEDS.note}</span>
      </div>
      {isQueueAtWork(queue) ? <AtWork queue={queue} /> : <Start draft={draft} onDraft={setDraft} />}
      <p className="note" role="status" data-testid="queue-state">
        {queue ? SEEDS.state(queue) : ""}
      </p>
      {queue?.state === "left" ? <GoOn queue={queue} /> : null}
    </section>
  );
}

function GoOn({ queue }: { readonly queue: SeedQueue }) {
  const controller = useController();
  const mayGoOn = useNow(selectMayGoOn);
  const hasData = useNow(selectQueueHasData);
  return (
    <div className="result-buttons">
      <button type="button" className="second" disabled={!mayGoOn} onClick={() => void controller.continueSeeds()}>
        {SEEDS.goOn}
      </button>
      {mayGoOn ? null : <span className="note">{hasData ? SEEDS.when : SEEDS.needs(queue.data.name)}</span>}
    </div>
  );
}

interface StartProps {
  /** The number as it is typed. */
  readonly draft: string;
  readonly onDraft: (text: string) => void;
}

function Start({ draft, onDraft }: StartProps) {
  const controller = useController();
  const mayQueue = useNow(selectMayQueue);
  const settings = useApp(selectSettings);
  const count = countOf(draft);
  const seeds = useApp((state: AppState) => queuedSeeds(state, count ?? 0));
  const method = methodText(settings);
  return (
    <form
      className="result-buttons"
      onSubmit={(event) => {
        event.preventDefault();
        if (count) void controller.runSeeds(count);
      }}
    >
      <input
        className="count"
        aria-label={SEEDS.count}
        inputMode="numeric"
        autoComplete="off"
        value={draft}
        aria-invalid={count === null}
        onChange={(event) => onDraft(event.currentTarget.value)}
      />
      <button type="submit" className="second" disabled={!mayQueue || seeds.length === 0}>
        {SEEDS.run}
      </button>
      <span className={count ? "note" : "problem"}>
        {count === null ? SEEDS.badCount(SEEDS_AT_ONCE) : mayQueue ? SEEDS.next(seeds, method) : SEEDS.when}
      </span>
    </form>
  );
}

function AtWork({ queue }: { readonly queue: SeedQueue }) {
  const controller = useController();
  const { iteration, iterations } = useApp(selectRun);
  const stopping = queue.state === "stopping";
  const share = (queue.done + (iterations > 0 ? iteration / iterations : 0)) / queue.seeds.length;
  return (
    <div className="result-buttons">
      <div
        className="meter now"
        role="progressbar"
        aria-label={SEEDS.progress}
        aria-valuemin={0}
        aria-valuemax={queue.seeds.length}
        aria-valuenow={queue.done}
      >
        <i style={{ transform: `scaleX(${Math.min(1, share)})` }} />
      </div>
      <button type="button" className="second" disabled={stopping} onClick={controller.stopSeeds}>
        {stopping ? SEEDS.stopping : SEEDS.stop}
      </button>
    </div>
  );
}
