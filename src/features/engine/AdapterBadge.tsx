/** Which adapter computes; pressed, it tells the whole story. */
import { Popover } from "@mantine/core";
import { useState } from "react";
import type { Engine } from "../../domain/run";
import { useApp } from "../../state/context";
import { selectEngine, selectShownSettings } from "../../state/selectors";
import { BADGE, badgeText } from "../texts";

export function AdapterBadge() {
  const engine = useApp(selectEngine);
  const asSet = useApp(selectShownSettings).backend === "cpu";
  const [open, setOpen] = useState(false);
  const { text, tone } = badgeText(engine, asSet);
  return (
    <Popover
      opened={open}
      onChange={setOpen}
      position="bottom-end"
      width={300}
      withinPortal={false}
      trapFocus={false}
      withRoles={false}
    >
      <Popover.Target>
        <button
          type="button"
          className={`badge ${tone}`}
          data-testid="adapter"
          title={BADGE.label}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          <i />
          <span>{text}</span>
        </button>
      </Popover.Target>
      <Popover.Dropdown>{engine ? <Story engine={engine} /> : <p className="note">{text}</p>}</Popover.Dropdown>
    </Popover>
  );
}

function Story({ engine }: { readonly engine: Engine }) {
  const { webgpu } = engine;
  const rows: [string, string][] = webgpu.ok
    ? [
        [BADGE.vendor, webgpu.vendor],
        [BADGE.architecture, webgpu.architecture],
        [BADGE.description, webgpu.description],
      ]
    : [[BADGE.webgpu, `${BADGE.reason[webgpu.reason]}. ${webgpu.detail}`]];
  return (
    <div className="story">
      <dl>
        {[[BADGE.backend, engine.backend === "webgpu" ? "WebGPU" : "CPU"], [BADGE.adapter, engine.adapter], ...rows]
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
      <p className="note">{webgpu.ok && webgpu.software ? BADGE.software : BADGE.hardware}</p>
    </div>
  );
}
