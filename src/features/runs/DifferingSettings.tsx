/** The settings in which compared runs differ. */
import type { KeptRun } from "../../domain/kept-run";
import { differingSettings } from "../../domain/seed-group";
import { SETTINGS } from "../../domain/settings";
import { choiceText } from "../texts";
import { COMPARE } from "../texts/runs";
import { letterOf } from "./dashes";
import { nameText } from "./run-text";
import { WideTable } from "./WideTable";

export function DifferingSettings({ runs }: { readonly runs: readonly KeptRun[] }) {
  const names = differingSettings(runs.map(({ settings }) => settings));
  return (
    <section className="part" aria-label={COMPARE.settings}>
      <div className="head">
        <h3>{COMPARE.settings}</h3>
        {names.length === 0 ? <span className="note">{COMPARE.settingsNone}</span> : null}
      </div>
      {names.length > 0 ? (
        <WideTable label={COMPARE.settings}>
          <table data-testid="differing-settings">
            <thead>
              <tr>
                <th scope="col">
                  <span className="hidden-text">{COMPARE.settings}</span>
                </th>
                {runs.map((run, place) => (
                  <th key={run.id} scope="col" title={nameText(run)}>
                    {letterOf(place)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {names.map((name) => (
                <tr key={name}>
                  <th scope="row">{SETTINGS[name].label}</th>
                  {runs.map(({ id, settings }) => (
                    <td key={id}>{valueText(settings[name])}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </WideTable>
      ) : null}
    </section>
  );
}

function valueText(value: string | number | boolean): string {
  if (typeof value === "boolean") return COMPARE.on(value);
  return typeof value === "number" ? String(value) : choiceText(value);
}
