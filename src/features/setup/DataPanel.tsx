/** Setup, first part: which pictures are searched on, and a look at them. */
import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { SPLITS } from "../../domain/dataset";
import type { Settings } from "../../domain/settings";
import { useApp, useController, useNow } from "../../state/context";
import { formatCount } from "../../state/progress";
import { selectData, selectDataError, selectMayEdit, selectSettings } from "../../state/selectors";
import { DATA } from "../texts";
import { Icon } from "../ui/icons";
import { Section } from "../ui/Section";
import { Term } from "../ui/Term";
import { DataChoice } from "./DataChoice";
import { DataLoading } from "./DataLoading";
import { Doctor } from "./Doctor";
import { Preview } from "./Preview";
import { ignoredReasons, ignoredText } from "./preview";
import { WebAddress } from "./WebAddress";

export function DataPanel() {
  const data = useApp(selectData);
  const error = useApp(selectDataError);
  return (
    <Section
      title={DATA.title}
      className="data"
      right={
        data ? (
          <span title={ignoredReasons(data.ignored)}>
            <Term of="used">
              {formatCount(data.used)} used, {ignoredText(data.ignored)}
            </Term>
          </span>
        ) : null
      }
    >
      <DataChoice />
      <WebAddress />
      <DataLoading />
      {error ? (
        <p className="problem" role="alert">
          {error}
        </p>
      ) : null}
      {data ? <Summary /> : <p className="note">{DATA.loading}</p>}
    </Section>
  );
}

const LABELS = (["fine", "coarse"] as const).map((value) => ({ value, label: DATA.labelKinds[value] }));

function Summary() {
  const data = useApp(selectData);
  const { labels } = useNow(selectSettings);
  const mayEdit = useApp(selectMayEdit);
  const controller = useController();
  const [open, setOpen] = useState(false);
  if (!data) return null;
  return (
    <>
      {data.hasCoarse ? (
        <SegmentedControl
          withItemsBorders={false}
          className="label-kinds"
          aria-label={DATA.labels}
          size="xs"
          fullWidth
          data={LABELS}
          value={labels}
          disabled={!mayEdit}
          onChange={(kind) => void controller.edit({ labels: kind as Settings["labels"] })}
        />
      ) : null}
      <Preview key={`${data.hash} ${data.classNames.length}`} data={data} />
      <div className="split" aria-hidden="true">
        {SPLITS.map((split) => (
          <i key={split} style={{ flexGrow: data.splitSizes[split] }} />
        ))}
      </div>
      <p className="split-names">
        {SPLITS.map((split) => (
          <span key={split}>
            <b>{formatCount(data.splitSizes[split])}</b> <Term of="split">{DATA.splitNames[split]}</Term>
          </span>
        ))}
      </p>
      <button
        type="button"
        className="fold-line"
        aria-expanded={open}
        aria-controls="data-doctor"
        onClick={() => setOpen(!open)}
      >
        <Icon name="chevron" size={11} />
        {DATA.doctor.title}
      </button>
      <div id="data-doctor" hidden={!open}>
        {open ? <Doctor data={data} /> : null}
      </div>
      {data.attribution ? <p className="note attribution">{data.attribution}</p> : null}
    </>
  );
}
