/** Strategies, objectives, presets and settings. */
import type { Preset } from "../../domain/presets";
import type { SearchMethod, SettingGroup, Settings } from "../../domain/settings";
import { stageShapes } from "../../domain/stages";

export const METHOD = {
  title: "Method",
  subtitle: "strategy × objective",
  strategy: "Strategy",
  objective: "Objective",
  preset: "Preset",
  advanced: "Advanced",
  locked: "Pause to change settings.",
  waiting: "Applies after Reset",
  late: (count: number) => (count === 1 ? "1 change applies after Reset." : `${count} changes apply after Reset.`),
  changed: "changed",
  reset: (value: string) => `Back to the preset's ${value}`,
} as const;

export const METHOD_TEXT: Readonly<Record<SearchMethod, { label: string; caption: string }>> = {
  "darts-1": {
    label: "DARTS 1st",
    caption: "First order: every edge mixes all eight operations, weighted by the softmax of its alphas.",
  },
  "p-darts": {
    label: "P-DARTS",
    caption:
      "Three stages: each starts anew with a deeper network and fewer operations on every edge, those that did best.",
  },
  "darts-2": {
    label: "DARTS 2nd",
    caption: "Second order: the alphas also feel how the weights would react to them. Slower, closer to the truth.",
  },
  "pc-darts": {
    label: "PC-DARTS",
    caption: "Partial channels: operations see one K-th of the channels, and betas weigh the edges of each node.",
  },
  gdas: {
    label: "GDAS",
    caption: "Each edge draws one operation by its alphas; the draws settle as the temperature falls.",
  },
  "msg-das": {
    label: "MSG-DAS",
    caption: "K sub-graphs are drawn together, without a common operation on any edge, and follow the supernet.",
  },
};

export const OBJECTIVE_TEXT: Readonly<Record<Settings["objective"], { label: string; caption: string }>> = {
  bilevel: {
    label: "Bilevel",
    caption: "Weights learn on one half of the pictures, alphas follow the loss on the other half.",
  },
  "lease-r18": {
    label: "LeaSE R18",
    caption: "A ResNet-18 audience learns from the explanations; its validation loss also moves the alphas.",
  },
  "lease-r50": {
    label: "LeaSE R50",
    caption: "As LeaSE R18, with the larger ResNet-50 as the audience. Slower; it takes more memory.",
  },
};

export const PRESET_TEXT: Readonly<Record<Preset, { label: string; caption: string }>> = {
  tiny: { label: "Tiny", caption: "Made for a processor or a software adapter." },
  demo: { label: "Demo", caption: "Minutes on a graphics card." },
  small: { label: "Small", caption: "A longer search of a wider network, within 4 GB of graphics memory." },
  paper: { label: "Paper", caption: "The settings of the paper: a long run on a large card." },
};

/** "3 cells, 4 channels, batch 8, 60 iterations." */
export function sizeText(settings: Settings): string {
  const length = settings.iterations > 0 ? `${settings.iterations} iterations` : `${settings.epochs} epochs`;
  const cells = stageShapes(settings, 1).map(({ layers }) => layers);
  return `${cells.join(" → ")} cells, ${settings.initChannels} channels, batch ${settings.batchSize}, ${length}.`;
}

export const GROUP_TITLES: Readonly<Record<SettingGroup, string>> = {
  method: "Method",
  lease: "LeaSE",
  network: "Network",
  optimisation: "Optimisation",
  data: "Pictures",
  run: "Run",
};

/** A choice as it stands on its button. */
export function choiceText(choice: string): string {
  const known: Readonly<Record<string, string>> = {
    "finite-difference": "Finite diff.",
    webgpu: "WebGPU",
    cpu: "CPU",
    "lease-r18": "LeaSE R18",
    "lease-r50": "LeaSE R50",
    darts: "DARTS",
    "pc-darts": "PC-DARTS",
    gdas: "GDAS",
    "msg-das": "MSG-DAS",
  };
  return known[choice] ?? choice.charAt(0).toUpperCase() + choice.slice(1);
}

export function changedText(count: number, total: number): string {
  if (count === 0) return `${total} settings, all as the preset`;
  return count === 1 ? "1 differs from the preset" : `${count} differ from the preset`;
}
