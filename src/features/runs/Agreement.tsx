/** How far the seeds of the same settings agree, laid over each other in one cell. */
import { useCallback, useMemo, useState } from "react";
import type { KeptRun } from "../../domain/kept-run";
import { CELL_KINDS, type CellKind } from "../../domain/primitives";
import { edgeAgreement, pairAgreement } from "../../domain/seed-agreement";
import { onePerSeed, seedGroups } from "../../domain/seed-group";
import { ChartExport } from "../share/ChartExport";
import { CELL_TITLES, CELL_WORDS, sizeText } from "../texts";
import { AGREEMENT } from "../texts/runs";
import { useWidth } from "../ui/use-width";
import { AgreementGraph } from "./AgreementGraph";
import { agreementTable } from "./compared-tables";
import { methodText } from "./run-text";

const GAP = 36;
const SIDE_BY_SIDE = 900;
const LYING = 560;

function groupText([first, ...others]: readonly KeptRun[]): string {
  if (!first) return "";
  const { settings, data } = first;
  const seeds = [first, ...others].map((run) => run.settings.seed);
  const method = methodText(settings);
  return `${method}, ${data.name}, ${sizeText(settings).replace(/\.$/, "")}: ${AGREEMENT.of(seeds)}`;
}

export function Agreement({ runs }: { readonly runs: readonly KeptRun[] }) {
  const groups = useMemo(
    () =>
      seedGroups(runs.filter(({ finished }) => finished))
        .map(onePerSeed)
        .filter(({ length }) => length > 1),
    [runs],
  );
  const [chosen, setChosen] = useState("");
  const group = groups.find((members) => groupText(members) === chosen) ?? groups[0];
  return (
    <section className="result-block agreement" aria-label={AGREEMENT.title} data-testid="agreement">
      <div className="head">
        <h3>{AGREEMENT.title}</h3>
        {group ? <span className="note">{AGREEMENT.note}</span> : null}
      </div>
      {groups.length > 1 ? (
        <select
          aria-label={AGREEMENT.choose}
          value={group ? groupText(group) : ""}
          onChange={(event) => setChosen(event.currentTarget.value)}
        >
          {groups.map(groupText).map((text) => (
            <option key={text}>{text}</option>
          ))}
        </select>
      ) : null}
      {group ? <Group runs={group} alone={groups.length === 1} /> : <p className="note">{AGREEMENT.empty}</p>}
    </section>
  );
}

function Group({ runs, alone }: { readonly runs: readonly KeptRun[]; readonly alone: boolean }) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const beside = width >= SIDE_BY_SIDE;
  const each = beside ? Math.floor((width - GAP) / 2) : width;
  return (
    <>
      {alone ? <p className="note">{groupText(runs)}</p> : null}
      <div ref={ref} className={`cells ${beside ? "beside" : ""}`}>
        {CELL_KINDS.map((kind) => (
          <AgreementCell key={kind} kind={kind} runs={runs} width={each} />
        ))}
      </div>
    </>
  );
}

interface CellProps {
  readonly kind: CellKind;
  readonly runs: readonly KeptRun[];
  readonly width: number;
}

function AgreementCell({ kind, runs, width }: CellProps) {
  const cells = useMemo(() => runs.map(({ genotype }) => genotype[kind]), [runs, kind]);
  const edges = useMemo(() => edgeAgreement(cells), [cells]);
  const pairs = pairAgreement(cells);
  const table = useCallback(() => agreementTable(edges, runs.length), [edges, runs]);
  const data = useMemo(() => runs.map((run) => run.data), [runs]);
  const standing = width < LYING;
  return (
    <div className="cell" data-figure="">
      <div className="head">
        <h4>{CELL_TITLES[kind]}</h4>
        <span className="note">{pairs === null ? "" : AGREEMENT.pairs(pairs.toFixed(1))}</span>
        <ChartExport
          name={AGREEMENT.graph(CELL_WORDS[kind], runs.length)}
          file={`${kind}-agreement`}
          {...{ table, data }}
        />
      </div>
      {width > 0 ? (
        <AgreementGraph {...{ kind, edges, width, standing }} count={runs.length} height={standing ? 440 : 196} />
      ) : null}
    </div>
  );
}
