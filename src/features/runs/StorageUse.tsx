/** What the browser's storage holds of this page, and how to make room. */
import { useState } from "react";
import type { KeptRun } from "../../domain/kept-run";
import { useApp, useController } from "../../state/context";
import { selectStorage } from "../../state/selectors";
import { RUNS } from "../texts/runs";
import { Question } from "./Question";

export function StorageUse({ runs }: { readonly runs: readonly KeptRun[] }) {
  const storage = useApp(selectStorage);
  const { used, quota } = storage;
  return (
    <section className="result-block storage" aria-label={RUNS.storageBar}>
      {used !== null && quota !== null && quota > 0 ? (
        <div className="meter" aria-hidden="true">
          <i style={{ transform: `scaleX(${Math.min(1, used / quota)})` }} />
        </div>
      ) : null}
      <p className="note">
        {RUNS.storage(storage)} {RUNS.storageFree}
      </p>
      <MakeRoom runs={runs.filter(({ pinned }) => !pinned)} />
    </section>
  );
}

/** @param runs those without a pin */
function MakeRoom({ runs }: { readonly runs: readonly KeptRun[] }) {
  const controller = useController();
  const [sure, setSure] = useState(false);
  if (runs.length === 0) return null;
  const bytes = runs.reduce((sum, run) => sum + run.bytes, 0);
  const onDelete = () => {
    setSure(false);
    void controller.forgetRuns(runs.map(({ id }) => id));
  };
  return sure ? (
    <Question
      label={RUNS.makeRoom}
      text={RUNS.makeRoomSure(runs.length, bytes)}
      onYes={onDelete}
      onNo={() => setSure(false)}
    />
  ) : (
    <button type="button" className="tool" data-asks="" onClick={() => setSure(true)}>
      {RUNS.makeRoom}
    </button>
  );
}
