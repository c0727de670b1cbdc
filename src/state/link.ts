/** A search as a link: preset, built-in data set and what differs from the preset, in the fragment, which no server is sent. */
import { BUILT_IN, type BuiltIn, type DataSummary } from "../domain/dataset";
import { PRESETS, type Preset, presetSettings } from "../domain/presets";
import {
  checkSettings,
  isSettingName,
  SETTING_NAMES,
  SETTINGS,
  type Setting,
  type SettingName,
  type Settings,
  SettingsError,
  settingError,
} from "../domain/settings";

export interface SharedSearch {
  readonly preset: Preset;
  readonly settings: Settings;
  /** Null where the link names no built-in set. */
  readonly data: BuiltIn | null;
  /** What of the link could not be used, and what stands instead; one sentence each. */
  readonly corrections: readonly string[];
}

/** Longest link that is read, in characters; all settings together take less than half. */
const LENGTH_LIMIT = 4000;
const CORRECTIONS_LIMIT = 12;
/** What says which search it is: always written, so that other defaults of a later version do not change it. */
const ALWAYS: readonly SettingName[] = ["strategy", "objective", "seed"];

/** The built-in set that is loaded; null for others, which a link does not hold. */
export function builtInOf(data: Pick<DataSummary, "source" | "name"> | null): BuiltIn | null {
  if (data?.source !== "built in") return null;
  return data.name.toLowerCase().startsWith("shapes") ? "shapes" : "emoji-8";
}

/** The fragment without its "#". */
export function linkFragment(settings: Settings, preset: Preset, data: BuiltIn | null): string {
  const base = presetSettings(preset, { strategy: settings.strategy, objective: settings.objective });
  const names = SETTING_NAMES.filter((name) => ALWAYS.includes(name) || settings[name] !== base[name]);
  return new URLSearchParams([
    ["preset", preset],
    ...(data ? [["data", data]] : []),
    ...names.map((name) => [name, String(settings[name])]),
  ] as [string, string][]).toString();
}

/** A text of the link as it is quoted. */
function quoted(text: string): string {
  return `"${text.length > 24 ? `${text.slice(0, 24)}…` : text}"`;
}

/** A value near the wanted one, or null when only the preset's will do. */
function nearest(setting: Setting, text: string): number | null {
  if (setting.type !== "integer" && setting.type !== "number") return null;
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isNaN(value)) return null;
  const within = Math.min(setting.max, Math.max(setting.min, value));
  return setting.type === "integer" ? Math.round(within) : within;
}

function whatIsWrong(setting: Setting, text: string): string {
  if (setting.type === "choice") return `${quoted(text)} is not one of ${setting.choices.join(", ")}`;
  if (setting.type === "switch") return `${quoted(text)} is neither true nor false`;
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isNaN(value)) return `${quoted(text)} is not a number`;
  if (value > setting.max) return `${quoted(text).slice(1, -1)} is too large`;
  if (value < setting.min) return `${quoted(text).slice(1, -1)} is too small`;
  return Number.isInteger(value) ? `${value} is odd` : `${quoted(text).slice(1, -1)} is not a whole number`;
}

/** One setting from the text of a link: its value, and the sentence of what was corrected. */
function readSetting(name: SettingName, text: string, preset: Settings): { value: unknown; correction: string | null } {
  const setting: Setting = SETTINGS[name];
  const isText = setting.type === "choice";
  const isSwitch = setting.type === "switch" && (text === "true" || text === "false");
  const value = isText ? text : isSwitch ? text === "true" : text.trim() === "" ? Number.NaN : Number(text);
  if (settingError(name, value) === null) return { value, correction: null };
  const near = nearest(setting, text);
  const used = [near, near === null ? null : near + 1, preset[name]].find(
    (candidate) => candidate !== null && settingError(name, candidate) === null,
  );
  return { value: used, correction: `${setting.label}: ${whatIsWrong(setting, text)}, ${used} used.` };
}

/** Settings that fit each other: those of the preset for what does not. */
function fitting(settings: Settings, preset: Settings, corrections: string[]): Settings {
  try {
    checkSettings(settings);
    return settings;
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    corrections.push(error.message);
  }
  const { initChannels, partialChannels } = settings;
  const multiple = 2 * partialChannels;
  const repairs: readonly [values: Partial<Settings>, text: string][] = [
    [{ order: "1" }, "Order 1 is used."],
    [
      { initChannels: Math.max(1, Math.floor(initChannels / multiple)) * multiple },
      `${SETTINGS.initChannels.label}: ${Math.max(1, Math.floor(initChannels / multiple)) * multiple} is used.`,
    ],
    [
      { stage2Operations: preset.stage2Operations, stage3Operations: preset.stage3Operations },
      "The preset's operations are used.",
    ],
    [{ iterations: preset.iterations, epochs: preset.epochs }, "The preset's length is used."],
  ];
  for (const [values, text] of repairs) {
    const repaired = { ...settings, ...values };
    try {
      checkSettings(repaired);
      corrections.push(text);
      return repaired;
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
    }
  }
  corrections.push("The preset's settings are used instead.");
  return { ...preset, order: "1" };
}

/**
 * The search that a link asks for.
 * @param fragment of the page's address, with or without its "#"
 * @returns null when it is no such link, but a place on the page or nothing
 */
export function readLink(fragment: string): SharedSearch | null {
  const text = fragment.replace(/^#/, "");
  if (!text.includes("=")) return null;
  const corrections: string[] = [];
  if (text.length > LENGTH_LIMIT)
    corrections.push(`The link is longer than ${LENGTH_LIMIT} characters: the rest is left out.`);
  const given = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text.slice(0, LENGTH_LIMIT))) {
    if (given.has(name)) corrections.push(`${quoted(name)} stands twice in the link: the first one is used.`);
    else given.set(name, value);
  }
  const preset = pick(PRESETS, given, "preset", corrections) ?? "tiny";
  const data = pick(BUILT_IN, given, "data", corrections);
  const values: Record<string, unknown> = {};
  // Strategy and objective first: what the preset says of the others depends on them.
  const names = [...given.keys()].sort(
    (a, b) => Number(ALWAYS.includes(b as SettingName)) - Number(ALWAYS.includes(a as SettingName)),
  );
  for (const name of names) {
    if (!isSettingName(name)) {
      corrections.push(`There is no setting ${quoted(name)}: it is left out.`);
      continue;
    }
    const { value, correction } = readSetting(name, given.get(name) ?? "", presetSettings(preset, values));
    values[name] = value;
    if (correction) corrections.push(correction);
  }
  const base = presetSettings(preset, values);
  const settings = fitting({ ...base, ...values } as Settings, base, corrections);
  const more = corrections.length - CORRECTIONS_LIMIT;
  return {
    preset,
    settings,
    data,
    corrections: more > 1 ? [...corrections.slice(0, CORRECTIONS_LIMIT), `And ${more} more.`] : corrections,
  };
}

/** Takes a name out of what is given; null, with a correction, when it is not one of those that there are. */
function pick<const N extends string>(
  names: readonly N[],
  given: Map<string, string>,
  key: "preset" | "data",
  corrections: string[],
): N | null {
  const text = given.get(key);
  given.delete(key);
  if (text === undefined) return null;
  const known = names.find((name) => name === text) ?? null;
  if (!known) {
    corrections.push(
      key === "preset"
        ? `There is no preset ${quoted(text)}: ${PRESETS[0]} is used.`
        : `There is no built-in data set ${quoted(text)}: the pictures stay as they are.`,
    );
  }
  return known;
}
