/** One kept run in the list, with what can be done with it. */
import { type ReactNode, useState } from "react";
import type { KeptRun } from "../../domain/kept-run";
import { useController, useNow } from "../../state/context";
import { formatBytes } from "../../state/progress";
import { offersResume, selectMayLoad } from "../../state/selectors";
import { saveFile } from "../share/save-file";
import { RUNS } from "../texts/runs";
import { formatLoss } from "../ui/format";
import { Icon, type IconName } from "../ui/icons";
import { DashSample } from "./DashSample";
import { Question } from "./Question";
import { RunName } from "./RunName";
import { nameText, sizeLine } from "./run-text";

interface Props {
  readonly run: KeptRun;
  /** Among those that are compared; null when it is not. */
  readonly place: number | null;
  readonly mayTick: boolean;
  readonly opened: boolean;
  readonly onTick: (id: string) => void;
  readonly onOpen: (id: string) => void;
}

const WHEN = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

export function RunRow({ run, place, mayTick, opened, onTick, onOpen }: Props) {
  const { id, settings, iteration, iterations } = run;
  const name = nameText(run);
  const size = formatBytes(run.bytes);
  const { columns } = RUNS;
  return (
    <tr className={opened ? "opened" : ""} data-testid="run">
      <td className="tick">
        <input
          type="checkbox"
          aria-label={RUNS.tick(name)}
          checked={place !== null}
          disabled={!mayTick}
          onChange={() => onTick(id)}
        />
      </td>
      <th scope="row">
        <RunName run={run} opened={opened} onOpen={() => onOpen(id)} />
        <span className="note">
          {sizeLine(run)}
          {place === null ? null : <DashSample place={place} />}
        </span>
      </th>
      <Value name={columns.seed}>{settings.seed}</Value>
      <Value name={columns.data} text>
        {run.data.name}
      </Value>
      <Value name={columns.iterations}>{RUNS.iterations(iteration, iterations)}</Value>
      <Value name={columns.explainer} title={RUNS.lossHelp}>
        {formatLoss(run.explainerLoss)}
      </Value>
      <Value name={columns.audience} title={RUNS.lossHelp}>
        {formatLoss(run.audienceLoss)}
      </Value>
      <Value name={columns.changed}>
        <time dateTime={run.changed}>{WHEN.format(new Date(run.changed))}</time>
      </Value>
      <Value name={columns.bytes}>
        {size.value} {size.unit}
      </Value>
      <td className="actions">
        <Actions run={run} />
      </td>
    </tr>
  );
}

interface ValueProps {
  /** Of its column, shown where the list has no head. */
  readonly name: string;
  readonly text?: boolean;
  readonly title?: string;
  readonly children: ReactNode;
}

function Value({ name, text = false, title, children }: ValueProps) {
  return (
    <td className={text ? "" : "number"} title={title}>
      <span className="column">{name}</span>
      {children}
    </td>
  );
}

function Actions({ run }: { readonly run: KeptRun }) {
  const { id, pinned } = run;
  const name = nameText(run);
  const controller = useController();
  const offered = useNow((state) => offersResume(state, run));
  const mayResume = useNow(selectMayLoad);
  const [sure, setSure] = useState(false);
  const onExport = async () => {
    const file = await controller.exportKeptRun(id);
    if (file) saveFile(file.name, file.content, "application/json");
  };
  const onDelete = () => {
    setSure(false);
    void controller.forgetRuns([id]);
  };
  if (sure)
    return <Question label={RUNS.remove(name)} text={RUNS.removeSure} onYes={onDelete} onNo={() => setSure(false)} />;
  return (
    <>
      {offered ? (
        <button
          type="button"
          className="tool"
          aria-label={RUNS.resumeRun(name)}
          title={mayResume ? RUNS.resumeHelp : RUNS.resumeWhen}
          disabled={!mayResume}
          onClick={() => void controller.resumeRun(id)}
        >
          {RUNS.resume}
        </button>
      ) : null}
      <Tool
        icon="pin"
        label={pinned ? RUNS.unpin(name) : RUNS.pin(name)}
        title={RUNS.pinHelp}
        pressed={pinned}
        onClick={() => void controller.changeRun(id, { pinned: !pinned })}
      />
      <Tool icon="down" label={RUNS.exportRun(name)} onClick={() => void onExport()} />
      <Tool icon="bin" label={RUNS.remove(name)} asks onClick={() => setSure(true)} />
    </>
  );
}

interface ToolProps {
  readonly icon: IconName;
  readonly label: string;
  readonly title?: string;
  readonly pressed?: boolean;
  /** A question follows. */
  readonly asks?: boolean;
  readonly onClick: () => void;
}

function Tool({ icon, label, title = label, pressed, asks = false, onClick }: ToolProps) {
  return (
    <button
      type="button"
      className="tool"
      aria-label={label}
      aria-pressed={pressed}
      title={title}
      {...(asks && { "data-asks": "" })}
      onClick={onClick}
    >
      <Icon name={icon} size={15} />
    </button>
  );
}
