import { describe, expect, it } from "vitest";
import { edited, PRESETS, presetOf, presetSettings } from "./presets";
import {
  checkSettings,
  isUsed,
  methodOf,
  methodSettings,
  OBJECTIVES,
  parseSettings,
  SEARCH_METHODS,
  SETTING_NAMES,
  SETTINGS,
  type Settings,
  SettingsError,
  settingError,
  settingFromText,
} from "./settings";

const tiny = presetSettings("tiny");

describe("the table of settings", () => {
  it("has defaults inside its own bounds, and a help text for each", () => {
    for (const name of SETTING_NAMES) {
      expect(settingError(name, SETTINGS[name].default), name).toBeNull();
      expect(SETTINGS[name].help).toMatch(/\.$/);
    }
  });

  it("finds nothing wrong with a preset, whatever its method, objective and order", () => {
    for (const preset of PRESETS)
      for (const method of SEARCH_METHODS) {
        const values = presetSettings(preset, methodSettings(method));
        const wrong = SETTING_NAMES.map((name) => settingError(name, values[name]));
        expect(wrong.filter(Boolean), `${preset} ${method}`).toEqual([]);
        for (const objective of OBJECTIVES) {
          const first = { ...values, objective };
          const orders: Settings[] = isUsed("order", first) ? [first, { ...first, order: "2" }] : [first];
          for (const settings of orders)
            expect(() => checkSettings(settings), `${preset} ${method} ${objective}`).not.toThrow();
        }
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
    const wrong = { layers: 2.5, seed: -1, objective: "lease", augment: "yes", initChannels: 5, hue: 1 };
    const read = () => parseSettings(wrong, tiny);
    expect(read).toThrow(SettingsError);
    for (const label of ["Cells", "Seed", "Objective", "Augment", "even", '"hue"']) expect(read).toThrow(label);
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

describe("settings that only some searches use", () => {
  it("are those of an audience with LeaSE, and the order wherever there is more than one", () => {
    for (const objective of OBJECTIVES) {
      const lease = objective !== "bilevel";
      for (const name of ["gamma", "audienceWidth", "deltaRatio"] as const)
        expect(isUsed(name, { strategy: "darts", objective })).toBe(lease);
      expect(isUsed("order", { strategy: "darts", objective })).toBe(true);
      expect(isUsed("momentum", { strategy: "darts", objective })).toBe(true);
    }
  });
});

describe("a search method", () => {
  it("is a strategy with its order, and back", () => {
    for (const method of SEARCH_METHODS) expect(methodOf(methodSettings(method))).toBe(method);
    expect(SEARCH_METHODS.slice(0, 2)).toEqual(["darts-1", "darts-2"]);
  });

  it("brings the preset's values for it and keeps what a person changed", () => {
    const changed = { ...tiny, momentum: 0.5 };
    for (const method of SEARCH_METHODS) {
      const settings = edited(changed, "tiny", methodSettings(method));
      expect(settings).toMatchObject({ ...methodSettings(method), momentum: 0.5 });
      expect({ ...settings, momentum: 0.9 }).toEqual(presetSettings("tiny", settings));
    }
    expect(edited(tiny, "tiny", { strategy: "pc-darts" }).initChannels).toBe(8);
    expect(edited({ ...tiny, initChannels: 16 }, "tiny", { strategy: "pc-darts" }).initChannels).toBe(16);
  });

  it("falls back to the first order with an objective that has no second", () => {
    const second = edited(tiny, "tiny", { strategy: "gdas", objective: "lease-r18", order: "2" });
    expect(second.order).toBe("2");
    expect(edited(second, "tiny", { objective: "bilevel" }).order).toBe("1");
    expect(() => parseSettings({ objective: "bilevel" }, second)).toThrow("first order only");
  });
});
