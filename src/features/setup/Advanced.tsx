/** Setup, third part, folded at first: every setting of the table, by group. */
import { useState } from "react";
import { presetSettings } from "../../domain/presets";
import { isUsed, SETTING_NAMES, SETTINGS, type SettingGroup } from "../../domain/settings";
import { Later, useApp, useController, useNow } from "../../state/context";
import { changedFromPreset, waiting } from "../../state/edits";
import { selectMayEdit, selectPreset, selectRunSettings, selectSettings, selectUnderWay } from "../../state/selectors";
import { changedText, GROUP_TITLES, METHOD } from "../texts";
import { Icon } from "../ui/icons";
import { SettingControl } from "./SettingControl";

const GROUPS = Object.keys(GROUP_TITLES) as SettingGroup[];

export function Advanced() {
  const [open, setOpen] = useState(false);
  const settings = useNow(selectSettings);
  const preset = useNow(selectPreset);
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
        {open
          ? GROUPS.map((group) => (
              <Later key={group}>
                <Group group={group} />
              </Later>
            ))
          : null}
      </div>
    </>
  );
}

function Group({ group }: { readonly group: SettingGroup }) {
  const settings = useNow(selectSettings);
  const preset = useNow(selectPreset);
  const mayEdit = useApp(selectMayEdit);
  const underWay = useApp(selectUnderWay);
  const running = useApp(selectRunSettings);
  const controller = useController();
  const base = presetSettings(preset, settings);
  const late = running ? waiting(settings, running) : [];
  return (
    <fieldset className="group">
      <legend>{GROUP_TITLES[group]}</legend>
      {SETTING_NAMES.filter((name) => SETTINGS[name].group === group && isUsed(name, settings)).map((name) => (
        <SettingControl
          key={name}
          name={name}
          value={settings[name]}
          preset={base[name]}
          disabled={!mayEdit}
          waits={!underWay || !SETTINGS[name].fixed ? "no" : late.includes(name) ? "changed" : "would"}
          onEdit={controller.edit}
        />
      ))}
    </fieldset>
  );
}
