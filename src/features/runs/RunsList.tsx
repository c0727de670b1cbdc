/** The list of kept runs, pinned ones first. */
import type { KeptRun } from "../../domain/kept-run";
import { RUNS } from "../texts/runs";
import { MOST_COMPARED } from "./dashes";
import { RunRow } from "./RunRow";

interface Props {
  readonly runs: readonly KeptRun[];
  /** Ids of those that are compared, in the order of their letters. */
  readonly ticked: readonly string[];
  readonly openId: string | null;
  /** No further one can be compared. */
  readonly full: boolean;
  readonly onTick: (id: string) => void;
  readonly onUntick: () => void;
  readonly onOpen: (id: string) => void;
}

const { columns } = RUNS;
const HEADS = [
  [columns.run, ""],
  [columns.seed, "number"],
  [columns.data, ""],
  [columns.iterations, "number"],
  [columns.explainer, "number"],
  [columns.audience, "number"],
  [columns.changed, "number"],
  [columns.bytes, "number"],
] as const;

export function RunsList({ runs, ticked, openId, full, onTick, onUntick, onOpen }: Props) {
  return (
    <section className="result-block" aria-label={RUNS.title}>
      <div className="head">
        <h3>{RUNS.title}</h3>
        {runs.length > 0 ? <span className="note">{full ? RUNS.most(MOST_COMPARED) : RUNS.note}</span> : null}
        {ticked.length > 0 ? (
          <span className="right">
            {RUNS.ticked(ticked.length)}
            <button type="button" className="tool" onClick={onUntick}>
              {RUNS.untick}
            </button>
          </span>
        ) : null}
      </div>
      {runs.length === 0 ? (
        <p className="note">{RUNS.none}</p>
      ) : (
        <div className="runs-list">
          <table>
            <thead>
              <tr>
                <th scope="col">
                  <span className="hidden-text">{columns.tick}</span>
                </th>
                {HEADS.map(([name, kind]) => (
                  <th key={name} scope="col" className={kind}>
                    {name}
                  </th>
                ))}
                <th scope="col">
                  <span className="hidden-text">{columns.actions}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {runs.map((run) => {
                const place = ticked.indexOf(run.id);
                return (
                  <RunRow
                    key={run.id}
                    run={run}
                    place={place < 0 ? null : place}
                    mayTick={place >= 0 || !full}
                    opened={run.id === openId}
                    onTick={onTick}
                    onOpen={onOpen}
                  />
                );
              })}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
