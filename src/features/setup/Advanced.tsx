/** Setup, third part, folded at first: every setting of the table, by group. */
import { useState } from "react";
import { presetSettings, SETTING_NAMES, SETTINGS, type SettingGroup } from "../../domain/settings";
import { useApp, useController } from "../../state/context";
import { changedFromPreset, waiting } from "../../state/edits";
import {
  selectPermissions,
  selectPreset,
  selectRunSettings,
  selectSettings,
  selectStatus,
} from "../../state/selectors";
import { isUnderWay } from "../../state/status";
import { changedText, GROUP_TITLES, METHOD } from "../texts";
import { Icon } from "../ui/icons";
import { SettingControl } from "./SettingControl";

const GROUPS = Object.keys(GROUP_TITLES) as SettingGroup[];

export function Advanced() {
  const [open, setOpen] = useState(false);
  const settings = useApp(selectSettings);
  const preset = useApp(selectPreset);
  const changed = changedFromPreset(settings, preset).length;
  return (
    <>
      <button
        type="button"
        className="fold-line"
        aria-expanded={open}
        aria-controls="advanced"
        onClick={() => setOpen(!open)}
      >
        <Icon name="chevron" size={11} />
        {METHOD.advanced}
        <span>{changedText(changed, SETTING_NAMES.length)}</span>
      </button>
      <div id="advanced" hidden={!open}>
        {open ? <Groups /> : null}
      </div>
    </>
  );
}

function Groups() {
  const settings = useApp(selectSettings);
  const preset = useApp(selectPreset);
  const may = useApp(selectPermissions);
  const status = useApp(selectStatus);
  const running = useApp(selectRunSettings);
  const controller = useController();
  const base = presetSettings(preset, settings);
  const underWay = isUnderWay(status);
  const late = running ? waiting(settings, running) : [];
  return GROUPS.map((group) => (
    <fieldset key={group} className="group">
      <legend>{GROUP_TITLES[group]}</legend>
      {SETTING_NAMES.filter((name) => SETTINGS[name].group === group).map((name) => (
        <SettingControl
          key={name}
          name={name}
          value={settings[name]}
          preset={base[name]}
          disabled={!may.edit}
          waits={!underWay || !SETTINGS[name].fixed ? "no" : late.includes(name) ? "changed" : "would"}
          onEdit={controller.edit}
        />
      ))}
    </fieldset>
  ));
}
