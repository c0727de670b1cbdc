import { describe, expect, it } from "vitest";
import { presetSettings } from "../domain/presets";
import { repeatedData, repeatedSettings } from "./repeat";

const data = { name: "Shapes", source: "built in", hash: "0", classes: 10, pictures: 1500 };

describe("a repetition", () => {
  it("has the settings of the run under those that are given", () => {
    const settings = presetSettings("demo", { seed: 7 });
    expect(repeatedSettings({ settings }, { momentum: 0.5 })).toEqual({ ...settings, momentum: 0.5 });
    expect(() => repeatedSettings({ settings: { ...settings, initChannels: 3 } }, {})).toThrow(/must be even/);
  });
  it("has the built-in data of the run, and asks for others", () => {
    expect(repeatedData({ data })).toEqual({ kind: "built-in", name: "shapes" });
    expect(repeatedData({ data: { ...data, name: "Emoji-8" } })).toEqual({ kind: "built-in", name: "emoji-8" });
    expect(() => repeatedData({ data: { ...data, source: "shapes.zip" } })).toThrow(/give its files by --data/);
  });
});
