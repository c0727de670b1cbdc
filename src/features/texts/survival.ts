/** What a run survives: kept runs that wait, and what happened to the engine. */
import type { Mishap, ShownRun } from "../../state/app-state";
import { formatCount } from "../../state/progress";

export const SURVIVAL = {
  lose: "Lose the graphics device",
  loseTitle: "Survival",
  loseText: "Destroys the graphics device, as a driver that crashes does.",
  loseHint: "A search opens it again and goes on from its last checkpoint, to the same result.",
  loseWhen: "Needs WebGPU.",
  notKept: "This run is not kept.",
} as const;

/** "iteration 120 of 500" */
const place = (iteration: number, iterations: number) =>
  `iteration ${formatCount(iteration)} of ${formatCount(iterations)}`;

/** What a kept run waits for. @param hasData its pictures are loaded */
export function keptRunText(
  { data }: ShownRun,
  { iteration, iterations }: { readonly iteration: number; readonly iterations: number },
  hasData: boolean,
): { strong: string; rest: string } {
  const strong = `A run was left at ${place(iteration, iterations)}.`;
  if (hasData) return { strong, rest: "Resume goes on from there. Reset puts it aside: it stays kept." };
  return { strong, rest: neededText(data) };
}

/** Which files to open before a run can go on. */
export function neededText({ name, source, hash }: ShownRun["data"]): string {
  const from = source === "built in" ? name : `${name} from ${source}`;
  return `It was made of ${from} (hash ${hash.slice(0, 12)}), which is not loaded: open those files, then press Resume.`;
}

/** What happened, and where the run goes on. */
export function mishapText({ what, message, reached, from }: Mishap): string {
  const goesOn =
    from === null
      ? ""
      : from < reached
        ? ` The run goes on from iteration ${formatCount(from)}; the ${formatCount(reached - from)} after it are made again.`
        : ` The run goes on from iteration ${formatCount(from)}.`;
  switch (what) {
    case "device-lost":
      return `The graphics device was lost and opened again.${goesOn}`;
    case "worker-lost":
      return from === null
        ? `The engine broke down and was started again. The run was not kept and is gone. (${message})`
        : `The engine broke down and was started again.${goesOn} (${message})`;
    case "not-recovered":
      return `${message} The run stays kept: Resume tries again.`;
    case "moved":
      return `The run was made elsewhere before (${message}): from here on it may differ in the last bits.`;
    default:
      return what satisfies never;
  }
}
