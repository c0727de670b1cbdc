/** The buttons, the line beside them and what a screen reader hears. */
import type { DataReading, PlanSize, Progress } from "../../domain/run";
import { formatBytes, formatCount } from "../../state/progress";
import type { PageStatus, PrimaryAction } from "../../state/status";

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
  resetHint: "Put this run aside: the next one starts from the seed ( R )",
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

/**
 * The line beside the buttons before there are numbers, and while a search is made ready.
 * @param plan what the run that starts will take
 * @param tooLarge what the adapter is known to hold is too small for the run
 * @param reading the pictures that are on their way
 */
export function statusLine(
  status: PageStatus,
  hasData: boolean,
  plan: PlanSize | null = null,
  tooLarge = false,
  reading: DataReading | null = null,
): { strong: string; rest: string } {
  if (reading) return { strong: `${reading.what}…`, rest: "" };
  switch (status.kind) {
    case "loading":
      return { strong: `${status.what}…`, rest: "" };
    case "starting":
      return { strong: startingText(status), rest: plan ? planText(plan) : "The numbers follow soon." };
    case "failed":
      return { strong: "The search stopped.", rest: status.message };
    case "lost":
      return { strong: "The engine is gone.", rest: `${status.message} Reload the page to start again.` };
    case "idle":
      if (hasData && tooLarge)
        return { strong: "Probably too large for this adapter.", rest: "Cost, in Setup, says what to lower." };
      return hasData
        ? { strong: "Everything is ready.", rest: "The first cells appear within seconds. Pause whenever you like." }
        : { strong: "No pictures yet.", rest: "Choose a built-in set or open a file." };
    case "paused":
      return { strong: "Paused before the first iteration.", rest: plan ? planText(plan) : "" };
    default:
      if (status.kind === "running" && status.preparing)
        return { strong: startingText(status.preparing), rest: "The search goes on by itself." };
      return { strong: "Working…", rest: plan ? planText(plan) : "" };
  }
}

/** "Compiling kernels, 3 of 90…" */
export function startingText({ what, progress }: { readonly what: string; readonly progress?: Progress }): string {
  return progress ? `${what}, ${progress.done} of ${progress.total}…` : `${what}…`;
}

/** What a screen reader hears; it changes with the status and with each tenth of the run. */
export function announcement(status: PageStatus, tenths: number, reading: DataReading | null = null): string {
  if (reading) return `${reading.what}.`;
  switch (status.kind) {
    case "loading":
    case "starting":
      return `${status.what}.`;
    case "idle":
      return "Ready to search.";
    case "kept":
      return status.hasData ? "A kept run is shown. Resume goes on." : "A kept run is shown. Its pictures are missing.";
    case "running":
      if (status.preparing) return `${status.preparing.what}.`;
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
