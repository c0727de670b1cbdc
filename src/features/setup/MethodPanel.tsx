/** Setup, second part: strategy, objective and preset, each with its caption. */
import { NativeSelect, SegmentedControl } from "@mantine/core";
import { type ReactNode, useId } from "react";
import { PRESETS, type Preset } from "../../domain/presets";
import {
  methodOf,
  methodSettings,
  OBJECTIVES,
  type ObjectiveName,
  SEARCH_METHODS,
  type SearchMethod,
} from "../../domain/settings";
import { useApp, useController, useNow } from "../../state/context";
import { waiting } from "../../state/edits";
import { selectMayEdit, selectPreset, selectRunSettings, selectSettings, selectUnderWay } from "../../state/selectors";
import { METHOD, METHOD_TEXT, OBJECTIVE_TEXT, PRESET_TEXT, sizeText } from "../texts";
import { Section } from "../ui/Section";
import { Advanced } from "./Advanced";

interface RowProps {
  readonly label: string;
  readonly caption: string;
  readonly control: (labelId: string) => ReactNode;
}

function Row({ label, caption, control }: RowProps) {
  const id = useId();
  return (
    <div className="method-row">
      <span id={id}>{label}</span>
      {control(id)}
      <p className="note">{caption}</p>
    </div>
  );
}

interface SegmentsProps {
  readonly labelId: string;
  readonly data: { value: string; label: string }[];
  readonly value: string;
  readonly disabled: boolean;
  readonly onChange: (value: string) => void;
}

function Segments({ labelId, ...props }: SegmentsProps) {
  return <SegmentedControl withItemsBorders={false} aria-labelledby={labelId} size="xs" fullWidth {...props} />;
}

const METHOD_CHOICES = SEARCH_METHODS.map((value) => ({ value, label: METHOD_TEXT[value].label }));
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
    <Section
      title={METHOD.title}
      className="method"
      panel="method"
      topic="supernet"
      right={mayEdit ? METHOD.subtitle : METHOD.locked}
    >
      <Row
        label={METHOD.strategy}
        caption={METHOD_TEXT[methodOf(settings)].caption}
        control={(id) => (
          <NativeSelect
            aria-labelledby={id}
            size="xs"
            data={METHOD_CHOICES}
            value={methodOf(settings)}
            disabled={!mayEdit}
            onChange={(event) => void controller.edit(methodSettings(event.currentTarget.value as SearchMethod))}
          />
        )}
      />
      <Row
        label={METHOD.objective}
        caption={OBJECTIVE_TEXT[settings.objective].caption}
        control={(id) => (
          <Segments
            labelId={id}
            data={OBJECTIVE_CHOICES}
            value={settings.objective}
            disabled={!mayEdit}
            onChange={(objective) => void controller.edit({ objective: objective as ObjectiveName })}
          />
        )}
      />
      <Row
        label={METHOD.preset}
        caption={`${sizeText(settings)} ${PRESET_TEXT[preset].caption}`}
        control={(id) => (
          <Segments
            labelId={id}
            data={PRESET_CHOICES}
            value={preset}
            disabled={!mayEdit}
            onChange={(name) => void controller.choosePreset(name as Preset)}
          />
        )}
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
