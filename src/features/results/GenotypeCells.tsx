/** Cells of which only the genotype is known: their graphs, without alphas. */
import { memo, useMemo } from "react";
import type { DataName } from "../../domain/dataset";
import { cellDot } from "../../domain/dot";
import type { Gene, Genotype } from "../../domain/genotype";
import { CELL_KINDS, type CellKind } from "../../domain/primitives";
import { geneTable } from "../../domain/tables";
import { CellGraph } from "../discovery/CellGraph";
import { genotypeEdges } from "../discovery/edges";
import { ChartExport } from "../share/ChartExport";
import { CELL_TITLES, SHARE } from "../texts";
import { useWidth } from "../ui/use-width";

/** A genotype alone does not say what it was found on. */
const NO_DATA: readonly DataName[] = [];
const GAP = 36;
const SIDE_BY_SIDE = 900;

export function GenotypeCells({ genotype }: { readonly genotype: Genotype }) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const beside = width >= SIDE_BY_SIDE;
  const each = beside ? Math.floor((width - GAP) / 2) : width;
  return (
    <div ref={ref} className={`cells ${beside ? "beside" : ""}`}>
      {CELL_KINDS.map((kind) => (
        <PlainCell key={kind} kind={kind} genes={genotype[kind]} width={each} />
      ))}
    </div>
  );
}

interface Props {
  readonly kind: CellKind;
  readonly genes: readonly Gene[];
  readonly width: number;
}

const PlainCell = memo(function PlainCell({ kind, genes, width }: Props) {
  const edges = useMemo(() => genotypeEdges(genes), [genes]);
  const more = useMemo(() => [{ ending: "dot", label: SHARE.dot, write: () => cellDot(kind, genes) }], [kind, genes]);
  const table = () => geneTable(genes);
  const standing = width < 560;
  return (
    <section className="cell" aria-label={CELL_TITLES[kind]} data-figure="">
      <div className="head">
        <h3>{CELL_TITLES[kind]}</h3>
        <ChartExport name={CELL_TITLES[kind]} file={`${kind}-cell`} {...{ table, more }} data={NO_DATA} />
      </div>
      {width > 0 ? (
        <CellGraph
          kind={kind}
          views={edges}
          subGraphs={null}
          width={width}
          height={standing ? 416 : 200}
          standing={standing}
        />
      ) : null}
    </section>
  );
});
