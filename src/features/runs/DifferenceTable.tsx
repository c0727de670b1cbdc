/** Edge by edge what compared runs keep, and how each differs from the first. */
import { useMemo } from "react";
import { cellDifference, cellOperations, countChanges } from "../../domain/genotype-difference";
import type { KeptRun } from "../../domain/kept-run";
import { CELL_EDGES, CELL_KINDS, type CellKind, type Primitive } from "../../domain/primitives";
import { edgeName } from "../discovery/CellGraph";
import { CELL_TITLES, SHORT_OPS } from "../texts";
import { COMPARE } from "../texts/runs";
import { Glyph } from "../ui/icons";
import { letterOf } from "./dashes";
import { nameText } from "./run-text";
import { WideTable } from "./WideTable";

interface Props {
  readonly runs: readonly KeptRun[];
}

export function DifferenceTable({ runs }: Props) {
  return (
    <section className="part" aria-label={COMPARE.difference}>
      <div className="head">
        <h3>{COMPARE.difference}</h3>
        <span className="note">{COMPARE.differenceNote(letterOf(0))}</span>
      </div>
      <div className="difference-tables">
        {CELL_KINDS.map((kind) => (
          <CellTable key={kind} kind={kind} runs={runs} />
        ))}
      </div>
    </section>
  );
}

function CellTable({ kind, runs }: Props & { readonly kind: CellKind }) {
  const kept = useMemo(() => runs.map(({ genotype }) => cellOperations(genotype[kind])), [runs, kind]);
  const edges = CELL_EDGES.filter(({ index }) => kept.some((ops) => ops[index]));
  const [first, ...others] = runs;
  return (
    <WideTable label={CELL_TITLES[kind]}>
      <table data-testid={`difference-${kind}`}>
        <caption>{CELL_TITLES[kind]}</caption>
        <thead>
          <tr>
            <th scope="col">{COMPARE.edge}</th>
            {runs.map((run, place) => (
              <th key={run.id} scope="col" title={nameText(run)}>
                {letterOf(place)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {edges.map((edge) => {
            const ops = kept.map((cell) => cell[edge.index] ?? null);
            return (
              <tr key={edge.index}>
                <th scope="row">{edgeName(edge)}</th>
                {runs.map((run, place) => (
                  <td key={run.id} className={ops[place] === ops[0] ? "" : "differs"}>
                    <Operation op={ops[place] ?? null} />
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
      {first
        ? others.map((run, i) => (
            <p key={run.id} className="note">
              <b>{letterOf(i + 1)}</b>:{" "}
              {COMPARE.changes(
                countChanges(cellDifference(first.genotype[kind], run.genotype[kind])),
                letterOf(0),
                letterOf(i + 1),
              )}
            </p>
          ))
        : null}
    </WideTable>
  );
}

function Operation({ op }: { readonly op: Primitive | null }) {
  if (!op) return <span title={COMPARE.notKept}>–</span>;
  return (
    <span className="operation">
      <svg width={9} height={9} aria-hidden="true">
        <Glyph op={op} x={0} y={0} />
      </svg>
      {SHORT_OPS[op]}
    </span>
  );
}
