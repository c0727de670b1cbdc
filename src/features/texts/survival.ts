/** What a run survives: kept runs that wait, and what happened to the engine. */
import { HASH_VERSION } from "../../domain/dataset";
import type { Mishap, ShownRun } from "../../state/app-state";
import { formatCount } from "../../state/progress";

export const SURVIVAL = {
  lose: "Lose the graphics device",
  loseTitle: "Survival",
  loseText: "Destroys the graphics device, as a driver that crashes does.",
  loseHint: "A search opens it again and goes on from its last checkpoint, to the same result.",
  loseWhen: "Needs WebGPU.",
  notKept: "This run is not kept.",
  keeping: "Trying once more to keep it…",
  discard: "Discard this run?",
  discardText: "What you asked for ends it, and it is not kept.",
  discardYes: "Discard it",
  discardNo: "Stay here",
} as const;

/** "iteration 120 of 500" */
const place = (iteration: number, iterations: number) =>
  `iteration ${formatCount(iteration)} of ${formatCount(iterations)}`;

/** What a run waits for. @param hasData its pictures are loaded @param isKept it is there after this visit as well */
export function keptRunText(
  { data }: ShownRun,
  { iteration, iterations }: { readonly iteration: number; readonly iterations: number },
  hasData: boolean,
  isKept: boolean,
): { strong: string; rest: string } {
  const strong = `A run was left at ${place(iteration, iterations)}.`;
  const aside = isKept ? " Reset puts it aside: it stays kept." : "";
  if (hasData) return { strong, rest: `Resume goes on from there.${aside}` };
  return { strong, rest: neededText(data) };
}

/** Which files to open before a run can go on. */
export function neededText({ name, source, hash, hashVersion }: ShownRun["data"]): string {
  const isBuiltIn = source === "built in";
  const from = isBuiltIn ? name : `${name} from ${source}`;
  if (hashVersion !== HASH_VERSION) {
    return `It was made of ${from} by an earlier version of Searchlight, which told data sets apart in another way: its pictures cannot be matched. It can be read and exported; Reset puts it aside.`;
  }
  const toDo = isBuiltIn ? `choose ${name} under Data` : "open those files";
  return `It was made of ${from} (hash ${hash.slice(0, 12)}), which is not loaded: ${toDo}, then press Resume.`;
}

/** What happened, and where the run goes on. */
export function mishapText({ what, message, reached, from, finished = false }: Mishap): string {
  const goesOn =
    from === null
      ? ""
      : from < reached
        ? ` The run goes on from iteration ${formatCount(from)}; the ${formatCount(reached - from)} after it are made again.`
        : ` The run goes on from iteration ${formatCount(from)}.`;
  switch (what) {
    case "device-lost":
      return `The graphics device was lost and opened again.${finished ? " The finished run stays as it is." : goesOn}`;
    case "worker-lost":
      return from === null
        ? `The engine broke down and was started again. The run was not kept and is gone. (${message})`
        : finished
          ? `The engine broke down and was started again. The finished run is kept. (${message})`
          : `The engine broke down and was started again.${goesOn} (${message})`;
    case "not-recovered":
      return `${message} The run waits: Resume tries again.`;
    case "moved":
      return `The run was made elsewhere before (${message}): from here on it may differ in the last bits.`;
    default:
      return what satisfies never;
  }
}
