/** Says in plain words what the preparation of a run is doing, at a limited rate. */
import type { Progress } from "../domain/run";
import type { Preparation } from "../engine/gpu/compile";

/** Milliseconds between two counts, at least. */
const COUNT_MS = 100;

const WHAT = { tuning: "Choosing kernels", compiling: "Compiling kernels" } as const;

/** @param tell hears what is done; @returns takes the engine's reports */
export function preparationTexts(
  tell: (what: string, progress?: Progress) => void,
  now: () => number = () => performance.now(),
): (doing: Preparation) => void {
  let told: Preparation["kind"] | null = null;
  let toldAt = Number.NEGATIVE_INFINITY;
  return (doing) => {
    if (doing.kind === "planned" || (doing.kind === told && now() - toldAt < COUNT_MS)) return;
    told = doing.kind;
    toldAt = now();
    const { done, total } = doing;
    tell(WHAT[doing.kind], { done, total });
  };
}
