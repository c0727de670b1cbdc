/** docs/presets.md names every value that a preset sets. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { PRESET_VALUES, PRESETS, presetSettings } from "./presets";
import { SETTING_NAMES, SETTINGS } from "./settings";

const FILE = new URL("../../docs/presets.md", import.meta.url);

/** Settings that some preset changes, a row each: the table as the code has it. */
function tableOfPresets(): string {
  const changed = SETTING_NAMES.filter((name) => PRESETS.some((preset) => name in PRESET_VALUES[preset]));
  const show = (value: string | number | boolean) =>
    typeof value === "boolean" ? (value ? "on" : "off") : String(value);
  const rows = [
    ["setting", "Tiny", "Demo", "Small", "Paper"],
    ["---", "---:", "---:", "---:", "---:"],
    ...changed.map((name) => [SETTINGS[name].label, ...PRESETS.map((preset) => show(presetSettings(preset)[name]))]),
  ];
  return rows.map((row) => `| ${row.join(" | ")} |`).join("\n");
}

it("lists the presets' values as they are", () => {
  const between = /<!-- presets -->\n([\s\S]*?)\n<!-- end -->/.exec(readFileSync(FILE, "utf8"))?.[1];
  expect(between, "the table between <!-- presets --> and <!-- end --> in docs/presets.md").toBe(tableOfPresets());
});
