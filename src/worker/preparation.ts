/** Says in plain words what the preparation of a run is doing, at a limited rate. */
import type { Progress } from "../domain/run";
import type { Preparation } from "../engine/gpu/compile";

/** Milliseconds between two counts, at least. */
const COUNT_MS = 100;

/** @param tell hears what is done; @returns takes the engine's reports */
export function preparationTexts(
  tell: (what: string, progress?: Progress) => void,
  now: () => number = () => performance.now(),
): (doing: Preparation) => void {
  let toldAt = Number.NEGATIVE_INFINITY;
  return (doing) => {
    switch (doing.kind) {
      case "planned":
        return;
      case "tuning":
        if (now() - toldAt < COUNT_MS) return;
        toldAt = now();
        return tell("Choosing kernels", { done: doing.done + 1, total: doing.total });
      case "compiling":
        return tell("Compiling kernels");
      default:
        return doing satisfies never;
    }
  };
}
