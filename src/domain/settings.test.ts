import { describe, expect, it } from "vitest";
import {
  PRESETS,
  parseSettings,
  presetOf,
  presetSettings,
  SETTING_NAMES,
  SETTINGS,
  SettingsError,
  settingError,
  settingFromText,
} from "./settings";

const tiny = presetSettings("tiny");

describe("the table of settings", () => {
  it("has defaults and presets inside its own bounds, and a help text for each", () => {
    for (const preset of PRESETS)
      for (const name of SETTING_NAMES) {
        expect(settingError(name, presetSettings(preset)[name]), `${preset} ${name}`).toBeNull();
        expect(SETTINGS[name].help).toMatch(/\.$/);
      }
  });

  it("knows a preset again, whatever method, seed and backend are", () => {
    for (const preset of PRESETS) {
      const settings = presetSettings(preset, { ...tiny, order: "2", objective: "bilevel", seed: 9, backend: "cpu" });
      expect(settings).toMatchObject({ order: "2", objective: "bilevel", seed: 9, backend: "cpu" });
      expect(presetOf(settings)).toBe(preset);
      expect(presetOf({ ...settings, momentum: 0.5 })).toBeNull();
    }
  });

  it("names every wrong value and keeps none of them", () => {
    const wrong = { layers: 2.5, seed: -1, objective: "lease", augment: "yes", initChannels: 5, colour: 1 };
    const read = () => parseSettings(wrong, tiny);
    expect(read).toThrow(SettingsError);
    for (const label of ["Cells", "Seed", "Objective", "Augment", "even", '"colour"']) expect(read).toThrow(label);
    expect(parseSettings({ seed: 3 }, tiny)).toEqual({ ...tiny, seed: 3 });
  });

  it("reads text", () => {
    expect(settingFromText("gamma", "0.5")).toEqual({ gamma: 0.5 });
    expect(settingFromText("augment", "false")).toEqual({ augment: false });
    expect(settingFromText("order", "2")).toEqual({ order: "2" });
    for (const [name, text] of [
      ["gamma", ""],
      ["gamma", "x"],
      ["augment", "1"],
      ["order", "3"],
      ["none", "1"],
    ] as const)
      expect(() => settingFromText(name, text)).toThrow(SettingsError);
  });
});
