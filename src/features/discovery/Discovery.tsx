/** The stage: both cells and how decided they are. */
import { lazy, type ReactNode, Suspense, useMemo, useState } from "react";
import { CELL_KINDS, type CellKind } from "../../domain/primitives";
import { Later, useApp, useNow } from "../../state/context";
import { subGraphsOf } from "../../state/picks";
import {
  selectEngine,
  selectHasResult,
  selectIsReplay,
  selectLimited,
  selectMoment,
  selectMomentAlphas,
  selectMomentBetas,
  selectMomentPicked,
  selectMomentPicks,
  selectMomentShown,
  selectStatus,
} from "../../state/selectors";
import { DISCOVERY, LEARNING, panelId, stableText } from "../texts";
import { CHART_PERIOD } from "../ui/format";
import { Term } from "../ui/Term";
import { useWidth } from "../ui/use-width";
import { Cell } from "./Cell";
import { Operations } from "./Operations";
import { type Shown, StrategyNote } from "./StrategyNote";
import "./discovery.css";

/** With the charts, which load after the cells. */
const History = lazy(async () => ({ default: (await import("./History")).History }));

/** From this width of the stage on the cells stand side by side. */
const SIDE_BY_SIDE = 900;
const GAP = 36;

export function Discovery() {
  const [ref, width] = useWidth<HTMLDivElement>();
  const hasResult = useApp(selectHasResult);
  const engine = useApp(selectEngine);
  // Without WebGPU the page has something else to say first.
  const blocked = engine !== null && !engine.webgpu.ok;
  const finished = useApp(selectStatus).kind === "finished";
  const [chosen, setChosen] = useState<Shown | null>(null);
  const shown = chosen ?? (finished ? "found" : "drawn");
  const replaying = useNow(selectIsReplay);
  const tall = width >= SIDE_BY_SIDE;
  const each = tall ? Math.floor((width - GAP) / 2) : width;
  return (
    <section className={`stage ${replaying ? "replaying" : ""}`} id={panelId("cells")} aria-label={DISCOVERY.title}>
      <h2 className="hidden-text">{DISCOVERY.title}</h2>
      {hasResult || blocked ? null : <Hello />}
      <Later>
        <StrategyNote shown={shown} onShow={setChosen} />
      </Later>
      <div ref={ref} className={`cells ${tall ? "beside" : ""}`}>
        {CELL_KINDS.map((kind) => (
          <Later key={kind}>
            <LiveCell kind={kind} shown={shown} width={each} tall={tall} />
          </Later>
        ))}
      </div>
      <Operations />
      <Later period={CHART_PERIOD}>
        <Suspense fallback={<section className="history" />}>
          <History />
        </Suspense>
      </Later>
    </section>
  );
}

interface LiveCellProps {
  readonly kind: CellKind;
  readonly shown: Shown;
  readonly width: number;
  readonly tall: boolean;
}

function LiveCell({ kind, shown, width, tall }: LiveCellProps) {
  const alphas = useApp(selectMomentAlphas);
  const betas = useApp(selectMomentBetas);
  const genotype = useApp(selectMomentShown);
  const picked = useApp(selectMomentPicked);
  const picks = useApp(selectMomentPicks);
  const subGraphs = useMemo(() => (picks && shown === "drawn" ? subGraphsOf(picks, kind) : null), [picks, shown, kind]);
  return (
    <Cell
      kind={kind}
      alphas={alphas?.[kind] ?? null}
      genes={genotype?.[kind] ?? null}
      betas={betas?.[kind] ?? null}
      picked={picked?.[kind] ?? null}
      subGraphs={subGraphs}
      width={width}
      tall={tall}
      extra={STABLE[kind]}
    />
  );
}

function Stable({ kind }: { readonly kind: CellKind }) {
  const { stability, iteration, iterationsPerEpoch } = useApp(selectMoment);
  const { value, unit } = stableText(stability[kind].since, iteration, iterationsPerEpoch);
  const limited = useApp(selectLimited);
  if (limited && kind === "normal") {
    return (
      <span>
        <Term of="limited">{LEARNING.limited}</Term>
      </span>
    );
  }
  return (
    <span>
      <Term of="stable">{DISCOVERY.stable}</Term> <b>{value}</b> {unit}
    </span>
  );
}

/** Made once, so that a cell is not drawn anew because of it. */
const STABLE: Readonly<Record<CellKind, ReactNode>> = {
  normal: <Stable kind="normal" />,
  reduce: <Stable kind="reduce" />,
};

function Hello() {
  return (
    <div className="hello">
      <h2>{DISCOVERY.hello}</h2>
      <p>{DISCOVERY.helloText}</p>
      <p className="big">
        <b>
          10<sup>18</sup>
        </b>
        {DISCOVERY.networks}
      </p>
    </div>
  );
}
