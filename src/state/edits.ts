/** What an edit of settings does: to the next run, and to the one that is paused. Plain functions. */

import { type Preset, presetSettings } from "../domain/presets";
import type { Engine } from "../domain/run";
import { SETTING_NAMES, SETTINGS, type SettingName, type Settings } from "../domain/settings";

/** Names whose values differ. */
export function differences(a: Settings, b: Settings): SettingName[] {
  return SETTING_NAMES.filter((name) => a[name] !== b[name]);
}

/** Of the wanted settings, those that the paused run can take at once: they fix no shape and differ from what it uses. */
export function liveChanges(wanted: Settings, running: Settings): Partial<Settings> {
  const names = differences(wanted, running).filter((name) => !SETTINGS[name].fixed);
  return Object.fromEntries(names.map((name) => [name, wanted[name]]));
}

/** Names that wait for Reset: they differ from the run that is under way. */
export function waiting(wanted: Settings, running: Settings): SettingName[] {
  return differences(wanted, running).filter((name) => SETTINGS[name].fixed);
}

/** Settings that Advanced marks: they differ from the preset, apart from method, seed and backend. */
export function changedFromPreset(settings: Settings, preset: Preset): SettingName[] {
  return differences(settings, presetSettings(preset, settings));
}

/** The preset that the page proposes: Demo on a hardware adapter, else Tiny. */
export function proposedPreset(engine: Engine): Preset {
  return engine.backend === "webgpu" && engine.webgpu.ok && !engine.webgpu.software ? "demo" : "tiny";
}
