/** Data and settings in which compared runs differ. */
import type { KeptRun } from "../../domain/kept-run";
import { differingData, differingSettings } from "../../domain/seed-group";
import { SETTINGS } from "../../domain/settings";
import { choiceText } from "../texts";
import { COMPARE } from "../texts/runs";
import { letterOf } from "./dashes";
import { nameText } from "./run-text";
import { WideTable } from "./WideTable";

export function DifferingSettings({ runs }: { readonly runs: readonly KeptRun[] }) {
  const names = differingSettings(runs.map(({ settings }) => settings));
  const data = differingData(runs.map((run) => run.data));
  const none = names.length === 0 && !data;
  return (
    <section className="part" aria-label={COMPARE.settings}>
      <div className="head">
        <h3>{COMPARE.settings}</h3>
        {none ? <span className="note">{COMPARE.settingsNone}</span> : null}
      </div>
      {none ? null : (
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
              {data ? (
                <tr>
                  <th scope="row">{COMPARE.data}</th>
                  {runs.map(({ id }, place) => (
                    <td key={id}>{data[place]}</td>
                  ))}
                </tr>
              ) : null}
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
      )}
    </section>
  );
}

function valueText(value: string | number | boolean): string {
  if (typeof value === "boolean") return COMPARE.on(value);
  return typeof value === "number" ? String(value) : choiceText(value);
}
