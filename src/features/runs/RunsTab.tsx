/** The runs that the browser keeps: to look at, to compare, and to repeat from other seeds. */
import { useState } from "react";
import { useApp } from "../../state/context";
import { selectRuns } from "../../state/selectors";
import { RUNS } from "../texts/runs";
import { Agreement } from "./Agreement";
import { Comparison } from "./Comparison";
import { MOST_COMPARED } from "./dashes";
import { OpenedRun } from "./OpenedRun";
import { RunsList } from "./RunsList";
import { pinnedFirst, ticked, toggled } from "./run-choice";
import { Seeds } from "./Seeds";
import { StorageUse } from "./StorageUse";
import "./runs.css";

export default function RunsTab() {
  const kept = useApp(selectRuns);
  const [ids, setIds] = useState<readonly string[]>([]);
  const [openId, setOpenId] = useState<string | null>(null);
  if (!kept) return <p className="result-block note">{RUNS.cannot}</p>;
  const runs = pinnedFirst(kept);
  const compared = ticked(runs, ids);
  const opened = runs.find(({ id }) => id === openId) ?? null;
  return (
    <div className="runs" data-testid="runs" data-home="" tabIndex={-1}>
      <RunsList
        runs={runs}
        ticked={compared.map(({ id }) => id)}
        openId={opened?.id ?? null}
        full={compared.length >= MOST_COMPARED}
        onTick={(id) => setIds(toggled(compared, id))}
        onUntick={() => setIds([])}
        onOpen={(id) => setOpenId((now) => (now === id ? null : id))}
      />
      <StorageUse runs={runs} />
      {opened ? <OpenedRun key={opened.id} run={opened} onClose={() => setOpenId(null)} /> : null}
      {compared.length >= 2 ? <Comparison runs={compared} /> : null}
      <Seeds />
      <Agreement runs={runs} />
    </div>
  );
}
