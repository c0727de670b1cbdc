/** The files of kept runs, read once each, one after the other. */
import { useEffect, useMemo, useState } from "react";
import type { KeptRun } from "../../domain/kept-run";
import type { RunFile } from "../../domain/run";
import { useController } from "../../state/context";

/** "failed" when it could not be read; the log says why. */
export type ReadRun = RunFile | "failed";

const keyOf = ({ id, changed }: KeptRun) => `${id} ${changed}`;

/** @returns the file of each run; null until it is read. A run that changes meanwhile is read anew and shown as it was until then. */
export function useRunFiles(runs: readonly KeptRun[]): (ReadRun | null)[] {
  const controller = useController();
  const [files, setFiles] = useState<ReadonlyMap<string, { readonly key: string; readonly file: ReadRun }>>(new Map());
  const next = runs.find((run) => files.get(run.id)?.key !== keyOf(run));
  const key = next ? keyOf(next) : null;
  const id = next?.id;
  useEffect(() => {
    if (id === undefined || key === null) return;
    let wanted = true;
    void controller.readRun(id).then((file) => {
      if (wanted) setFiles((known) => new Map(known).set(id, { key, file: file ?? "failed" }));
    });
    return () => {
      wanted = false;
    };
  }, [controller, id, key]);
  // What is drawn from the files is long to compute, and not computed anew while they are the same.
  return useMemo(() => runs.map((run) => files.get(run.id)?.file ?? null), [runs, files]);
}
