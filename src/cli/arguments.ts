/** From command-line words to a checked request. Pure: knows neither files nor the engine. */
import { parseArgs } from "node:util";
import { BUILT_IN, type BuiltIn } from "../domain/dataset";
import { PRESETS, type Preset, presetSettings } from "../domain/presets";
import { parseSettings, type Settings, SettingsError, settingFromText } from "../domain/settings";

/** The settings that have a flag of their own; all others are reached through --set. */
export const SETTING_FLAGS = ["backend", "strategy", "order", "objective", "seed", "iterations"] as const;

export type DataChoice =
  | { readonly kind: "built-in"; readonly name: BuiltIn }
  /** Files and folders that are one data set. */
  | { readonly kind: "files"; readonly paths: readonly string[] };

export type Command =
  | { readonly kind: "help" }
  | {
      readonly kind: "search";
      readonly preset: Preset;
      readonly settings: Settings;
      /** null where a repeated or resumed run says by itself what it was made of. */
      readonly data: DataChoice | null;
      /** A run file or bundle whose settings and kernel variants are taken; null for none. */
      readonly repeat: string | null;
      /** The settings that were given: those before which others stand back. */
      readonly given: Partial<Settings>;
      readonly out: string;
      /** Where checkpoints are written; null for none. */
      readonly checkpoint: string | null;
      /** The checkpoint to go on from, whose settings hold; null for a new run. */
      readonly resume: string | null;
      /** One JSON object a line instead of text. */
      readonly json: boolean;
      /** Print where the time goes when the run is done. */
      readonly profile: boolean;
      /** Forget the remembered kernel variants first. */
      readonly forgetTuning: boolean;
    };

/** Arguments that cannot be used. The message is one line. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

const OPTIONS = {
  data: { type: "string", multiple: true },
  preset: { type: "string" },
  repeat: { type: "string" },
  set: { type: "string", multiple: true },
  out: { type: "string" },
  checkpoint: { type: "string" },
  resume: { type: "string" },
  json: { type: "boolean" },
  profile: { type: "boolean" },
  "forget-tuning": { type: "boolean" },
  help: { type: "boolean", short: "h" },
  ...(Object.fromEntries(SETTING_FLAGS.map((name) => [name, { type: "string" }])) as Record<
    (typeof SETTING_FLAGS)[number],
    { type: "string" }
  >),
} as const;
type Flag = keyof typeof OPTIONS;

function isFlag(name: string): name is Flag {
  return Object.hasOwn(OPTIONS, name);
}

interface Given {
  readonly texts: ReadonlyMap<Flag, string>;
  readonly sets: readonly string[];
  readonly data: readonly string[];
}

/** Splits the words; each flag but --set at most once. */
function read(words: readonly string[]): Given {
  const { tokens } = parseArgs({
    args: [...words],
    options: OPTIONS,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const texts = new Map<Flag, string>();
  const sets: string[] = [];
  const data: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") throw new UsageError(`"${token.value}" belongs to no flag.`);
    if (token.kind === "option-terminator") continue;
    if (!isFlag(token.name)) throw new UsageError(`There is no flag ${token.rawName}.`);
    const takesValue = OPTIONS[token.name].type === "string";
    // A word that begins with a dash is a forgotten value's next flag, unless it is a number.
    const missing = token.value === undefined || (!token.inlineValue && /^-\D/.test(token.value));
    if (takesValue && missing) throw new UsageError(`${token.rawName} needs a value.`);
    if (!takesValue && token.value !== undefined) throw new UsageError(`${token.rawName} takes no value.`);
    if (token.name === "set") sets.push(token.value ?? "");
    else if (token.name === "data") data.push(token.value ?? "");
    else if (texts.has(token.name)) throw new UsageError(`${token.rawName} is given twice.`);
    else texts.set(token.name, token.value ?? "");
  }
  return { texts, sets, data };
}

function readPreset(text: string | undefined): Preset {
  if (text === undefined) return "tiny";
  const preset = PRESETS.find((name) => name === text);
  if (!preset) throw new UsageError(`There is no preset "${text}"; there are ${PRESETS.join(", ")}.`);
  return preset;
}

function readData(texts: readonly string[]): DataChoice {
  if (texts.includes("")) throw new UsageError("--data needs a value.");
  const [first = BUILT_IN[0], second] = texts;
  const name = BUILT_IN.find((builtIn) => builtIn === first);
  if (!name) return { kind: "files", paths: texts };
  if (second !== undefined) throw new UsageError(`--data ${name} is a whole set: give it alone, or files alone.`);
  return { kind: "built-in", name };
}

/** The settings that flags and --set name, each checked by itself. */
function readGiven({ texts, sets }: Given): Partial<Settings> {
  const values = new Map<string, unknown>();
  const add = (origin: string, name: string, text: string) => {
    if (values.has(name)) throw new UsageError(`${name} is given twice.`);
    try {
      for (const [key, value] of Object.entries(settingFromText(name, text))) values.set(key, value);
    } catch (error) {
      if (error instanceof SettingsError) throw new UsageError(`${origin}: ${error.message}`);
      throw error;
    }
  };
  for (const flag of SETTING_FLAGS) {
    const text = texts.get(flag);
    if (text !== undefined) add(`--${flag}`, flag, text);
  }
  for (const text of sets) {
    const at = text.indexOf("=");
    if (at <= 0) throw new UsageError(`--set needs NAME=VALUE, not "${text}".`);
    add(`--set ${text}`, text.slice(0, at).trim(), text.slice(at + 1).trim());
  }
  return Object.fromEntries(values) as Partial<Settings>;
}

/**
 * Reads the words after the program's name.
 * @throws UsageError with one line that says what is wrong
 */
export function parseArguments(words: readonly string[]): Command {
  if (words.includes("--help") || words.includes("-h")) return { kind: "help" };
  const given = read(words);
  const preset = readPreset(given.texts.get("preset"));
  const file = (flag: "out" | "checkpoint" | "resume" | "repeat") => {
    const path = given.texts.get(flag) ?? null;
    if (path === "") throw new UsageError(`--${flag} needs a value.`);
    return path;
  };
  const [repeat, checkpoint, resume] = [file("repeat"), file("checkpoint"), file("resume")];
  if (repeat !== null && given.texts.has("preset")) {
    throw new UsageError("--repeat takes the settings of a run: --preset does not go with it, --set does.");
  }
  const values = readGiven(given);
  const own = (["preset", "repeat", ...SETTING_FLAGS] as const).find((flag) => given.texts.has(flag));
  if (resume && (own || given.sets.length > 0)) {
    throw new UsageError(`--resume goes on with the settings of its run: leave --${own ?? "set"} out.`);
  }
  return {
    kind: "search",
    preset,
    // Those of a run are checked together with the run's own.
    settings: repeat === null ? parseSettings(values, presetSettings(preset, values)) : presetSettings(preset, values),
    data: (repeat !== null || resume !== null) && given.data.length === 0 ? null : readData(given.data),
    repeat,
    given: values,
    out: file("out") ?? "searchlight-run.json",
    checkpoint,
    resume,
    json: given.texts.has("json"),
    profile: given.texts.has("profile"),
    forgetTuning: given.texts.has("forget-tuning"),
  };
}
