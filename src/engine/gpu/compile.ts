/** Makes a step ready to run on the backend in use: recorded, tuned and compiled on WebGPU, as it is elsewhere. */
import { autotune } from "./autotune";
import type { ScratchArena } from "./plan";
import type { Recording } from "./recording";
import {
  eagerStep,
  type Held,
  type PlannedStep,
  type Recorded,
  recordingBackend,
  recordStep,
  type Step,
  type StepFunction,
  type Tensors,
} from "./step";

/** What making a plan is doing, for those who wait. */
export type Preparation =
  /** Bytes on the device that the plan and its tensors will take. */
  | { readonly kind: "planned"; readonly bytes: number; readonly dispatches: number }
  | { readonly kind: "tuning"; readonly done: number; readonly total: number }
  | { readonly kind: "compiling"; readonly done: number; readonly total: number };

export interface CompileOptions {
  /** Milliseconds to spend on choosing variants; none are timed by default. */
  readonly tuning?: number;
  readonly report?: (doing: Preparation) => void;
}

/** Recorded on WebGPU, plain elsewhere. @throws OutOfMemoryError */
export async function compileStep<S extends Tensors, I extends Tensors, R extends string>(
  step: StepFunction<S, I, R>,
  state: Held<S>,
  inputs: Held<I>,
  arena: ScratchArena,
  { tuning = 0, report = () => undefined }: CompileOptions = {},
): Promise<Step<R> & Partial<PlannedStep<R>>> {
  if (!recordingBackend()) return eagerStep(step, state, inputs);
  let recorded = recordStep(step, state, inputs);
  const planned = ({ recording }: Recorded<R>) =>
    report({ kind: "planned", bytes: bytesOf(recording, [state, inputs]), dispatches: recording.dispatches });
  planned(recorded);
  if (tuning > 0) {
    const added = await autotune(recorded.recording.calls, {
      budget: tuning,
      report: (done, total) => report({ kind: "tuning", done, total }),
    });
    if (Object.keys(added).length > 0) {
      recorded = recordStep(step, state, inputs);
      planned(recorded);
    }
  }
  return recorded.build(arena, (done, total) => report({ kind: "compiling", done, total }));
}

function bytesOf({ bytes }: Recording, held: readonly Held<Tensors>[]): number {
  const tensors = held.flatMap(({ tensors: t }) => Object.values(t)).reduce((sum, { size }) => sum + 4 * size, 0);
  return bytes.scratch + bytes.constants + bytes.uniforms + bytes.results + tensors;
}
