/** Both cells of a run file, with their strips. */
import { useMemo } from "react";
import type { Genotype } from "../../domain/genotype";
import { CELL_KINDS } from "../../domain/primitives";
import { alphasOfFile, betasOfFile, type RunFile } from "../../domain/run";
import { Cell } from "../discovery/Cell";
import { useWidth } from "../ui/use-width";

const GAP = 36;
const SIDE_BY_SIDE = 900;

interface Props {
  readonly run: Pick<RunFile, "alphas" | "betas"> & { readonly genotype: Genotype };
}

export function RunCells({ run }: Props) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const alphas = useMemo(() => alphasOfFile(run.alphas), [run]);
  const betas = useMemo(() => betasOfFile(run), [run]);
  const beside = width >= SIDE_BY_SIDE;
  return (
    <div ref={ref} className={`cells ${beside ? "beside" : ""}`}>
      {CELL_KINDS.map((kind) => (
        <Cell
          key={kind}
          kind={kind}
          alphas={alphas[kind]}
          genes={run.genotype[kind]}
          betas={betas?.[kind] ?? null}
          width={beside ? Math.floor((width - GAP) / 2) : width}
          tall={false}
        />
      ))}
    </div>
  );
}
