/** The text of --help, made from the settings table. */
import { BUILT_IN } from "../domain/dataset";
import { PRESETS } from "../domain/presets";
import { SETTING_NAMES, SETTINGS, type Setting } from "../domain/settings";

const HEAD = `Searches an architecture without a browser and writes the run to a file.

  npm run search -- [flags]

  --data NAME|PATH       ${BUILT_IN.join(", ")} (default ${BUILT_IN[0]}), or a file or folder of pictures: CIFAR-10 or
                         CIFAR-100 in any form, .tar.gz, .zip, parquet, npz, IDX, one folder a class; may be
                         given again for the other parts of a set
  --preset NAME          ${PRESETS.join(", ")} (default ${PRESETS[0]})
  --repeat FILE          take settings, built-in data and kernel variants from a run file or a bundle, and say at the
                         end whether the alphas came out the same; --set and the flags below go before them
  --strategy NAME        ${SETTINGS.strategy.choices.join(", ")}
  --order N              ${SETTINGS.order.choices.join(", ")}
  --objective NAME       ${SETTINGS.objective.choices.join(", ")}
  --backend NAME         ${SETTINGS.backend.choices.join(", ")}
  --seed N               start of all randomness
  --iterations N         length of the run
  --set NAME=VALUE       any setting below; may be given again
  --out FILE             where the run is written (default searchlight-run.json)
  --checkpoint FILE      write the state of the run every minute and at its end or at Ctrl+C, to go on from
  --resume FILE          go on from such a file, to the same result; settings are the run's own
  --json                 print one JSON object a line
  --profile              after the run, print where the time of an iteration goes (WebGPU)
  --forget-tuning        first forget the kernels chosen on this machine in earlier runs
  --help                 print this

With Tune kernels (autotune), the fastest way to compute each kernel is remembered in
$XDG_CACHE_HOME/searchlight/tuning.json, or in ~/.cache/searchlight/tuning.json.

Settings (default of the ${PRESETS[0]} preset):
`;

function values(setting: Setting): string {
  switch (setting.type) {
    case "choice":
      return setting.choices.join(", ");
    case "switch":
      return "true, false";
    case "integer":
    case "number":
      return `${setting.min} to ${setting.max}`;
    default:
      return setting satisfies never;
  }
}

/** Which searches use the setting, where not all do. */
function usesText({ only }: Setting, indent: string): string {
  if (!only) return "";
  const uses = only.map(({ strategies, objectives }) => {
    return [...(strategies ? [strategies.join(", ")] : []), ...(objectives ? [objectives.join(", ")] : [])].join(
      " with ",
    );
  });
  return `${indent}Only for ${uses.join("; or ")}.`;
}

export function helpText(): string {
  const width = Math.max(...SETTING_NAMES.map((name) => name.length));
  const lines = SETTING_NAMES.map((name) => {
    const setting: Setting = SETTINGS[name];
    const more = "\n".padEnd(width + 5);
    return `  ${name.padEnd(width)}  ${setting.help}${more}${values(setting)} (${setting.default})${usesText(setting, more)}`;
  });
  return `${HEAD}\n${lines.join("\n")}\n`;
}
