/** Presets: complete settings for a size of search, from a processor to the papers. */
import { DEFAULTS, isUsed, SETTING_NAMES, type Settings, type StrategyName } from "./settings";

export const PRESETS = ["tiny", "demo", "small", "paper"] as const;
export type Preset = (typeof PRESETS)[number];

/** What each preset changes against the defaults. Measured figures: docs/presets.md. */
export const PRESET_VALUES: Readonly<Record<Preset, Partial<Settings>>> = {
  // 60 iterations of 8 pictures see none twice, so there is nothing to augment, and little time to learn.
  tiny: { learningRate: 0.1, augment: false },
  demo: {
    initChannels: 8,
    layers: 4,
    imageSize: "32",
    batchSize: 32,
    audienceWidth: 8,
    iterations: 600,
    alphaLearningRate: 3e-3,
  },
  small: {
    initChannels: 16,
    layers: 5,
    imageSize: "32",
    batchSize: 16,
    audienceWidth: 16,
    iterations: 2000,
    alphaLearningRate: 1e-3,
  },
  paper: {
    initChannels: 16,
    layers: 8,
    imageSize: "32",
    batchSize: 64,
    audienceWidth: 64,
    iterations: 0,
    epochs: 50,
    schedule: "epoch",
    alphaLearningRate: 3e-4,
    hypergradient: "finite-difference",
    classWeights: false,
    testFraction: 0,
    audiencePath: "indirect",
  },
};

/** What a strategy changes against the preset, in every preset and in some. */
type StrategyValues = Readonly<Partial<Record<Preset | "every", Partial<Settings>>>>;

export const STRATEGY_VALUES: Readonly<Record<StrategyName, StrategyValues>> = {
  darts: {},
  "pc-darts": {
    every: { alphaWarmUp: 0.3 },
    // Two channels go through the operations, the fewest that a skip of stride 2 can halve.
    tiny: { initChannels: 8 },
    small: { batchSize: 32 },
    paper: { batchSize: 256, learningRate: 0.1, learningRateMin: 0, alphaLearningRate: 6e-4 },
  },
  "p-darts": {
    every: { alphaWarmUp: 0.4, learningRateMin: 0 },
    // Deeper networks: smaller batches keep them within the memory of the other strategies.
    demo: { stage2Layers: 2, stage3Layers: 4, batchSize: 16 },
    small: { layers: 4, stage2Layers: 2, stage3Layers: 4, batchSize: 12 },
    // Three stages of 25 epochs.
    paper: { layers: 5, stage2Layers: 6, stage3Layers: 12, batchSize: 96, epochs: 75, alphaLearningRate: 6e-4 },
  },
  gdas: {
    every: { weightDecay: 5e-4 },
    small: { batchSize: 32 },
    paper: { batchSize: 256, epochs: 250 },
  },
  "msg-das": {
    every: { tauMin: 1, alphaWeightDecay: 1e-4 },
    small: { batchSize: 64 },
    paper: { batchSize: 128, epochs: 240 },
  },
};

/** Complete settings of a preset for a strategy. Strategy, order, objective, seed and backend stay as they are in `keep`. */
export function presetSettings(preset: Preset, keep: Partial<Settings> = {}): Settings {
  const { strategy, order, objective, seed, backend } = { ...DEFAULTS, ...keep };
  const own = STRATEGY_VALUES[strategy];
  const values = { ...DEFAULTS, ...PRESET_VALUES[preset], ...own.every, ...own[preset] };
  return { ...values, strategy, order, objective, seed, backend };
}

/**
 * Settings after an edit. With another strategy, what was the preset's becomes the preset's for the new one, and what a person changed
 * stays; an order that the search does not have becomes the first.
 */
export function edited(settings: Settings, preset: Preset, values: Partial<Settings>): Settings {
  const before = presetSettings(preset, settings);
  const after = presetSettings(preset, { ...settings, ...values });
  const kept = SETTING_NAMES.filter((name) => settings[name] !== before[name]);
  const next = { ...after, ...Object.fromEntries(kept.map((name) => [name, settings[name]])), ...values };
  return isUsed("order", next) ? next : { ...next, order: "1" };
}

/** The preset that these settings are, apart from method, seed and backend; null when they are nobody's. */
export function presetOf(settings: Settings): Preset | null {
  return (
    PRESETS.find((preset) => {
      const wanted = presetSettings(preset, settings);
      return SETTING_NAMES.every((name) => wanted[name] === settings[name]);
    }) ?? null
  );
}
