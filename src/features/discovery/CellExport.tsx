/** Saves a cell: as drawn, its alphas as numbers, or its graph for Graphviz. */
import { memo, useMemo } from "react";
import type { DataName } from "../../domain/dataset";
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
  /** As ChartExport has it. */
  readonly data?: readonly DataName[] | undefined;
}

export const CellExport = memo(function CellExport({ kind, alphas, genes, betas, data }: Props) {
  const more = useMemo(() => [{ ending: "dot", label: SHARE.dot, write: () => cellDot(kind, genes) }], [kind, genes]);
  const table = () => alphaTable(alphas, genes, betas);
  return <ChartExport name={CELL_TITLES[kind]} file={`${kind}-cell`} {...{ table, more, data }} />;
});
