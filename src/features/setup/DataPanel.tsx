/** Setup, first part: which pictures are searched on, and a look at them. */
import { Button, FileButton, NativeSelect } from "@mantine/core";
import { useRef } from "react";
import { BUILT_IN, SPLITS } from "../../domain/dataset";
import { useApp, useController } from "../../state/context";
import { formatCount } from "../../state/progress";
import { selectData, selectDataError, selectMayLoad } from "../../state/selectors";
import { DATA } from "../texts";
import { Icon } from "../ui/icons";
import { Section } from "../ui/Section";
import { Preview } from "./Preview";
import { ignoredReasons, ignoredText } from "./preview";

const CHOICES = BUILT_IN.map((value) => ({ value, label: DATA.builtIn[value] }));

export function DataPanel() {
  const data = useApp(selectData);
  const error = useApp(selectDataError);
  const mayLoad = useApp(selectMayLoad);
  const controller = useController();
  const clear = useRef<() => void>(null);
  const fromFile = data !== null && data.source !== "built in";
  const chosen = fromFile ? "file" : data?.name.toLowerCase().startsWith("shapes") ? "shapes" : "emoji-8";
  const options = fromFile ? [...CHOICES, { value: "file", label: data.source }] : CHOICES;
  return (
    <Section
      title={DATA.title}
      className="data"
      right={
        data ? (
          <span title={ignoredReasons(data.ignored)}>
            {formatCount(data.used)} used, {ignoredText(data.ignored)}
          </span>
        ) : null
      }
    >
      <div className="data-choice">
        <NativeSelect
          aria-label={DATA.select}
          size="xs"
          data={options}
          value={chosen}
          disabled={!mayLoad}
          onChange={(event) => {
            const name = BUILT_IN.find((value) => value === event.currentTarget.value);
            if (name) void controller.loadBuiltIn(name);
          }}
        />
        <FileButton
          inputProps={{ "aria-label": DATA.openHint, disabled: !mayLoad }}
          accept=".bin,application/octet-stream"
          resetRef={clear}
          onChange={(file) => {
            // Else the browser tells nothing when the same file is chosen again.
            clear.current?.();
            if (file) void controller.openFiles([{ path: file.name, file }]);
          }}
        >
          {(props) => (
            <Button
              {...props}
              variant="default"
              size="xs"
              disabled={!mayLoad}
              title={DATA.openHint}
              leftSection={<Icon name="open" size={13} />}
            >
              {DATA.open}
            </Button>
          )}
        </FileButton>
      </div>
      {error ? (
        <p className="problem" role="alert">
          {error}
        </p>
      ) : null}
      {data ? <Summary /> : <p className="note">{DATA.loading}</p>}
    </Section>
  );
}

function Summary() {
  const data = useApp(selectData);
  if (!data) return null;
  return (
    <>
      <Preview data={data} />
      <div className="split" aria-hidden="true">
        {SPLITS.map((split) => (
          <i key={split} style={{ flexGrow: data.splitSizes[split] }} />
        ))}
      </div>
      <p className="split-names" title={DATA.splitHelp}>
        {SPLITS.map((split) => (
          <span key={split}>
            <b>{formatCount(data.splitSizes[split])}</b> {DATA.splitNames[split]}
          </span>
        ))}
      </p>
      {data.attribution ? <p className="note attribution">{data.attribution}</p> : null}
    </>
  );
}
