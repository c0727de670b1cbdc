/** docs/presets.md names every value that a preset sets, for every strategy. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { PRESET_VALUES, PRESETS, presetSettings, STRATEGY_VALUES } from "./presets";
import { SETTING_NAMES, SETTINGS, type SettingName, STRATEGIES, type StrategyName } from "./settings";

const FILE = new URL("../../docs/presets.md", import.meta.url);

/** A row for each of the settings that are changed: the table as the code has it. */
function table(changed: (name: SettingName) => boolean, strategy: StrategyName): string {
  const show = (value: string | number | boolean) =>
    typeof value === "boolean" ? (value ? "on" : "off") : String(value);
  const values = (name: SettingName) => PRESETS.map((preset) => show(presetSettings(preset, { strategy })[name]));
  const rows = [
    ["setting", "Tiny", "Demo", "Small", "Paper"],
    ["---", "---:", "---:", "---:", "---:"],
    ...SETTING_NAMES.filter(changed).map((name) => [SETTINGS[name].label, ...values(name)]),
  ];
  return rows.map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/** Between <!-- name --> and <!-- end --> in docs/presets.md. */
const documented = (name: string) =>
  new RegExp(`<!-- ${name} -->\\n([\\s\\S]*?)\\n<!-- end -->`).exec(readFileSync(FILE, "utf8"))?.[1];

it("lists the presets' values as they are", () => {
  const changed = (name: SettingName) => PRESETS.some((preset) => name in PRESET_VALUES[preset]);
  expect(documented("presets")).toBe(table(changed, "darts"));
});

it.each(STRATEGIES.filter((strategy) => strategy !== "darts"))("lists what %s changes in them", (strategy) => {
  const own = Object.values(STRATEGY_VALUES[strategy]);
  expect(documented(strategy)).toBe(table((name) => own.some((values) => name in values), strategy));
});
