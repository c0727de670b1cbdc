/** The runs that the browser keeps: list, comparison, queue of seeds. */
import type { EdgeChange } from "../../domain/genotype-difference";
import type { RunMetric } from "../../state/overlay";
import { formatBytes, formatCount } from "../../state/progress";
import type { SeedQueue } from "../../state/seed-queue";

function size(bytes: number): string {
  const { value, unit } = formatBytes(bytes);
  return `${value} ${unit}`;
}

const list = new Intl.ListFormat("en");

export const RUNS = {
  title: "Kept runs",
  none: "Every run is kept here from its first iterations on: settings, cells, losses and all. There is none yet: press Search.",
  cannot:
    "This browser keeps no data for this page, so runs last until the page is left. Export what you want to have.",
  note: "tick two or more to compare them",
  columns: {
    tick: "compare",
    run: "run",
    seed: "seed",
    data: "data",
    iterations: "iterations",
    explainer: "explainer",
    audience: "audience",
    changed: "last change",
    bytes: "size",
    actions: "what to do with it",
  },
  lossHelp: "Validation loss, mean of the last iterations, in nats.",
  iterations: (done: number, of: number) => `${formatCount(done)} of ${formatCount(of)}`,
  seed: (seed: number) => `seed ${seed}`,
  tick: (name: string) => `Compare ${name}`,
  rename: (name: string) => `Rename ${name}`,
  renameHint: "Enter keeps the name, Escape the old one.",
  nameOf: (name: string) => `Name of ${name}`,
  pin: (name: string) => `Pin ${name}`,
  unpin: (name: string) => `Unpin ${name}`,
  pinHelp: "Pinned runs stand first, and stay when the others are deleted to make room.",
  open: (name: string) => `Open ${name}`,
  resume: "Resume",
  resumeRun: (name: string) => `Resume ${name}`,
  resumeHelp: "Goes on from its last kept iteration.",
  resumeWhen: "Finish or reset the run under way first.",
  exportRun: (name: string) => `Export ${name}`,
  remove: (name: string) => `Delete ${name}`,
  removeSure: "Delete for good?",
  removeYes: "Delete",
  removeNo: "Keep",
  ticked: (count: number) => `${count} ticked`,
  untick: "Untick all",
  most: (count: number) => `Up to ${count} are compared at once.`,
  close: "Close",
  table: (title: string) => `${title}, table`,
  reading: "Reading…",
  failed: "This run could not be read; the log says why.",
  use: "Use its settings",
  used: "They are in Setup now: press Search to run them again.",
  usedOther: (data: string) => `They are in Setup now. The run used ${data}: load it, then press Search.`,
  losses: "Losses",
  lossesNote: "cross-entropy by iteration",
  storage: ({ runs, used, quota }: { runs: number; used: number | null; quota: number | null }) =>
    used === null || quota === null
      ? `Runs take ${size(runs)} of this browser’s storage.`
      : `Runs take ${size(runs)}. All that this page keeps: ${size(used)} of the ${size(quota)} that the browser allows.`,
  storageBar: "Storage in use",
  storageFree: "To make room, delete runs here or kept data sets in Setup. Exported runs can be opened again.",
  makeRoom: "Delete runs without a pin",
  makeRoomSure: (count: number, bytes: number) =>
    `${count === 1 ? "Delete 1 run" : `Delete ${count} runs`}, ${size(bytes)}, for good?`,
} as const;

export const SEEDS = {
  title: "Seeds",
  note: "one run says little: the same search from other seeds shows what is luck",
  count: "How many seeds",
  run: "Run the next seeds",
  next: (seeds: readonly number[], settings: string) =>
    `${seeds.length === 1 ? "Seed" : "Seeds"} ${seedsText(seeds)} of ${settings}, one run after another.`,
  badCount: (most: number) => `A whole number from 1 to ${most}.`,
  when: "Finish or reset the run under way first.",
  goOn: "Run the seeds that are left",
  needs: (data: string) => `They were begun with ${data}: open those files first.`,
  stop: "Stop after this run",
  stopping: "Stops after this run",
  progress: "Runs of the queue",
  state: ({ seeds, done, state }: SeedQueue): string => {
    const of = `${done} of ${seeds.length} runs done`;
    switch (state) {
      case "running":
        return `${of}. Seed ${seeds[done]} is under way.`;
      case "stopping":
        return `${of}. Seed ${seeds[done]} is under way, and is the last.`;
      case "done":
        return seeds.length === 1 ? "The run is done." : `All ${seeds.length} runs are done.`;
      case "stopped":
        return `Stopped: ${of}.`;
      case "unkept":
        return `Stopped: ${of}, the last of which is not kept. Make room or export it, then run the next seeds.`;
      case "left":
        return `${of}. The page was left before ${seeds.length - done === 1 ? `seed ${seeds[done]} was` : `seeds ${seedsText(seeds.slice(done))} were`} through.`;
      case "failed":
        return `Seed ${seeds[done]} failed: ${of}. The log says why.`;
      default:
        return state satisfies never;
    }
  },
} as const;

/** "2, 3, 4" or "2, 3, … 40". */
function seedsText(seeds: readonly number[]): string {
  if (seeds.length <= 6) return list.format(seeds.map(String));
  return `${seeds.slice(0, 3).join(", ")} … ${seeds.at(-1)}`;
}

export const COMPARE = {
  title: "Comparison",
  lossesNote: "each run has its own dashes; the value at the end is its last",
  charts: {
    explainerTrain: "Explainer, train",
    explainerValidation: "Explainer, validation",
    audienceTrain: "Audience, train",
    audienceValidation: "Audience, validation",
  },
  settings: "What differs",
  settingsNone: "Data and all settings that play a part are the same.",
  data: "Data",
  cells: "Cells",
  difference: "Edges",
  differenceNote: (letter: string) => `kept by any of them; bold where it is not as in ${letter}`,
  edge: "edge",
  notKept: "not kept",
  changes: (counts: Readonly<Record<EdgeChange, number>>, first: string, second: string) =>
    [
      `${counts.same} as in ${first}`,
      `${counts.changed} changed`,
      `${counts.first} only in ${first}`,
      `${counts.second} only in ${second}`,
    ].join(", "),
  metrics: "Numbers",
  metricsNote: "validation, mean of the last 20 iterations; ± is the standard deviation over seeds",
  metric: {
    explainerLoss: { name: "explainer loss", unit: "nats" },
    explainerAccuracy: { name: "explainer accuracy", unit: "%" },
    audienceLoss: { name: "audience loss", unit: "nats" },
    audienceAccuracy: { name: "audience accuracy", unit: "%" },
    entropyNormal: { name: "entropy, normal", unit: "nats" },
    entropyReduce: { name: "entropy, reduction", unit: "nats" },
    skips: { name: "skips", unit: "of 8" },
    milliseconds: { name: "iteration", unit: "ms" },
  } satisfies Record<RunMetric, { name: string; unit: string }>,
  meanOf: (letters: readonly string[]) => `${letters.join(", ")}: mean over ${letters.length} seeds`,
  on: (value: boolean) => (value ? "on" : "off"),
} as const;

export const AGREEMENT = {
  title: "How far seeds agree",
  note: "opacity: share of the seeds that keep the edge with this operation",
  choose: "Settings whose seeds are shown",
  empty:
    "When two finished runs agree in all but the seed, their cells are laid over each other here. Run the next seeds to see it.",
  of: (seeds: readonly number[]) => `seeds ${seedsText(seeds)}`,
  pairs: (mean: string) => `Two of them have ${mean} of 8 edges in common, operation included, on average.`,
  edge: (from: string, op: string, agree: number, kept: number, count: number) =>
    `${from}: ${op} in ${agree} of ${count} seeds, kept in ${kept}`,
  graph: (cell: string, count: number) => `${cell} cell over ${count} seeds`,
} as const;
