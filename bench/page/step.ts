/** A training step as a function from tensors to tensors, and the two ways to run it again and again. */
import { autotune } from "../../src/engine/gpu/autotune";
import type { ScratchArena } from "../../src/engine/gpu/plan";
import type { Call } from "../../src/engine/gpu/recorder";
import type { Recording } from "../../src/engine/gpu/recording";
import { recordStep, type StepFunction, type Tensors } from "../../src/engine/gpu/step";
import { scoped, type Tensor, tf } from "../../src/engine/gpu/tensorflow";
import type { Peer } from "./timing";

export interface TrainingStep {
  /** What a step changes; as it is before the first one. */
  readonly state: Tensors;
  /** What it reads beside. */
  readonly inputs: Tensors;
  readonly run: StepFunction<Tensors, Tensors, "loss">;
}

/** The tensor of that name. */
export function named<T extends Tensor>(tensors: Tensors, name: string): T {
  const tensor = tensors[name];
  if (!tensor) throw new Error(`There is no tensor ${name}.`);
  return tensor as T;
}

/** Milliseconds in which everything that has variants is tuned. */
const TUNING_MS = 120_000;

/** Chooses the fastest variants of the calls, as a search does before it runs. */
export async function tune(calls: readonly Call[]): Promise<void> {
  await autotune(calls, { budget: TUNING_MS });
}

/** Runs every operation at once, as TF.js does. Takes the step's tensors over. */
export function eager(step: TrainingStep): Peer {
  let { state } = step;
  return {
    steps: async (count) => {
      let loss: Tensor | null = null;
      for (let i = 0; i < count; i++) {
        const { next, results } = scoped(() => step.run(state, step.inputs));
        const before = state;
        state = { ...state, ...(next as Tensors) };
        for (const name of Object.keys(next)) before[name]?.dispose();
        loss?.dispose();
        loss = results.loss;
      }
      const value = loss ? (await loss.data())[0] : undefined;
      loss?.dispose();
      return value ?? Number.NaN;
    },
    dispose: () => tf.dispose({ ...state, ...step.inputs }),
  };
}

export interface ReplayedPeer extends Peer {
  readonly recording: Recording;
  /** JavaScript time of one replay without a read-back, ms: nothing waits for the GPU. */
  submitMs(): number;
}

/** Records the step and replays it on `arena`. Takes the step's tensors over. */
export async function replayed(step: TrainingStep, arena: ScratchArena): Promise<ReplayedPeer> {
  const record = () => recordStep(step.run, { tensors: step.state }, { tensors: step.inputs });
  await tune(record().recording.calls);
  const { recording, build } = record();
  const { plan, run, dispose } = await build(arena);
  return {
    recording,
    steps: async (count) => {
      for (let i = 1; i < count; i++) plan.submit();
      return (await run()).loss[0] ?? Number.NaN;
    },
    submitMs: () => {
      const start = performance.now();
      plan.submit();
      return performance.now() - start;
    },
    dispose: () => {
      dispose();
      tf.dispose({ ...step.state, ...step.inputs });
    },
  };
}
