/** A kept run on the page: where it comes from, its losses and its cells. */
import { useMemo, useState } from "react";
import type { KeptRun } from "../../domain/kept-run";
import type { RunFile } from "../../domain/run";
import { useApp, useController } from "../../state/context";
import { usesDataOf } from "../../state/selectors";
import { RunCells } from "../results/RunCells";
import { RunFacts } from "../results/RunFacts";
import { RUNS } from "../texts/runs";
import { OverlayCharts } from "./OverlayCharts";
import { nameText } from "./run-text";
import { useRunFiles } from "./use-run-files";

interface Props {
  readonly run: KeptRun;
  readonly onClose: () => void;
}

export function OpenedRun({ run, onClose }: Props) {
  const [file] = useRunFiles([run]);
  return (
    <section className="result-block imported" aria-label={nameText(run)} data-testid="opened-run">
      <div className="head">
        <h3>{nameText(run)}</h3>
        <button type="button" className="tool right" onClick={onClose}>
          {RUNS.close}
        </button>
      </div>
      {file === "failed" ? <p className="problem">{RUNS.failed}</p> : null}
      {file ? null : <p className="note">{RUNS.reading}</p>}
      {file && file !== "failed" ? <Contents file={file} name={nameText(run)} /> : null}
    </section>
  );
}

function Contents({ file, name }: { readonly file: RunFile; readonly name: string }) {
  const names = useMemo(() => [name], [name]);
  const runs = useMemo(() => [file.records], [file]);
  const data = useMemo(() => [file.data], [file]);
  const [at, setAt] = useState<number | null>(null);
  return (
    <>
      <RunFacts run={file} />
      <UseSettings file={file} />
      <OverlayCharts runs={runs} names={names} note={RUNS.lossesNote} data={data} at={at} />
      <RunCells run={file} onMoment={setAt} />
    </>
  );
}

function UseSettings({ file }: { readonly file: RunFile }) {
  const controller = useController();
  const sameData = useApp((state) => usesDataOf(state, file.data));
  const [outcome, setOutcome] = useState<{ readonly problem: string | null } | null>(null);
  return (
    <div className="result-buttons">
      <button type="button" className="second" onClick={() => setOutcome({ problem: controller.takeSettings(file) })}>
        {RUNS.use}
      </button>
      {outcome ? (
        <span className={outcome.problem ? "problem" : "note"} role="status">
          {outcome.problem ?? (sameData ? RUNS.used : RUNS.usedOther(file.data.name))}
        </span>
      ) : null}
    </div>
  );
}
