/** The cells of compared runs side by side, as graphs. */
import { useMemo } from "react";
import { softmaxRows } from "../../domain/genotype";
import type { KeptRun } from "../../domain/kept-run";
import { CELL_KINDS } from "../../domain/primitives";
import { alphasOfFile, betasOfFile, type RunFile } from "../../domain/run";
import { CellExport } from "../discovery/CellExport";
import { CellGraph } from "../discovery/CellGraph";
import { edgeViews } from "../discovery/edges";
import { CELL_TITLES } from "../texts";
import { COMPARE } from "../texts/runs";
import { useWidth } from "../ui/use-width";
import { DashSample } from "./DashSample";
import { nameText } from "./run-text";

const GAP = 28;
/** Below this width a graph stands. */
const LYING = 560;
const HEIGHT = { lying: 164, standing: 416 } as const;

interface Props {
  readonly runs: readonly KeptRun[];
  readonly files: readonly (RunFile | null)[];
}

export function ComparedCells({ runs, files }: Props) {
  const [ref, width] = useWidth<HTMLDivElement>();
  // Standing graphs go beside each other where lying ones find no room.
  const columns = Math.max(1, Math.min(runs.length, Math.floor((width + GAP) / ((width < LYING ? 300 : LYING) + GAP))));
  const each = Math.floor((width - GAP * (columns - 1)) / columns);
  return (
    <section className="part" aria-label={COMPARE.cells}>
      <div className="head">
        <h3>{COMPARE.cells}</h3>
      </div>
      <div ref={ref} className="compared-cells" style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}>
        {runs.map((run, place) => (
          <div key={run.id}>
            <p className="compared-name">
              <DashSample place={place} /> {nameText(run)}
            </p>
            {files[place] && width > 0 ? <Graphs file={files[place]} width={each} /> : null}
          </div>
        ))}
      </div>
    </section>
  );
}

function Graphs({ file, width }: { readonly file: RunFile; readonly width: number }) {
  const alphas = useMemo(() => alphasOfFile(file.alphas), [file]);
  const betas = useMemo(() => betasOfFile(file), [file]);
  const data = useMemo(() => [file.data], [file]);
  const views = useMemo(() => {
    const of = (kind: "normal" | "reduce") => edgeViews(softmaxRows(alphas[kind]), file.genotype[kind]);
    return { normal: of("normal"), reduce: of("reduce") };
  }, [file, alphas]);
  const standing = width < LYING;
  const height = standing ? HEIGHT.standing : HEIGHT.lying;
  return CELL_KINDS.map((kind) => (
    <div key={kind} data-figure="">
      <div className="head">
        <h4>{CELL_TITLES[kind]}</h4>
        <CellExport
          {...{ kind, alphas: alphas[kind], genes: file.genotype[kind], betas: betas?.[kind] ?? null, data }}
        />
      </div>
      <CellGraph {...{ kind, views: views[kind], subGraphs: null, width, height, standing }} />
    </div>
  ));
}
