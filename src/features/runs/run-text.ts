/** How a kept run is called. Plain functions. */
import { type KeptRun, runName } from "../../domain/kept-run";
import { presetOf } from "../../domain/presets";
import { methodOf, type Settings } from "../../domain/settings";
import { METHOD_TEXT, OBJECTIVE_TEXT, PRESET_TEXT, sizeText } from "../texts";
import { RUNS } from "../texts/runs";

export function methodText(settings: Settings): string {
  return `${METHOD_TEXT[methodOf(settings)].label} × ${OBJECTIVE_TEXT[settings.objective].label}`;
}

/** The name that a person gave it, else method and seed. */
export function nameText({ name, settings }: Pick<KeptRun, "name" | "settings">): string {
  return name === runName(settings) ? `${methodText(settings)}, ${RUNS.seed(settings.seed)}` : name;
}

/** What the name does not say: "Demo", or the sizes where they are no preset's; the method of a run with a name of its own. */
export function sizeLine({ name, settings }: Pick<KeptRun, "name" | "settings">): string {
  const preset = presetOf(settings);
  const size = preset ? PRESET_TEXT[preset].label : sizeText(settings).replace(/\.$/, "");
  return name === runName(settings) ? size : `${methodText(settings)}, ${size}`;
}
