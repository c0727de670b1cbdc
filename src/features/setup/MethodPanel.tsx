/** Setup, second part: strategy, objective and preset, each with its caption. */
import { SegmentedControl } from "@mantine/core";
import { useId } from "react";
import { OBJECTIVES, PRESETS, type Preset, type Settings } from "../../domain/settings";
import { useApp, useController, useNow } from "../../state/context";
import { waiting } from "../../state/edits";
import { selectMayEdit, selectPreset, selectRunSettings, selectSettings, selectUnderWay } from "../../state/selectors";
import { METHOD, OBJECTIVE_TEXT, PRESET_TEXT, STRATEGY_TEXT, sizeText } from "../texts";
import { Section } from "../ui/Section";
import { Advanced } from "./Advanced";

interface RowProps {
  readonly label: string;
  readonly caption: string;
  readonly data: { value: string; label: string }[];
  readonly value: string;
  readonly disabled: boolean;
  readonly onChange: (value: string) => void;
}

function Row({ label, caption, data, value, disabled, onChange }: RowProps) {
  const id = useId();
  return (
    <div className="method-row">
      <span id={id}>{label}</span>
      <SegmentedControl
        withItemsBorders={false}
        aria-labelledby={id}
        size="xs"
        fullWidth
        data={data}
        value={value}
        disabled={disabled}
        onChange={onChange}
      />
      <p className="note">{caption}</p>
    </div>
  );
}

const ORDERS = (["1", "2"] as const).map((value) => ({ value, label: STRATEGY_TEXT[value].label }));
const OBJECTIVE_CHOICES = OBJECTIVES.map((value) => ({ value, label: OBJECTIVE_TEXT[value].label }));
const PRESET_CHOICES = PRESETS.map((value) => ({ value, label: PRESET_TEXT[value].label }));

export function MethodPanel() {
  const settings = useNow(selectSettings);
  const running = useApp(selectRunSettings);
  const preset = useNow(selectPreset);
  const mayEdit = useApp(selectMayEdit);
  const underWay = useApp(selectUnderWay);
  const controller = useController();
  const late = running && underWay ? waiting(settings, running) : [];
  return (
    <Section title={METHOD.title} className="method" right={mayEdit ? METHOD.subtitle : METHOD.locked}>
      <Row
        label={METHOD.strategy}
        caption={STRATEGY_TEXT[settings.order].caption}
        data={ORDERS}
        value={settings.order}
        disabled={!mayEdit}
        onChange={(order) => void controller.edit({ order: order as Settings["order"] })}
      />
      <Row
        label={METHOD.objective}
        caption={OBJECTIVE_TEXT[settings.objective].caption}
        data={OBJECTIVE_CHOICES}
        value={settings.objective}
        disabled={!mayEdit}
        onChange={(objective) => void controller.edit({ objective: objective as Settings["objective"] })}
      />
      <Row
        label={METHOD.preset}
        caption={`${sizeText(settings)} ${PRESET_TEXT[preset].caption}`}
        data={PRESET_CHOICES}
        value={preset}
        disabled={!mayEdit}
        onChange={(name) => void controller.choosePreset(name as Preset)}
      />
      {late.length > 0 ? (
        <p className="note wait" role="status">
          {METHOD.late(late.length)}
        </p>
      ) : null}
      <Advanced />
    </Section>
  );
}
