/** Every text that a person reads on the page, apart from the settings' own labels and the engine's messages. */

import {
  type BuiltIn,
  type DataSummary,
  type Duplicates,
  type KeptSet,
  type Overlap,
  SPLITS,
  type Split,
} from "../domain/dataset";
import type { Preset } from "../domain/presets";
import type { CellKind, Primitive } from "../domain/primitives";
import type { Engine, PlanSize, Progress, Tuned, WebGPUCheck } from "../domain/run";
import type { SearchMethod, SettingGroup, Settings } from "../domain/settings";
import { stageShapes } from "../domain/stages";
import { formatBytes, formatCount } from "../state/progress";
import type { PageStatus, PrimaryAction } from "../state/status";

export const APP = {
  name: "Searchlight",
  tagline: "neural architecture search, live in your browser",
  privacy: "Data never leaves this browser",
  theme: "Switch between light and dark",
  help: "Help",
  crashed: "The page met an error and stopped drawing.",
  crashedHint: "A search that was running is lost unless it was exported. Reloading starts afresh.",
  reload: "Reload the page",
} as const;

export const PRIMARY: Readonly<Record<PrimaryAction, string>> = {
  search: "Search",
  starting: "Starting…",
  pause: "Pause",
  pausing: "Pausing…",
  resume: "Resume",
  "search-again": "Search again",
  reload: "Reload",
};

export const TRANSPORT = {
  region: "Run",
  step: "Step",
  stepHint: "One iteration, then pause ( . )",
  reset: "Reset",
  resetHint: "Forget this run: same seed, same start ( R )",
  primaryHint: "Space",
  epoch: "epoch",
  iteration: "iteration",
  left: "left",
  speed: "speed",
  memory: { webgpu: "GPU memory", cpu: "memory" },
  learningRate: "learning rate",
  seed: "seed",
  of: "of",
  progress: "Search progress",
  none: "–",
  stage: "stage",
} as const;

/** "An iteration takes 1,234 dispatches and 47.0 MB of GPU memory." */
export function planText({ bytes, dispatches }: PlanSize): string {
  const memory = formatBytes(bytes);
  return `An iteration takes ${formatCount(dispatches)} dispatches and ${memory.value} ${memory.unit} of GPU memory.`;
}

/** The line beside the buttons before there are numbers. @param plan what the run that starts will take */
export function statusLine(
  status: PageStatus,
  hasData: boolean,
  plan: PlanSize | null = null,
): { strong: string; rest: string } {
  switch (status.kind) {
    case "loading":
      return { strong: `${status.what}…`, rest: "" };
    case "starting":
      return { strong: startingText(status), rest: plan ? planText(plan) : "The first numbers follow soon." };
    case "failed":
      return { strong: "The search stopped.", rest: status.message };
    case "lost":
      return { strong: "The engine is gone.", rest: `${status.message} Reload the page to start again.` };
    case "idle":
      return hasData
        ? { strong: "Everything is ready.", rest: "The first cells appear within seconds. Pause whenever you like." }
        : { strong: "No pictures yet.", rest: "Choose a built-in set or open a file." };
    case "paused":
      return { strong: "Paused before the first iteration.", rest: plan ? planText(plan) : "" };
    default:
      return { strong: "Working…", rest: plan ? planText(plan) : "" };
  }
}

/** "Compiling kernels, 3 of 90…" */
export function startingText({ what, progress }: { readonly what: string; readonly progress?: Progress }): string {
  return progress ? `${what}, ${progress.done} of ${progress.total}…` : `${what}…`;
}

/** What a screen reader hears; it changes with the status and with each tenth of the run. */
export function announcement(status: PageStatus, tenths: number): string {
  switch (status.kind) {
    case "loading":
    case "starting":
      return `${status.what}.`;
    case "idle":
      return "Ready to search.";
    case "running":
      return `Searching, ${tenths * 10} percent done.`;
    case "pausing":
      return "Pausing.";
    case "paused":
      return "Paused.";
    case "finished":
      return "The search is finished.";
    case "failed":
    case "lost":
      return `Stopped: ${status.message}`;
    default:
      return status satisfies never;
  }
}

export const DATA = {
  title: "Data",
  select: "Data set",
  open: "Files",
  openHint: "Open the files of a data set, or drop them anywhere on the page",
  folder: "Folder",
  folderHint: "Open a folder of pictures, or of the parts of a data set",
  builtIn: { "emoji-8": "Emoji-8, built in", shapes: "Shapes, built in" } satisfies Record<BuiltIn, string>,
  loading: "The pictures appear here when they are loaded.",
  cancel: "Cancel",
  classes: "Classes",
  labels: "Labels",
  labelKinds: { fine: "Fine labels", coarse: "Coarse labels" } satisfies Record<Settings["labels"], string>,
  preview: "Ten pictures of each class",
  previewOf: (name: string) => `Pictures of ${name}`,
  filterHint: (name: string, alone: boolean) => (alone ? "Show all classes" : `Show ${name} alone`),
  augment: "Show augmented",
  augmentAgain: "Next draw",
  augmentOff: "As they are",
  augmented: (draw: number) => `Augmented, draw ${draw}.`,
  splitNames: { train: "weights", validation: "architecture", test: "test" } satisfies Record<Split, string>,
  splitHelp:
    "Weights are trained on the first part, the architecture is judged on the second. The search never sees the third.",
  drop: "Drop it here",
  dropHint:
    "CIFAR-10 and CIFAR-100 in any form, .tar.gz, .zip, parquet, npz, IDX, or a folder of pictures; several files are one set. A run file (.json) is shown. Nothing is uploaded.",
  web: {
    title: "From the web",
    choice: "Public data set",
    own: "An address of your own",
    address: "Web address",
    load: "Load",
    help: "The address of a file in any of the forms that can be dropped; several, with spaces between them, are one set.",
    public: (size: string, host: string) =>
      `About ${size} from ${host}. Your browser asks that host; nothing is sent to it.`,
  },
  doctor: {
    title: "Check the data",
    figures: "Channels, over the pictures of the search",
    mean: "mean",
    std: "deviation",
    published: "published",
    overlap: "Overlap of splits",
    duplicates: "Duplicates",
    ignored: "Ignored",
    source: "Read as",
    hash: "Hash",
  },
  kept: {
    keep: "Keep in this browser",
    list: "Kept data sets",
    forget: "Delete",
    help: "Kept sets stay in this browser's storage until you delete them. The one in use is there again after a reload.",
    none: "This browser keeps no files for this page, so a reload needs a new drop.",
  },
} as const;

/** "CIFAR-10, kept, 3.7 MB" */
export function keptText({ name, bytes }: KeptSet): string {
  const { value, unit } = formatBytes(bytes);
  return `${name}, kept, ${value} ${unit}`;
}

/** "Reading a.bin: 12.0 MB of 170 MB." */
export function readingText(what: string, progress: Progress | undefined): string {
  if (!progress || progress.total === 0) return `${what}…`;
  const [done, total] = [formatBytes(progress.done), formatBytes(progress.total)];
  return `${what}: ${done.value} ${done.unit} of ${total.value} ${total.unit}.`;
}

export function overlapText({ checked, twice }: Overlap): string {
  return twice === 0
    ? `None: each of ${formatCount(checked)} pictures stands in one split.`
    : `${formatCount(twice)} of ${formatCount(checked)} pictures stand in two splits.`;
}

/** Pictures that are the same to the last bit, a line each. */
export function duplicateTexts({ within, across, otherLabel }: Duplicates): string[] {
  const lines = [
    ...SPLITS.map((split) => [within[split], `within ${DATA.splitNames[split]}`] as const),
    ...(["validation", "test"] as const).map(
      (split) => [across[split], `of ${DATA.splitNames[split]} also in a split before it`] as const,
    ),
    [otherLabel, "of these with another label"] as const,
  ];
  const found = lines.filter(([count]) => count > 0).map(([count, where]) => `${formatCount(count)} ${where}`);
  return found.length > 0 ? found : ["No picture equals another."];
}

/** Reasons for what was left out, a line each. */
export function ignoredLines(ignored: DataSummary["ignored"]): string[] {
  const found = ignored.filter(({ count }) => count > 0);
  return found.length > 0
    ? found.map(({ count, reason }) => `${formatCount(count)}: ${reason}`)
    : ["Nothing was left out."];
}

/** What the files hold, before settings change it. */
export function sourceTexts({ total, used, rawSize, grey, ownTest, classNames }: DataSummary): string[] {
  return [
    `${formatCount(total)} pictures of ${rawSize}×${rawSize}, ${classNames.length} classes`,
    ...(used < total ? [`${formatCount(used)} of them used`] : []),
    ...(grey ? ["grey, repeated in three channels"] : []),
    ownTest ? "test pictures of its own" : "no test pictures of its own",
  ];
}

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
  small: { label: "Small", caption: "A serious look on a good graphics card." },
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

export const CELL_TITLES: Readonly<Record<CellKind, string>> = { normal: "Normal cell", reduce: "Reduction cell" };
export const CELL_WORDS: Readonly<Record<CellKind, string>> = { normal: "normal", reduce: "reduction" };

export const SHORT_OPS: Readonly<Record<Primitive, string>> = {
  none: "none",
  max_pool_3x3: "max 3×3",
  avg_pool_3x3: "avg 3×3",
  skip_connect: "skip",
  sep_conv_3x3: "sep 3×3",
  sep_conv_5x5: "sep 5×5",
  dil_conv_3x3: "dil 3×3",
  dil_conv_5x5: "dil 5×5",
};

export const DISCOVERY = {
  title: "Discovery",
  hello: "Eight operations compete for every edge.",
  helloText:
    "Press Search: all of them are trained together, the useful ones grow strong, the others fade, and a network appears. Nothing to install, nothing to choose.",
  networks: "possible networks",
  before: "every edge still carries all eight operations, at 1/8 each",
  entropy: "entropy",
  nats: (most: string) => `of ${most} nats`,
  entropyHelp:
    "Mean entropy of softmax(α) over the 14 edges: ln 8 = 2.08 nats when all eight operations weigh the same, 0 when each edge has decided.",
  lead: "lead",
  leadHelp: "How far the best operation is ahead of the second, on average over the kept edges.",
  undecided: "undecided",
  undecidedHelp: "Kept edges whose lead is below 0.03. They are dashed and carry a question mark.",
  stable: "stable for",
  stableHelp: "How long the cell has stayed as it is.",
  width: "width: α",
  dashed: "dashed: lead < 0.03",
  faint: "faint: not kept",
  rowEntropy: "entropy, 1.5 up",
  rowEntropyShort: "entropy",
  rowLead: "lead",
  dropped: "dropped from this edge",
  shown: "The graphs show",
  shownNames: { drawn: "Drawn now", found: "Found so far" },
  subGraph: "sub-graph",
  drawnNote:
    "A line is a sub-graph of this iteration, its marks are the operations it drew; no line: it drew none. Pale bands: the cell found so far.",
  picksNote: "Row “drawn”: how often each operation was drawn, in the order of the rows above; the line is 1 of 8.",
  betasNote:
    "Row “edge β̂”: how much each edge counts among those into its node, the softmax of its betas. The line is where all count the same, a full bar twice that or more.",
  droppedNote: "Crosses in the strip: operations that an edge has dropped.",
  chart: "Entropy",
  chartNote: "in nats by iteration: normal solid, reduction dashed; lower is more decided",
  chartEmpty: "The entropy of both cells is drawn here from the first iteration on.",
  flips: (count: number) =>
    count === 1 ? "1 edge changed its mind so far" : `${count} edges changed their mind so far`,
} as const;

export function stableText(since: number, iteration: number, perEpoch: number): { value: string; unit: string } {
  const count = Math.max(0, iteration - since);
  const epochs = Math.floor(count / Math.max(1, perEpoch));
  if (epochs >= 2) return { value: `${epochs}`, unit: "epochs" };
  return { value: `${count}`, unit: count === 1 ? "iteration" : "iterations" };
}

/** Name and scale of the strip's row for draws or betas, in lines. */
export function stripRowText(kind: "picks" | "betas", top: number): readonly string[] {
  return kind === "betas" ? ["edge β̂"] : ["drawn,", `to ${100 * top} %`];
}

export const LEARNING = {
  title: "Learning",
  leaseTitle: "Learning by self-explanation",
  leaseCaption:
    "The explainer is the network being searched. It is judged by what the audience learns from its explanations.",
  bilevelTitle: "Learning on two levels",
  bilevelCaption: "The weights learn on one half of the pictures; the alphas follow the loss on the other half.",
  slowed: "the light follows a clock",
  lease: [
    { title: "Explainer learns", unit: "training loss" },
    { title: "Explainer explains", unit: "prediction moved by δ" },
    { title: "Audience learns", unit: "loss on x ⊙ δ′" },
    { title: "Explainer re-learns", unit: "validation, both terms" },
  ],
  audienceOnly: "validation, audience",
  bilevel: [
    { title: "Weights learn", unit: "training loss" },
    { title: "Alphas learn", unit: "validation loss" },
  ],
  iterations: "iter.",
  losses: "Losses",
  lossesNote: "cross-entropy by iteration",
  lossesBuckets: (size: number) => `means over ${size} iterations`,
  explainer: "Explainer",
  audience: "Audience",
  train: "train",
  validation: "validation",
  chance: "chance",
  explainerAccuracy: "Explainer accuracy",
  audienceAccuracy: "Audience accuracy",
  accuracyHelp: "Validation accuracy, mean of the last 20 batches.",
  chanceText: (classes: number) => `${Number((100 / classes).toFixed(1))} % is chance`,
  skips: "Skips among 8 edges",
  skipsHelp: "Many skips often mean that a search has collapsed.",
  collapse: "The normal cell is collapsing into skips.",
  collapseText: (count: number) =>
    `${count} of its 8 edges only pass their input on. Skips learn nothing, but pictures and gradients get through them easily, so a search may prefer them too early; such networks often do worse. P-DARTS and PC-DARTS are made against this.`,
  course: "Over the run",
  courseNote: "by iteration",
  courseEmpty:
    "The number of skips, and what the strategy changes by schedule, is drawn here from the first iteration on.",
  skipsOver: "skips, normal cell",
  skipsOverCaption: "Of 8 edges. From the dashed line up, at 4, the search may be collapsing.",
  explanations: "Explanations",
  explanationsNote: "what the audience is shown",
  image: "image x",
  delta: "|δ′|",
  product: "x ⊙ δ′",
  probability: "p(label)",
  explanationsEmpty: "Where will the network look? The explanations appear after the first iteration.",
  explanationsBilevel: "Bilevel search has no explanations. Choose a LeaSE objective to see where the network looks.",
} as const;

/** What strategies change by schedule, by its name in the records. */
export const SCHEDULE_TEXT: Readonly<Record<string, { title: string; caption: string; percent?: boolean }>> = {
  tau: {
    title: "temperature τ",
    caption: "High: gradients reach all operations alike. Low: mostly the one that was drawn.",
  },
  lambda: {
    title: "guidance λ",
    caption: "How much each sub-graph also follows the whole supernet's predictions.",
  },
  dropBlock: {
    title: "DropBlock p",
    caption: "Share of pixels that identity skips lose, in blocks, so that skips do not win too early.",
    percent: true,
  },
  skipDropout: {
    title: "skip dropout",
    caption: "Share of values that identity skips lose; it fades in each stage.",
    percent: true,
  },
};

/** Beside the line where a stage begins. */
export function stageMark(stage: number): string {
  return `stage ${stage}`;
}

export const RESULTS = {
  region: "Results",
  tabs: { genotype: "Genotype", imported: "Imported run", check: "Self-check", profile: "Profile", log: "Log" },
  text: "DARTS text",
  textNote: "reads in DARTS, PC-DARTS, P-DARTS",
  json: "JSON",
  jsonNote: "the cells alone",
  file: "Run file",
  fileNote: "to keep and to repeat a run",
  fileText:
    "Export keeps everything that repeats this run: both cells, all alphas, the settings and their changes, the seed, the fingerprint of the data, and every loss. Import, or drop such a file on the page, shows its cells and offers its settings.",
  copy: "Copy",
  copied: "Copied",
  copyFailed: "The browser did not allow copying. Select the text and copy it by hand.",
  export: "Export JSON",
  import: "Import",
  importLabel: "Import a run file",
  empty:
    "The genotype appears here as text and JSON as soon as there is one. To look at one now, import a run file or drop it on the page.",
  use: "Use these settings",
  used: "Its settings are in Setup now, for the next search; a search under way keeps its own.",
  close: "Close",
  data: "data",
  run: "run",
  method: "method",
  seed: "seed",
  on: "computed on",
  check: "Check this adapter",
  checking: "Checking…",
  checkText:
    "Graphics drivers do get gradients wrong. This compares each primitive, its value and its gradients, on this very adapter with the plain reference on the processor. On the CPU it compares the gradients of the reference itself with central differences.",
  checkNever: "Not run yet. It takes a few seconds.",
  hypergradient: "Hypergradient",
  compare: "Compare exact and finite difference",
  comparing: "Comparing…",
  compareText:
    "The next step's hypergradient, computed with exact second derivatives and by the papers' finite difference.",
  compareHint: "A cosine near 1: they agree; with ReLU they rarely do.",
  compareWhen: "Pause a search to compare.",
  cosine: "cosine",
  noCosine: "none: a norm is zero or not finite",
  exactNorm: "norm, exact",
  differenceNorm: "norm, finite difference",
  compareAt: "at iteration",
  ok: "ok",
  failed: "failed",
  ofTolerance: "of the tolerance",
  logEmpty: "What happens is written here: settings changed, files opened, errors.",
} as const;

export const PROFILE = {
  profile: "Profile",
  profiling: "Profiling…",
  when: "Pause a search to profile it.",
  text: "Where the time of an iteration goes: each kernel runs alone and is timed on the adapter. The search stays as it is.",
  cpu: "This search runs on the CPU, which has no plan of kernels to time. A profile needs WebGPU.",
  columns: {
    name: "kernel",
    dispatches: "dispatches",
    milliseconds: "ms",
    share: "share",
    bytes: "MB moved",
    gflops: "GFLOP/s",
    intensity: "op / byte",
  },
  gflopsHelp: "Multiplications and additions a second, of the kernels that count them.",
  intensityHelp: "Operations for each byte read or written: low where memory is the limit.",
  total: "all kernels",
  caption: (iteration: number, memory: string) => `After iteration ${iteration}. Memory of the plan: ${memory}.`,
  tuning: "Choice of kernels",
  tuned: ({ calls, changed }: Tuned) =>
    calls === 0
      ? "Nothing is chosen for this adapter yet."
      : `Chosen for this adapter: ${formatCount(calls)} kernel calls; ${formatCount(changed)} run faster in another way than the plain one.`,
  tuningText:
    "Before a run on WebGPU, the ways to compute each kernel are timed for a few seconds, and the fastest ones are remembered in this browser. What there is no time for stays plain. Forget them to choose anew with the next run.",
  forget: "Forget",
} as const;

export function checkSummary(ok: number, total: number, webgpu: boolean): string {
  if (ok === total) return `All ${total} checks passed.`;
  const advice = webgpu
    ? "results on this adapter cannot be trusted. Set Backend to CPU under Advanced."
    : "results computed by this browser cannot be trusted.";
  return `${total - ok} of ${total} checks failed: ${advice}`;
}

export const CHECKS = [
  { title: "WebGPU API", detail: "navigator.gpu is present" },
  { title: "Adapter", detail: "the browser offers a graphics adapter" },
  { title: "Limits", detail: "its buffers are large enough" },
  { title: "Device", detail: "it opens without an error" },
] as const;

/** Index into `CHECKS` of the check that failed. */
export function failedCheck(reason: Extract<WebGPUCheck, { ok: false }>["reason"]): number {
  return { "no-api": 0, "no-adapter": 1, limit: 2, error: 3 }[reason];
}

export const NO_WEBGPU = {
  title: "No WebGPU here: the search runs on the processor.",
  text: "The same search, slower: it uses the plain reference kernels, and the Tiny preset is chosen. Press Search. To use the graphics card, switch WebGPU on.",
  checked: "What was checked",
  passed: "passed",
  failed: "failed",
  notReached: "not reached",
  advice: "What to switch on",
  tips: {
    version: "Use Chrome or Edge 113 or later; on Linux 121 or later.",
    secure: "Open the page through https:// or http://localhost: other addresses get no WebGPU.",
    acceleration:
      "Turn on “Use graphics acceleration when available” in the browser's System settings, then restart it.",
    linux: "On Linux switch on chrome://flags/#enable-unsafe-webgpu and chrome://flags/#enable-vulkan.",
    report: "chrome://gpu tells what the browser thinks of the driver; an update of the driver often helps.",
    limit:
      "This adapter is too small for the kernels. Another graphics card of this machine may do: see chrome://flags/#force-high-performance-gpu.",
  },
} as const;

export function adviceFor(reason: Extract<WebGPUCheck, { ok: false }>["reason"]): readonly string[] {
  const { version, secure, acceleration, linux, report, limit } = NO_WEBGPU.tips;
  switch (reason) {
    case "no-api":
      return [version, secure, linux];
    case "no-adapter":
      return [acceleration, linux, report];
    case "limit":
      return [limit, report];
    case "error":
      return [report, acceleration];
    default:
      return reason satisfies never;
  }
}

/** Makers as they write themselves; WebGPU gives lower case. */
const MAKERS: Readonly<Record<string, string>> = {
  nvidia: "NVIDIA",
  amd: "AMD",
  arm: "Arm",
  swiftshader: "SwiftShader",
};

/** "ada-lovelace" as "Ada Lovelace". */
function properName(word: string): string {
  return (
    MAKERS[word] ??
    word.replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => (dash ? " " : "") + letter.toUpperCase())
  );
}

/**
 * The badge's words and tone.
 * @param asSet the settings ask for the CPU
 */
export function badgeText(engine: Engine | null, asSet: boolean): { text: string; tone: "good" | "warn" | "wait" } {
  if (!engine) return { text: "looking for an adapter", tone: "wait" };
  const { webgpu } = engine;
  if (!webgpu.ok) return { text: "CPU, no WebGPU", tone: "warn" };
  if (engine.backend === "cpu")
    return { text: webgpu.software && !asSet ? "CPU, software adapter is slower" : "CPU, as set", tone: "warn" };
  const name =
    [webgpu.vendor, webgpu.architecture].map(properName).filter(Boolean).join(", ") ||
    webgpu.description ||
    engine.adapter;
  return webgpu.software ? { text: `${name}: software adapter, slow`, tone: "warn" } : { text: name, tone: "good" };
}

export const BADGE = {
  label: "Adapter",
  backend: "Backend",
  adapter: "Adapter",
  vendor: "Vendor",
  architecture: "Architecture",
  description: "Description",
  webgpu: "WebGPU",
  reason: { "no-api": "no API", "no-adapter": "no adapter", limit: "limit too small", error: "error" },
  software: "A software adapter computes on the processor. It is slow but correct.",
  hardware: "Everything is computed on this machine.",
} as const;

export const HELP = {
  title: "What happens here",
  close: "Close the help",
  paragraphs: [
    "A network is built from small cells. In a cell, every edge could be one of eight operations. At first each edge mixes all eight.",
    "Search trains the mix on your machine. Two things learn in turn: the weights of the operations, and the alphas, which say how much each operation counts.",
    "The cell that you see is read off the alphas: for each node the two strongest edges, each with its best operation. Wide means strong, dashed means undecided.",
    "With LeaSE the network must also explain itself: it marks what matters in a picture (δ′), and a second network, the audience, learns from the marked pictures. A good explainer makes a good audience.",
    "When you are content, copy the genotype or export the run.",
  ],
  keys: "Keys",
} as const;

export const KEYS = [
  { key: "Space", text: "search or pause" },
  { key: ".", text: "step" },
  { key: "R", text: "reset" },
  { key: "E", text: "export" },
  { key: "?", text: "help" },
] as const;

export const SETUP = { region: "Setup", fold: "Setup" } as const;
