/** The cells of a run from a file and, where the file has its history, a timeline to move through it. */
import { memo, useMemo, useState } from "react";
import { momentStride } from "../../domain/alpha-history";
import type { DataName } from "../../domain/dataset";
import { CELL_KINDS } from "../../domain/primitives";
import { cellsAt, entropyOf, type FileOfCells, readHistory } from "../../state/file-history";
import { flipsOf } from "../../state/stability";
import { Cell } from "../discovery/Cell";
import { Timeline, type TimelineData } from "../discovery/Timeline";
import { flipsOfFileText, HISTORY, stageMark } from "../texts";
import { useWidth } from "../ui/use-width";

const GAP = 36;
const SIDE_BY_SIDE = 900;

interface Props {
  readonly run: FileOfCells & { readonly data: DataName };
  /** Hears which iteration is looked at; null for the end. */
  readonly onMoment?: (at: number | null) => void;
}

export const RunCells = memo(function RunCells({ run, onMoment }: Props) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const [wanted, setAt] = useState<number | null>(null);
  // Another file of the same name may be shorter.
  const at = wanted !== null && wanted < run.iterations ? wanted : null;
  const history = useMemo(() => readHistory(run), [run]);
  const { alphas, betas, genes } = useMemo(() => cellsAt(run, history, at), [run, history, at]);
  const pictures = useMemo(() => [run.data], [run]);
  const moveTo = (to: number | null) => {
    setAt(to);
    onMoment?.(to);
  };
  const beside = width >= SIDE_BY_SIDE;
  const data = useMemo((): TimelineData | null => {
    if (!history) return null;
    const { iterations, stages = [] } = run;
    return {
      span: {
        iteration: iterations,
        iterations,
        every: run.history?.every ?? momentStride(iterations),
        perEpoch: null,
      },
      flips: flipsOf(history.changes),
      entropy: entropyOf(run, history),
      marks: stages
        .filter(({ begins }) => begins > 0 && begins < iterations)
        .map(({ begins, index }) => ({ iteration: begins, label: stageMark(index + 1), short: String(index + 1) })),
    };
  }, [run, history]);
  return (
    <>
      <div ref={ref} className={`cells ${beside ? "beside" : ""}`}>
        {CELL_KINDS.map((kind) => (
          <Cell
            key={kind}
            kind={kind}
            alphas={alphas[kind]}
            genes={genes[kind]}
            betas={betas?.[kind] ?? null}
            width={beside ? Math.floor((width - GAP) / 2) : width}
            tall={false}
            data={pictures}
          />
        ))}
      </div>
      {data ? (
        <section className={`history ${at === null ? "" : "held"}`} aria-label={HISTORY.ofFile}>
          <div className="head">
            <h3>{HISTORY.title}</h3>
            <span className="note">{flipsOfFileText(data.flips.length, data.flips.at(-1)?.iteration ?? 0)}</span>
            <button
              type="button"
              className="tool live"
              aria-pressed={at === null}
              title={HISTORY.endHelp}
              onClick={() => moveTo(null)}
            >
              <i aria-hidden="true" />
              {at === null ? HISTORY.end : HISTORY.toEnd}
            </button>
          </div>
          <Timeline data={data} width={width} at={at} onMove={moveTo} />
        </section>
      ) : null}
    </>
  );
});
