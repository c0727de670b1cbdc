/** One setting of the table as a labelled control, with its bounds, help, unit and marks. */
import { NativeSelect, SegmentedControl, Switch, TextInput } from "@mantine/core";
import { memo, useId, useState } from "react";
import {
  SETTINGS,
  type Setting,
  type SettingName,
  type Settings,
  settingError,
  settingFromText,
} from "../../domain/settings";
import { choiceText, METHOD } from "../texts";

interface Props {
  readonly name: SettingName;
  readonly value: string | number | boolean;
  /** What the preset would set. */
  readonly preset: string | number | boolean;
  readonly disabled: boolean;
  /** The run is under way, so a fixed setting waits for Reset; `changed`: and it differs from the run's. */
  readonly waits: "no" | "would" | "changed";
  readonly onEdit: (values: Partial<Settings>) => void;
}

function bounds(setting: Setting): string {
  if (setting.type !== "integer" && setting.type !== "number") return "";
  return `${setting.min} to ${setting.max.toLocaleString("en-US", { useGrouping: false })}`;
}

export const SettingControl = memo(function SettingControl(props: Props) {
  const { name, value, preset, waits, disabled, onEdit } = props;
  const setting: Setting = SETTINGS[name];
  const id = useId();
  const changed = value !== preset && name !== "seed" && name !== "backend" && setting.group !== "method";
  return (
    <div className="setting" data-setting={name}>
      <div className="setting-line">
        <label htmlFor={id} id={`${id}-label`}>
          {setting.label}
        </label>
        <Control {...props} id={id} setting={setting} />
      </div>
      <p className="note" id={`${id}-help`}>
        {setting.help}
        {bounds(setting) ? <span className="bounds"> {bounds(setting)}.</span> : null}
        {waits === "no" ? null : <span className={waits === "changed" ? "wait" : ""}> {METHOD.waiting}.</span>}
        {changed ? (
          <button
            type="button"
            className="changed"
            disabled={disabled}
            title={METHOD.reset(String(preset))}
            onClick={() => onEdit({ [name]: preset })}
          >
            {METHOD.changed}, preset {String(preset)}
          </button>
        ) : null}
      </p>
    </div>
  );
});

type ControlProps = Props & { readonly id: string; readonly setting: Setting };

function Control({ id, name, setting, value, disabled, onEdit }: ControlProps) {
  const common = { disabled, "aria-describedby": `${id}-help` };
  switch (setting.type) {
    case "switch":
      return (
        <Switch
          id={id}
          size="xs"
          checked={value === true}
          onChange={(event) => onEdit({ [name]: event.currentTarget.checked })}
          {...common}
        />
      );
    case "choice": {
      const data = setting.choices.map((choice) => ({ value: choice, label: choiceText(choice) }));
      const pick = (choice: string) => onEdit({ [name]: choice });
      return data.length === 2 ? (
        <SegmentedControl
          withItemsBorders={false}
          id={id}
          size="xs"
          data={data}
          value={String(value)}
          onChange={pick}
          aria-labelledby={`${id}-label`}
          disabled={disabled}
        />
      ) : (
        <NativeSelect
          id={id}
          size="xs"
          data={data}
          value={String(value)}
          onChange={(event) => pick(event.currentTarget.value)}
          {...common}
        />
      );
    }
    case "integer":
    case "number":
      return (
        <NumberText
          key={String(value)}
          id={id}
          name={name}
          unit={setting.unit}
          value={Number(value)}
          onEdit={onEdit}
          {...common}
        />
      );
    default:
      return setting satisfies never;
  }
}

interface NumberProps {
  readonly id: string;
  readonly name: SettingName;
  readonly unit: string | undefined;
  readonly value: number;
  readonly disabled: boolean;
  readonly "aria-describedby": string;
  readonly onEdit: (values: Partial<Settings>) => void;
}

/** A number is typed as text ("3e-4" is fine) and taken over on Enter or when the field is left. */
function NumberText({ name, unit, value, onEdit, ...rest }: NumberProps) {
  const [draft, setDraft] = useState(String(value));
  const parsed = draft.trim() === "" ? Number.NaN : Number(draft);
  const error = settingError(name, parsed);
  const commit = () => {
    if (!error && parsed !== value) onEdit(settingFromText(name, draft));
  };
  return (
    <TextInput
      {...rest}
      size="xs"
      inputMode="decimal"
      autoComplete="off"
      spellCheck={false}
      value={draft}
      error={error}
      {...(unit ? { rightSection: <span className="unit">{unit}</span>, rightSectionWidth: 62 } : {})}
      onChange={(event) => setDraft(event.currentTarget.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === "Enter") commit();
        if (event.key === "Escape") setDraft(String(value));
      }}
    />
  );
}
