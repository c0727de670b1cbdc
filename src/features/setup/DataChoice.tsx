/** Which data set: a built-in one, one that the browser keeps, or files and folders. */
import { Button, FileButton, NativeSelect } from "@mantine/core";
import { useRef } from "react";
import { BUILT_IN } from "../../domain/dataset";
import { useApp, useController } from "../../state/context";
import { withPaths } from "../../state/files";
import { builtInOf } from "../../state/link";
import { selectData, selectKept, selectMayLoad } from "../../state/selectors";
import { DATA, keptText } from "../texts";
import { Icon } from "../ui/icons";

const BUILT_IN_CHOICES = BUILT_IN.map((value) => ({ value: value as string, label: DATA.builtIn[value] }));

export function DataChoice() {
  const data = useApp(selectData);
  const kept = useApp(selectKept) ?? [];
  const mayLoad = useApp(selectMayLoad);
  const controller = useController();
  const choices = [...BUILT_IN_CHOICES, ...kept.map((set) => ({ value: set.id, label: keptText(set) }))];
  const chosen = builtInOf(data) ?? data?.hash ?? "";
  const known = choices.some(({ value }) => value === chosen);
  const options = known || !data ? choices : [...choices, { value: chosen, label: data.source }];
  const choose = (value: string) => {
    const builtIn = BUILT_IN.find((name) => name === value);
    if (builtIn) void controller.loadBuiltIn(builtIn);
    else if (kept.some(({ id }) => id === value)) void controller.loadKept(value);
  };
  return (
    <div className="data-choice">
      <NativeSelect
        aria-label={DATA.select}
        size="xs"
        data={options}
        value={chosen}
        disabled={!mayLoad}
        onChange={(event) => choose(event.currentTarget.value)}
      />
      <Open label={DATA.open} hint={DATA.openHint} />
      <Open label={DATA.folder} hint={DATA.folderHint} folder />
    </div>
  );
}

interface OpenProps {
  readonly label: string;
  readonly hint: string;
  readonly folder?: boolean;
}

function Open({ label, hint, folder = false }: OpenProps) {
  const mayLoad = useApp(selectMayLoad);
  const controller = useController();
  const clear = useRef<() => void>(null);
  return (
    <FileButton
      multiple
      inputProps={{ "aria-label": hint, disabled: !mayLoad, ...(folder ? { webkitdirectory: "" } : {}) }}
      resetRef={clear}
      onChange={(files) => {
        // Else the browser tells nothing when the same file is chosen again.
        clear.current?.();
        void controller.openFiles(withPaths(files));
      }}
    >
      {(props) => (
        <Button
          {...props}
          variant="default"
          size="xs"
          disabled={!mayLoad}
          title={hint}
          leftSection={<Icon name="open" size={13} />}
        >
          {label}
        </Button>
      )}
    </FileButton>
  );
}
