/** Saves a cell: as drawn, its alphas as numbers, or its graph for Graphviz. */
import { memo, useMemo } from "react";
import { cellDot } from "../../domain/dot";
import type { Gene } from "../../domain/genotype";
import type { CellKind } from "../../domain/primitives";
import { alphaTable } from "../../domain/tables";
import { ChartExport } from "../share/ChartExport";
import { CELL_TITLES, SHARE } from "../texts";

interface Props {
  readonly kind: CellKind;
  /** [14, 8] */
  readonly alphas: Float32Array;
  readonly genes: readonly Gene[];
  /** [14] */
  readonly betas: Float32Array | null;
}

export const CellExport = memo(function CellExport({ kind, alphas, genes, betas }: Props) {
  const more = useMemo(() => [{ ending: "dot", label: SHARE.dot, write: () => cellDot(kind, genes) }], [kind, genes]);
  const table = () => alphaTable(alphas, genes, betas);
  return <ChartExport name={CELL_TITLES[kind]} file={`${kind}-cell`} table={table} more={more} />;
});
