/** Epoch, iteration, time left, speed, memory, learning rate and seed of the run. */
import type { ReactNode } from "react";
import { stageText } from "../../domain/stages";
import { useApp } from "../../state/context";
import {
  epochOf,
  formatBytes,
  formatCount,
  formatDuration,
  formatSpeed,
  iterationTime,
  timeLeft,
} from "../../state/progress";
import { selectEngine, selectRun, selectShownSettings } from "../../state/selectors";
import { type TermName, TRANSPORT } from "../texts";
import { formatRate } from "../ui/format";
import { Term } from "../ui/Term";

interface ReadoutProps {
  readonly name: string;
  readonly term: TermName;
  readonly value: string;
  readonly unit?: ReactNode;
  readonly optional?: boolean;
  readonly end?: boolean;
  readonly title?: string;
}

function Readout({ name, term, value, unit, optional, end, title }: ReadoutProps) {
  return (
    <div
      className={`readout ${optional ? "optional" : ""} ${end ? "end" : ""}`}
      title={title}
      data-testid={`readout-${name.replace(/\s/g, "-")}`}
    >
      <dt>
        <Term of={term}>{name}</Term>
      </dt>
      <dd>
        {value} {unit ? <span>{unit}</span> : null}
      </dd>
    </div>
  );
}

/** Which stage runs, of a run in stages. */
function StageReadout() {
  const { stages, stage } = useApp(selectRun);
  const now = stages[stage];
  if (!now || stages.length === 1) return null;
  return (
    <Readout
      name={TRANSPORT.stage}
      term="stage"
      value={String(stage + 1)}
      unit={`${TRANSPORT.of} ${stages.length}`}
      title={stageText(now, stages.length)}
    />
  );
}

export function Readouts() {
  const run = useApp(selectRun);
  const engine = useApp(selectEngine);
  const settings = useApp(selectShownSettings);
  const { epoch, epochs } = epochOf(run.iteration, run.iterations, run.iterationsPerEpoch);
  const each = iterationTime(run.records);
  const left = timeLeft(run.records, run.iterations);
  const speed = each === null ? null : formatSpeed(each);
  // A run that waits for the engine holds nothing yet.
  const memory = run.bytes > 0 ? formatBytes(run.bytes) : null;
  return (
    <dl className="readouts">
      <StageReadout />
      <Readout
        term="epoch"
        name={TRANSPORT.epoch}
        value={formatCount(epoch)}
        unit={`${TRANSPORT.of} ${formatCount(epochs)}`}
      />
      <Readout
        term="iteration"
        name={TRANSPORT.iteration}
        value={formatCount(run.iteration)}
        unit={`${TRANSPORT.of} ${formatCount(run.iterations)}`}
      />
      <Readout term="left" name={TRANSPORT.left} value={left === null ? TRANSPORT.none : formatDuration(left)} />
      <Readout optional term="speed" name={TRANSPORT.speed} value={speed?.value ?? TRANSPORT.none} unit={speed?.unit} />
      <Readout
        optional
        term="memory"
        name={TRANSPORT.memory[engine?.backend ?? "cpu"]}
        value={memory?.value ?? TRANSPORT.none}
        unit={memory?.unit}
        title={`${formatCount(run.bytes)} bytes in ${formatCount(run.tensors)} tensors`}
      />
      <div className="grow" />
      <Readout
        optional
        end
        term="learningRate"
        name={TRANSPORT.learningRate}
        value={formatRate(run.records.at(-1)?.learningRate ?? settings.learningRate)}
      />
      <Readout optional end term="seed" name={TRANSPORT.seed} value={String(settings.seed)} />
    </dl>
  );
}
