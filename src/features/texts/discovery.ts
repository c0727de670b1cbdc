/** Cells and alpha strips. */
import type { CellKind, Primitive } from "../../domain/primitives";

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
  lead: "lead",
  undecided: "undecided",
  stable: "stable for",
  width: "width: α",
  dashed: "dashed: lead < 0.03",
  faint: "faint: not kept",
  rowEntropy: "entropy, 1.5 up",
  rowEntropyShort: "entropy",
  rowLead: "lead",
  dropped: "dropped from this edge",
  operations: "What the eight operations do",
  shown: "The graphs show",
  shownNames: { drawn: "Drawn now", found: "Found so far" },
  subGraph: "sub-graph",
  drawnNote:
    "A line is a sub-graph of this iteration, its marks are the operations it drew; no line: it drew none. Pale bands: the cell found so far.",
  picksNote: "Row “drawn”: how often each operation was drawn, in the order of the rows above; the line is 1 of 8.",
  weightsDrawNote: "Only the draw of the weights' step is shown and counted; the alphas' step draws anew.",
  betasNote:
    "Row “edge β̂”: how much each edge counts among those into its node, the softmax of its betas. The line is where all count the same, a full bar twice that or more.",
  droppedNote: "Crosses in the strip: operations that an edge has dropped.",
} as const;

/** What each operation does to a map of features. */
export const OPERATION_CAPTIONS: Readonly<Record<Primitive, string>> = {
  none: "Nothing goes on. It takes part in the mixture, but is never kept.",
  max_pool_3x3: "The largest value of each 3×3 window, channel by channel.",
  avg_pool_3x3: "The mean of each 3×3 window, channel by channel.",
  skip_connect: "The input itself. In a reduction cell, where it halves the size, with two 1×1 convolutions.",
  sep_conv_3x3: "A 3×3 filter on each channel, then a 1×1 convolution that mixes channels; both twice.",
  sep_conv_5x5: "The same with 5×5 filters: it sees farther and costs more.",
  dil_conv_3x3: "A 3×3 filter with gaps, which spans 5×5 pixels, then a 1×1 convolution; once.",
  dil_conv_5x5: "A 5×5 filter with gaps, which spans 9×9 pixels, then a 1×1 convolution; once.",
};

export const HISTORY = {
  title: "History",
  before: "flips and entropy of both cells over the run",
  empty: "The history of the search will be drawn here. A mark stands where edges change their mind.",
  slider: "Moment of the run",
  entropy: "entropy",
  caption: [
    "A mark stands where edges changed their mind; its colour",
    "is the operation that one of them changed to.",
    "Drag, or press the arrow keys, to look back.",
  ],
  live: "live",
  toLive: "back to live",
  ofFile: "History of the run in the file",
  end: "end",
  toEnd: "to the end",
  endHelp: "Shows the cells that the run ended with.",
  liveHelp: "Cells and numbers follow the search. Drag the timeline to look at an earlier moment.",
} as const;

/** "12 iterations", "2 epochs" */
function spanText(count: number, perEpoch: number): { value: string; unit: string } {
  const epochs = Math.floor(count / Math.max(1, perEpoch));
  if (epochs >= 2) return { value: `${epochs}`, unit: "epochs" };
  return { value: `${count}`, unit: count === 1 ? "iteration" : "iterations" };
}

const ENTROPY_LINES = "entropy: normal solid, reduction dashed";

/** @param last iteration of the last flip @param iteration the newest */
export function flipsText(flips: number, last: number, iteration: number, perEpoch: number): string {
  if (flips === 0) return `no flips yet; ${ENTROPY_LINES}`;
  const { value, unit } = spanText(Math.max(0, iteration - last), perEpoch);
  return `${flips.toLocaleString("en-US")} ${flips === 1 ? "flip" : "flips"}, the last ${value} ${unit} ago; ${ENTROPY_LINES}`;
}

/** Of a run from a file. @param last iteration of the last flip */
export function flipsOfFileText(flips: number, last: number): string {
  if (flips === 0) return `no flips; ${ENTROPY_LINES}`;
  return `${flips.toLocaleString("en-US")} ${flips === 1 ? "flip" : "flips"}, the last at iteration ${last.toLocaleString("en-US")}; ${ENTROPY_LINES}`;
}

/** The moment that a timeline stands at, for those who hear it. */
export function momentText(iteration: number, iterations: number, epoch: number | null, newest: boolean): string {
  const inEpoch = epoch === null ? "" : `, epoch ${epoch}`;
  return `iteration ${iteration} of ${iterations}${inEpoch}${newest ? ", the newest" : ""}`;
}

export function stableText(since: number, iteration: number, perEpoch: number): { value: string; unit: string } {
  return spanText(Math.max(0, iteration - since), perEpoch);
}

/** Name and scale of the strip's row for draws or betas, in lines. */
export function stripRowText(kind: "picks" | "betas", top: number): readonly string[] {
  return kind === "betas" ? ["edge β̂"] : ["drawn,", `to ${100 * top} %`];
}
