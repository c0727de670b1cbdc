/**
 * The one table of settings. The controls, the validation, the command-line flags and the exports are made from it.
 * A setting is added here and nowhere else.
 */

import { stageProblems } from "./stages";
import { z } from "./zod";

export const STRATEGIES = ["darts", "pc-darts", "p-darts", "gdas", "msg-das"] as const;
export type StrategyName = (typeof STRATEGIES)[number];
export const OBJECTIVES = ["bilevel", "lease-r18", "lease-r50"] as const;
export type ObjectiveName = (typeof OBJECTIVES)[number];
const LEASE: readonly ObjectiveName[] = ["lease-r18", "lease-r50"];

export type SettingGroup = "method" | "lease" | "network" | "optimisation" | "data" | "run";

interface Common {
  readonly group: SettingGroup;
  readonly label: string;
  readonly help: string;
  readonly unit?: string;
  /** A setting that fixes a shape or the start of the run: only Reset applies a change. */
  readonly fixed: boolean;
  /** The searches that use it, those that fit one of the entries; all where it is left out. */
  readonly only?: readonly Use[];
}
/** Searches by strategy and objective; all where one is left out. */
export interface Use {
  readonly strategies?: readonly StrategyName[];
  readonly objectives?: readonly ObjectiveName[];
}
interface NumberSetting extends Common {
  readonly type: "number" | "integer";
  readonly min: number;
  readonly max: number;
  readonly default: number;
}
interface ChoiceSetting extends Common {
  readonly type: "choice";
  readonly choices: readonly string[];
  readonly default: string;
}
interface SwitchSetting extends Common {
  readonly type: "switch";
  readonly default: boolean;
}
export type Setting = NumberSetting | ChoiceSetting | SwitchSetting;

function integer(
  group: SettingGroup,
  label: string,
  value: number,
  min: number,
  max: number,
  fixed: boolean,
  help: string,
  unit?: string,
) {
  return { type: "integer", group, label, default: value, min, max, fixed, help, ...(unit ? { unit } : {}) } as const;
}
function number(
  group: SettingGroup,
  label: string,
  value: number,
  min: number,
  max: number,
  fixed: boolean,
  help: string,
  unit?: string,
) {
  return { type: "number", group, label, default: value, min, max, fixed, help, ...(unit ? { unit } : {}) } as const;
}
function choice<const C extends readonly string[]>(
  group: SettingGroup,
  label: string,
  choices: C,
  value: C[number],
  fixed: boolean,
  help: string,
) {
  return { type: "choice", group, label, choices, default: value, fixed, help } as const;
}
function toggle(group: SettingGroup, label: string, value: boolean, fixed: boolean, help: string) {
  return { type: "switch", group, label, default: value, fixed, help } as const;
}
/** A setting that only some searches use. */
function only<const S extends Setting>(setting: S, ...uses: readonly Use[]): S {
  return { ...setting, only: uses };
}
const withAudience: Use = { objectives: LEASE };
const inStages: Use = { strategies: ["p-darts"] };
const sampled: Use = { strategies: ["msg-das"] };

/** Defaults: the size of Tiny, the rates of DARTS. Each preset says what it changes. */
// biome-ignore format: the table reads best with one setting in one or two lines.
export const SETTINGS = {
  strategy: choice("method", "Strategy", STRATEGIES, "darts", true, "How the supernet mixes its operations."),
  order: only(choice("method", "Order", ["1", "2"], "1", true,
    "1: the alphas' own gradient. 2: also how the weights would react (DARTS, unrolled)."), { strategies: ["darts", "pc-darts"] }, withAudience),
  objective: choice("method", "Objective", OBJECTIVES, "lease-r18", true,
    "What the alphas descend: validation loss alone, or LeaSE with an audience."),
  hypergradient: choice("method", "Hypergradient", ["exact", "finite-difference"], "exact", false,
    "Exact: double backward. Finite difference: the papers' approximation, noisy with ReLU."),
  gamma: only(number("lease", "Tradeoff γ", 1, 0, 10, false, "Weight of the audience's validation loss."), withAudience),
  audienceOnly: only(toggle("lease", "Audience only", false, false, "Ablation: drop the explainer's own validation loss."), withAudience),
  audiencePath: only(choice("lease", "Audience path", ["both", "indirect", "direct"], "both", false,
    "Both: the true derivative. Indirect: the paper's letter. Direct: the cheapest."), withAudience),
  weighting: only(choice("lease", "Picture weighting", ["raw", "magnitude"], "raw", false,
    "Raw: x ⊙ δ' (paper). Magnitude: x ⊙ |δ'| / max |δ'|."), withAudience),
  deltaStd: only(number("lease", "δ noise", 0.1, 1e-4, 10, false, "Standard deviation of the noise an explanation starts from."), withAudience),
  deltaStep: only(choice("lease", "δ step", ["relative", "fixed"], "relative", false,
    "Relative: the step's size is ρ times the noise. Fixed: step rate ξ."), withAudience),
  deltaRatio: only(number("lease", "δ step ratio ρ", 3, 0.01, 100, false, "Size of the δ step over the noise, for relative steps."), withAudience),
  deltaRate: only(number("lease", "δ step rate ξ", 1, 1e-6, 1e6, false, "Rate of the δ step, for fixed steps."), withAudience),
  initChannels: integer("network", "Channels C", 4, 2, 64, true, "Width of the first cells; even."),
  partialChannels: only(integer("network", "Partial channels K", 4, 1, 16, true,
    "One K-th of the channels goes through the operations. C must be a multiple of 2K."), { strategies: ["pc-darts"] }),
  layers: integer("network", "Cells", 3, 3, 20, true, "Cells of the supernet; two of them reduce the picture."),
  stage2Layers: only(integer("network", "Stage 2: cells added", 1, 0, 20, true, "The second stage's network is deeper than the first's by so many cells."), inStages),
  stage3Layers: only(integer("network", "Stage 3: cells added", 2, 0, 20, true, "The third stage's network is deeper than the first's by so many cells."), inStages),
  stage2Width: only(integer("network", "Stage 2: channels added", 0, 0, 64, true, "Added to channels C; even."), inStages),
  stage3Width: only(integer("network", "Stage 3: channels added", 0, 0, 64, true, "Added to channels C; even."), inStages),
  stage2Operations: only(integer("network", "Stage 2: operations", 5, 2, 8, true, "Operations that each edge keeps after stage 1; the least likely go."), inStages),
  stage3Operations: only(integer("network", "Stage 3: operations", 3, 2, 8, true, "Operations that each edge keeps after stage 2; at its end one is left."), inStages),
  stage1Dropout: only(number("network", "Stage 1: skip dropout", 0.1, 0, 0.95, true, "Dropout of the identities at the start of stage 1; 0 for none."), inStages),
  stage2Dropout: only(number("network", "Stage 2: skip dropout", 0.4, 0, 0.95, true, "Dropout of the identities at the start of stage 2; 0 for none."), inStages),
  stage3Dropout: only(number("network", "Stage 3: skip dropout", 0.7, 0, 0.95, true, "Dropout of the identities at the start of stage 3; 0 for none."), inStages),
  maxSkips: only(integer("network", "Skips allowed", 2, 0, 8, false, "Most skips of the normal cell that is found; 8 for no limit."), inStages),
  imageSize: choice("network", "Picture side", ["16", "32"], "16", true, "Pictures are resized to this side; smaller ones by averaging."),
  audienceWidth: only(integer("network", "Audience width", 4, 1, 64, true, "Channels of the audience's first stage."), withAudience),
  batchSize: integer("optimisation", "Batch", 8, 2, 1024, true, "Pictures in a mini-batch.", "pictures"),
  learningRate: number("optimisation", "Learning rate", 0.025, 0, 10, false, "SGD rate of explainer and audience at the start."),
  learningRateMin: number("optimisation", "Final learning rate", 0.001, 0, 10, false, "Where the cosine ends."),
  momentum: number("optimisation", "Momentum", 0.9, 0, 0.999, false, "SGD momentum."),
  weightDecay: number("optimisation", "Weight decay", 3e-4, 0, 1, false, "L2 decay of the weights."),
  gradientClip: number("optimisation", "Gradient clip", 5, 1e-3, 1e6, false, "Largest norm of a weight gradient."),
  alphaLearningRate: number("optimisation", "Alpha learning rate", 2e-2, 0, 1, false, "Adam rate of the architecture."),
  alphaWeightDecay: number("optimisation", "Alpha weight decay", 1e-3, 0, 1, false, "L2 decay of the alphas."),
  alphaWarmUp: only(number("optimisation", "Alpha warm-up", 0, 0, 0.9, false,
    "Share of the run, or of each of its stages, in which the weights learn alone; 15 of 50 epochs are 0.3."), { strategies: ["pc-darts", "p-darts"] }),
  tauMax: only(number("optimisation", "First temperature τ", 10, 1e-3, 1000, false,
    "Temperature of the sampler at the start; it falls in a straight line."), { strategies: ["gdas", "msg-das"] }),
  tauMin: only(number("optimisation", "Last temperature τ", 0.1, 1e-3, 1000, false,
    "Temperature of the sampler at the end."), { strategies: ["gdas", "msg-das"] }),
  subGraphs: only(integer("method", "Sub-graphs K", 2, 1, 8, true,
    "Sub-graphs drawn together, no two with one operation on an edge."), sampled),
  sideBySide: only(toggle("method", "Side by side", false, true,
    "Pass through all sub-graphs at once: K times the memory."), sampled),
  guidance: only(toggle("method", "Guidance", true, false, "Each sub-graph also follows the whole supernet's predictions."), sampled),
  guidanceMax: only(number("method", "Last guidance λ", 0.01, 0, 10, false,
    "Weight of the guidance at the end; it rises from 0 in a straight line."), sampled),
  dropBlock: only(toggle("method", "DropBlock", true, false, "Identity skips lose blocks of pixels."), sampled),
  dropBlockSize: only(integer("method", "DropBlock side", 3, 1, 8, false,
    "Side of a block on maps of at least 8 pixels; smaller maps lose single pixels.", "pixels"), sampled),
  dropBlockShare: only(number("method", "DropBlock share", 0.1, 0, 0.5, false,
    "Share of the pixels dropped at the end; it rises from 0 in five steps."), sampled),
  schedule: choice("optimisation", "Schedule", ["iteration", "epoch"], "iteration", false,
    "When rates and temperatures move: each iteration, or once an epoch as in DARTS."),
  epochs: integer("optimisation", "Epochs", 50, 1, 1000, true, "Length of the run when Iterations is 0.", "epochs"),
  iterations: integer("optimisation", "Iterations", 60, 0, 10_000_000, true, "Length of the run; 0 means whole epochs.", "iterations"),
  augment: toggle("data", "Augment", true, false, "Random crop (padding an eighth of the side) and flip."),
  cutout: integer("data", "Cutout", 0, 0, 32, false,
    "With Augment: side of a square hole at a random place; 0 for none. DARTS evaluates with 16 of 32.", "pixels"),
  classWeights: toggle("data", "Weight by class", true, false, "Rare classes count more, so that each class counts the same."),
  labels: choice("data", "Labels", ["fine", "coarse"], "fine", true,
    "Coarse: the 20 superclasses of CIFAR-100. Other sets have one kind of labels."),
  colour: choice("data", "Colour", ["colour", "grey"], "colour", true, "Grey: the brightness alone, the same in all three channels."),
  perClass: integer("data", "Pictures per class", 0, 0, 1_000_000, true, "Use only so many of each class; 0 means all.", "pictures"),
  testFraction: number("data", "Test share", 0.2, 0, 0.8, true,
    "Share of the pictures kept out of the search. Test pictures that come with a set are used instead."),
  trainShare: number("data", "Weights' share", 0.5, 0.05, 0.95, true,
    "Of the pictures of the search: the share that trains the weights. The rest judges the architecture."),
  split: choice("data", "Split", ["order", "shuffle"], "order", true,
    "Order: by the place in the file, as DARTS. Shuffle: drawn class by class."),
  splitSeed: integer("data", "Split seed", 1, 0, 4294967295, true, "Start of the draw of a shuffled split, and of the emoji's."),
  seed: integer("run", "Seed", 1, 0, 4294967295, true, "Same seed, adapter, browser and backend: same run, to the last bit."),
  backend: choice("run", "Backend", ["auto", "webgpu", "cpu"], "auto", true,
    "Auto: a hardware GPU, else the faster of the CPU and the software adapter."),
  autotune: toggle("run", "Tune kernels", true, true,
    "Before a run, time the ways to compute each kernel on this adapter and keep the fastest. WebGPU only."),
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof SETTINGS;
type Value<S> = S extends { type: "choice"; choices: readonly (infer C)[] }
  ? C
  : S extends { type: "switch" }
    ? boolean
    : number;
export type Settings = { readonly [N in SettingName]: Value<(typeof SETTINGS)[N]> };

/** What changes how the pictures look and how they are split, before any search. */
export const DATA_SETTINGS = [
  "imageSize",
  "labels",
  "colour",
  "perClass",
  "testFraction",
  "trainShare",
  "split",
  "splitSeed",
] as const satisfies SettingName[];

export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];

export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(SETTINGS, name);
}

/** Whether a search with this strategy and objective uses the setting. */
export function isUsed(name: SettingName, { strategy, objective }: Pick<Settings, "strategy" | "objective">): boolean {
  const { only }: Setting = SETTINGS[name];
  return (
    only?.some(({ strategies = STRATEGIES, objectives = OBJECTIVES }) => {
      return strategies.includes(strategy) && objectives.includes(objective);
    }) ?? true
  );
}

/** A search method as the papers' tables name it: DARTS by its order, the others by their strategy. */
export type SearchMethod = "darts-1" | "darts-2" | Exclude<StrategyName, "darts">;

export const SEARCH_METHODS: readonly SearchMethod[] = STRATEGIES.flatMap((strategy) =>
  strategy === "darts" ? (["darts-1", "darts-2"] as const) : [strategy],
);

export function methodOf({ strategy, order }: Pick<Settings, "strategy" | "order">): SearchMethod {
  return strategy === "darts" ? `darts-${order}` : strategy;
}

/** Strategy and order of a method: the first order for all but DARTS's second. */
export function methodSettings(method: SearchMethod): Pick<Settings, "strategy" | "order"> {
  if (method === "darts-1" || method === "darts-2")
    return { strategy: "darts", order: method === "darts-1" ? "1" : "2" };
  return { strategy: method, order: "1" };
}

export const DEFAULTS = Object.fromEntries(
  SETTING_NAMES.map((name) => [name, SETTINGS[name].default]),
) as unknown as Settings;

function schemaOf(setting: Setting): z.ZodType {
  switch (setting.type) {
    case "choice":
      return z.enum(setting.choices as [string, ...string[]]);
    case "switch":
      return z.boolean();
    case "integer":
      return z.int().min(setting.min).max(setting.max);
    case "number":
      return z.number().min(setting.min).max(setting.max);
    default:
      return setting satisfies never;
  }
}

/** A skip of stride 2 halves a cell's channels. */
const EVEN: readonly SettingName[] = ["initChannels", "stage2Width", "stage3Width"];

/** Says what is wrong with a value by itself, or null. */
export function settingError(name: SettingName, value: unknown): string | null {
  const setting: Setting = SETTINGS[name];
  if (schemaOf(setting).safeParse(value).success) {
    return EVEN.includes(name) && Number(value) % 2 === 1 ? `${setting.label} must be even.` : null;
  }
  switch (setting.type) {
    case "choice":
      return `${setting.label} must be one of ${setting.choices.join(", ")}.`;
    case "switch":
      return `${setting.label} must be true or false.`;
    case "integer":
      return `${setting.label} must be a whole number from ${setting.min} to ${setting.max}.`;
    case "number":
      return `${setting.label} must be a number from ${setting.min} to ${setting.max}.`;
    default:
      return setting satisfies never;
  }
}

export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

/** What is wrong with complete settings, where each value by itself is right. */
function problemsBetween(settings: Settings): string[] {
  const { strategy, objective, order } = settings;
  if (order === "2" && !isUsed("order", settings)) {
    return [`Order 2 does not go with ${strategy} and ${objective}: there is a first order only.`];
  }
  const { initChannels, partialChannels } = settings;
  if (isUsed("partialChannels", settings) && initChannels % (2 * partialChannels) !== 0) {
    const multiple = 2 * partialChannels;
    return [`Channels C must be a multiple of ${multiple}, twice the partial channels K, not ${initChannels}.`];
  }
  return stageProblems(settings);
}

/** @throws SettingsError for values that do not fit each other */
export function checkSettings(settings: Settings): void {
  const problems = problemsBetween(settings);
  if (problems.length > 0) throw new SettingsError(problems.join(" "));
}

/**
 * Settings from untrusted values over `base`.
 * @throws SettingsError that names each unknown or wrong setting, or what does not fit each other.
 */
export function parseSettings(values: Readonly<Record<string, unknown>>, base: Settings): Settings {
  const problems = Object.entries(values).flatMap(([name, value]) => {
    if (!isSettingName(name)) return [`There is no setting "${name}".`];
    return settingError(name, value) ?? [];
  });
  if (problems.length > 0) throw new SettingsError(problems.join(" "));
  const settings = { ...base, ...values } as Settings;
  checkSettings(settings);
  return settings;
}

/** Reads a setting from text, as a command line or a link gives it. @throws SettingsError */
export function settingFromText(name: string, text: string): Partial<Settings> {
  if (!isSettingName(name)) throw new SettingsError(`There is no setting "${name}".`);
  const type = SETTINGS[name].type;
  const value: unknown =
    type === "choice"
      ? text
      : type === "switch"
        ? text === "true"
          ? true
          : text === "false"
            ? false
            : text
        : text.trim() === ""
          ? Number.NaN
          : Number(text);
  const error = settingError(name, value);
  if (error) throw new SettingsError(error);
  return { [name]: value };
}
