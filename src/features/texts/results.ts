/** What comes out of a search. */
import type { Tuned } from "../../domain/run";
import { formatCount } from "../../state/progress";

export const RESULTS = {
  region: "Results",
  tabs: {
    genotype: "Genotype",
    runs: "Runs",
    imported: "Imported run",
    check: "Self-check",
    profile: "Profile",
    log: "Log",
  },
  loading: "Loading…",
  text: "DARTS text",
  textNote: "reads in DARTS, PC-DARTS, P-DARTS",
  json: "JSON",
  jsonNote: "the cells alone",
  compact: "NASLib",
  compactNote: "compact: (input, operation)",
  file: "Run file",
  fileNote: "to keep and to repeat a run",
  fileText:
    "Export keeps everything that repeats this run: both cells, all alphas, the settings and their changes, the seed, the fingerprint of the data, and every loss. The bundle is a zip of the same with every form of the genotype and a README. Import either, or drop it on the page: it shows its cells and offers its settings.",
  copy: "Copy",
  copied: "Copied",
  download: "Download",
  copyFailed: "The browser did not allow copying. Select the text and copy it by hand.",
  export: "Export JSON",
  bundle: "Bundle",
  bundleHint: "Everything of this run as a zip, to replay it elsewhere",
  import: "Import",
  importLabel: "Import a run file",
  empty:
    "The genotype appears here as text and JSON as soon as there is one. To look at one now, paste it here, or import a run file.",
  importedGenotype: "Imported genotype",
  paste: "Paste a genotype",
  pasteNote: "DARTS text, JSON or NASLib's compact form",
  pasteExample: "Genotype(normal=[('sep_conv_3x3', 0), …",
  pasteShow: "Show it",
  pastePublished: "Or a published one:",
  pastedName: "The pasted text",
  genotypeOf: { darts: "DARTS text", json: "JSON", compact: "NASLib's compact form" },
  readFrom: "read from",
  lastOf: (count: number) => `the last of ${count} in the text`,
  otherPictures: (name: string) =>
    `Other pictures are loaded now. Load ${name} before you search, else it is another run.`,
  use: "Use these settings",
  used: "Its settings are in Setup now, for the next search; a search under way keeps its own.",
  close: "Close",
  data: "data",
  run: "run",
  method: "method",
  seed: "seed",
  limited: "also derived with skips at most",
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
  compareHint:
    "A cosine near 1: they agree. With ReLU they rarely do: each kink that a difference steps over adds a jump, divided by the small step, so that the finite difference's norm may be hundreds of times the exact one's.",
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

export const EVALUATION = {
  title: "Evaluation network",
  note: "built from this genotype, as DARTS evaluates it",
  channels: "Channels C",
  layers: "Cells",
  classes: "Classes",
  imageSize: "Picture side",
  auxiliary: "Auxiliary head",
  parameters: "parameters",
  macs: "multiply-adds",
  caption:
    "Weights of the whole network, and multiplications with their addition for one picture, in convolutions and classifiers. The auxiliary head is there in training only.",
} as const;

export const PROFILE = {
  profile: "Profile",
  profiling: "Profiling…",
  when: "Pause a search to profile it.",
  text: "Where the time of an iteration goes: each kernel runs alone and is timed on the adapter. The search stays as it is.",
  cpu: "On the CPU there is no plan of kernels to time. A profile needs WebGPU.",
  columns: {
    name: "kernel",
    dispatches: "dispatches",
    milliseconds: "ms",
    share: "share",
    bytes: "MB moved",
    gflops: "GFLOP/s",
    intensity: "op / byte",
  },
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
