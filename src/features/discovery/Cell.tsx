/** One cell on the stage: headline numbers, graph and strip. Also shows the cells of an imported run. */
import { memo, type ReactNode, useMemo } from "react";
import type { DataName } from "../../domain/dataset";
import { type Gene, softmaxEdges, softmaxRows } from "../../domain/genotype";
import type { CellKind } from "../../domain/primitives";
import { pickShares, type SubGraphPicks } from "../../state/picks";
import { CELL_TITLES, DISCOVERY } from "../texts";
import { Term } from "../ui/Term";
import { CellExport } from "./CellExport";
import { CellGraph } from "./CellGraph";
import { edgeViews, headline, operationsLeft } from "./edges";
import { HeatStrip } from "./HeatStrip";
import type { StripRowData } from "./strip-row";

interface Props {
  readonly kind: CellKind;
  /** Alphas before the softmax, [14, 8]; null before a run. */
  readonly alphas: Float32Array | null;
  readonly genes: readonly Gene[] | null;
  readonly width: number;
  /** Room for tall graphs: the cells stand side by side on a wide page. */
  readonly tall: boolean;
  /** Edge weights before their softmax, [14]; null for a strategy without. */
  readonly betas: Float32Array | null;
  /** How often each operation was drawn, [14, 8]; null for a strategy that draws none. */
  readonly picked?: Uint32Array | null;
  /** The sub-graphs of an iteration, to show them on the cell. */
  readonly subGraphs?: readonly SubGraphPicks[] | null;
  /** The pictures behind the cell; by default those of the run on the page. */
  readonly data?: readonly DataName[];
  /** A further number at the end of the headline. */
  readonly extra?: ReactNode;
}

function stripRow(betas: Float32Array | null, picked: Uint32Array | null): StripRowData | null {
  if (betas) return { kind: "betas", shares: softmaxEdges(betas) };
  return picked && { kind: "picks", shares: pickShares(picked) };
}

export const Cell = memo(function Cell(props: Props) {
  const { kind, alphas, genes, betas, picked = null, subGraphs = null, width, tall, data, extra } = props;
  const row = useMemo(() => stripRow(betas, picked), [betas, picked]);
  const weights = useMemo(() => alphas && softmaxRows(alphas), [alphas]);
  const views = useMemo(() => (weights && genes ? edgeViews(weights, genes) : null), [weights, genes]);
  const standing = width < 560 && !tall;
  const height = standing ? 416 : tall ? 390 : 164;
  return (
    <section className="cell" aria-label={CELL_TITLES[kind]} data-figure="">
      <div className="head">
        <h3>{CELL_TITLES[kind]}</h3>
        {views ? (
          <Headline {...headline(views)} operations={operationsLeft(alphas)} extra={extra} />
        ) : (
          <span className="note">{DISCOVERY.before}</span>
        )}
        {alphas && genes ? <CellExport {...{ kind, alphas, genes, betas, data }} /> : null}
      </div>
      {width > 0 ? (
        <>
          <CellGraph {...{ kind, views, subGraphs, width, height, standing }} />
          <HeatStrip {...{ kind, weights, alphas, views, row, width }} pitch={tall ? 16 : standing ? 12 : 10.6} />
        </>
      ) : null}
    </section>
  );
});

interface HeadlineProps {
  readonly entropy: number;
  readonly lead: number;
  readonly undecided: number;
  /** On each edge. */
  readonly operations: number;
  readonly extra: ReactNode;
}

function Headline({ entropy, lead, undecided, operations, extra }: HeadlineProps) {
  return (
    <span className="right headline">
      <span>
        <Term of="entropy">{DISCOVERY.entropy}</Term> <b>{entropy.toFixed(2)}</b>{" "}
        {DISCOVERY.nats(Math.log(operations).toFixed(2))}
      </span>
      <span>
        <Term of="lead">{DISCOVERY.lead}</Term> <b>{lead.toFixed(3)}</b>
      </span>
      <span>
        <b>{undecided}</b> <Term of="undecided">{DISCOVERY.undecided}</Term>
      </span>
      {extra}
    </span>
  );
}
