/** Setup, last part: what the run will take on this adapter, before it starts. */
import { type ReactNode, useEffect, useRef } from "react";
import type { Fit } from "../../domain/cost";
import type { AppState } from "../../state/app-state";
import { useApp, useController, useNow } from "../../state/context";
import { formatBytes, formatDuration } from "../../state/progress";
import { selectCost, selectData, selectMeasuring, selectPermissions, selectSettings } from "../../state/selectors";
import { COST, limitText, partsText, type TermName, tightText, tooLargeText } from "../texts";
import { Icon, type IconName } from "../ui/icons";
import { Section } from "../ui/Section";
import { Term } from "../ui/Term";
import { type CostFacts, costFacts, segments } from "./cost-facts";

const ICONS = { fits: "check", tight: "warning", "too-large": "cross", unknown: "dash" } satisfies Record<
  Fit,
  IconName
>;

/** The card is planned for while it is on the screen. */
function useWatched() {
  const ref = useRef<HTMLDivElement>(null);
  const controller = useController();
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const observer = new IntersectionObserver(([entry]) => controller.watchCost(entry?.isIntersecting ?? false));
    observer.observe(element);
    return () => {
      observer.disconnect();
      controller.watchCost(false);
    };
  }, [controller]);
  return ref;
}

const selectPerEpoch = ({ data, settings }: AppState) =>
  Math.max(1, Math.floor((data?.splitSizes.train ?? 0) / settings.batchSize));

export function Cost() {
  const ref = useWatched();
  const cost = useApp(selectCost);
  const settings = useNow(selectSettings);
  const perEpoch = useApp(selectPerEpoch);
  const data = useApp(selectData);
  const facts = cost.state === "known" && data ? costFacts(cost.estimate, settings, perEpoch) : null;
  const known = facts !== null && facts.each !== null;
  return (
    <Section
      title={COST.title}
      className="cost"
      panel="cost"
      topic="cost"
      right={facts ? <Badge fit={facts.verdict.fit} /> : null}
    >
      <div ref={ref} data-testid="cost" data-fit={facts?.verdict.fit ?? cost.state}>
        {cost.state === "failed" ? (
          <p className="problem" role="alert">
            {cost.message}
          </p>
        ) : null}
        {facts ? <Memory facts={facts} /> : null}
        {facts && !facts.plan ? <p className="note">{COST.cpu}</p> : null}
        {cost.state === "planning" ? <p className="note">{COST.planning}</p> : null}
        {cost.state === "none" ? <p className="note">{COST.waiting}</p> : null}
        <dl className="cost-figures">
          <Figure
            term="plan"
            name={COST.memory}
            value={facts?.plan ? formatBytes(facts.needed) : null}
            note={limitOf(facts)}
          />
          <Figure
            term="perIteration"
            name={COST.each}
            value={facts ? seconds(facts.each) : null}
            action={<Measure known={known} />}
          />
          <Figure term="total" name={COST.total} value={facts ? duration(facts.total) : null} />
        </dl>
        {known ? null : <p className="note">{COST.measureHelp}</p>}
        {facts ? <Advice facts={facts} software={cost.state === "known" && cost.estimate.software} /> : null}
      </div>
    </Section>
  );
}

function Badge({ fit }: { readonly fit: Fit }) {
  return (
    <span className={`fit ${fit}`} data-testid="fit">
      <Icon name={ICONS[fit]} size={11} />
      {COST.fit[fit]}
    </span>
  );
}

function Memory({ facts: { plan, verdict, needed } }: { readonly facts: CostFacts }) {
  if (!plan) return null;
  const limit = verdict.limit?.bytes ?? 0;
  const { value, unit } = formatBytes(needed);
  return (
    <>
      <div
        className={`gauge ${verdict.fit}`}
        role="img"
        aria-label={`${COST.memory}: ${value} ${unit}, ${partsText(plan)}`}
      >
        {segments(plan, limit).map(({ part, share }) => (
          <i key={part} style={{ width: `${100 * share}%` }} />
        ))}
      </div>
      <p className="note">
        {partsText(plan)}. {COST.partsHelp}
      </p>
    </>
  );
}

function limitOf(facts: CostFacts | null): string | null {
  const limit = facts?.verdict.limit;
  if (!limit) return null;
  const { value, unit } = formatBytes(limit.bytes);
  return `${COST.of} ${value} ${unit}`;
}

const seconds = (milliseconds: number | null) =>
  milliseconds === null
    ? null
    : milliseconds < 100
      ? { value: milliseconds.toPrecision(2), unit: "ms" }
      : { value: (milliseconds / 1000).toPrecision(2), unit: "s" };

const duration = (milliseconds: number | null) =>
  milliseconds === null ? null : { value: formatDuration(milliseconds), unit: "" };

interface FigureProps {
  readonly name: string;
  readonly term: TermName;
  readonly value: { readonly value: string; readonly unit: string } | null;
  readonly note?: string | null;
  readonly action?: ReactNode;
}

function Figure({ name, term, value, note = null, action }: FigureProps) {
  return (
    <div>
      <dt>
        <Term of={term}>{name}</Term>
      </dt>
      <dd>
        {value ? value.value : action ? null : "–"}{" "}
        <small>
          {value?.unit} {note}
        </small>
        {action}
      </dd>
    </div>
  );
}

function Measure({ known }: { readonly known: boolean }) {
  const measuring = useApp(selectMeasuring);
  const may = useApp(selectPermissions);
  const controller = useController();
  const text = measuring ? COST.cancel : known ? COST.measureAgain : COST.measure;
  return (
    <button
      type="button"
      className="measure"
      disabled={!measuring && !may.measure}
      title={COST.measureHelp}
      onClick={() => void controller.measure()}
    >
      {text}
    </button>
  );
}

function Advice({ facts, software }: { readonly facts: CostFacts; readonly software: boolean }) {
  const { verdict, stage, advice } = facts;
  return (
    <>
      {verdict.because ? <p className="note strong bad">{tooLargeText(verdict.because)}</p> : null}
      {verdict.fit === "tight" ? <p className="note strong warn">{tightText}</p> : null}
      {advice.length > 0 ? (
        <ul className="note advice" data-testid="cost-advice">
          {advice.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      ) : null}
      {stage ? <p className="note">{COST.stage(stage.index, stage.count)}</p> : null}
      {verdict.limit ? <p className="note">{limitText(verdict.limit.kind, verdict.limit.bytes)}</p> : null}
      {software ? <p className="note">{COST.software}</p> : null}
    </>
  );
}
