/**
 * A step compiled for the backend in use: recorded once and replayed on WebGPU, plainly run elsewhere. Either way it is a
 * function of state and inputs, whose tensors live outside it.
 */
import { RecordingBackend } from "./backend-webgpu";
import { Plan, type ScratchArena } from "./plan";
import { layOut, type Recording } from "./recording";
import { scoped, type Tensor, tf } from "./tensorflow";

export type Tensors = Readonly<Record<string, Tensor>>;

/** Tensors that outlive a step; several steps may share them. On the CPU a step replaces what it changes. */
export interface Held<T extends Tensors> {
  tensors: T;
}

/** What a step makes: the state after it (entries left out stay as they are), and results for the host. */
export interface StepOutput<S extends Tensors, R extends string> {
  readonly next: Partial<S>;
  readonly results: Readonly<Record<R, Tensor>>;
}

export type StepFunction<S extends Tensors, I extends Tensors, R extends string> = (
  state: S,
  inputs: I,
) => StepOutput<S, R>;

export type Results<R extends string> = Readonly<Record<R, Float32Array>>;

export interface Step<R extends string> {
  /** Runs once and gives the results. */
  run(): Promise<Results<R>>;
  /** Releases what is its own: not the state, the inputs or the arena. */
  dispose(): void;
}

/** A step on WebGPU before anything is allocated. */
export interface Recorded<R extends string> {
  readonly recording: Recording;
  /** Compiles and allocates. @param report hears how many kernels are compiled @throws OutOfMemoryError */
  build(arena: ScratchArena, report?: (done: number, total: number) => void): Promise<PlannedStep<R>>;
}

export interface PlannedStep<R extends string> extends Step<R> {
  readonly plan: Plan;
}

/** The backend, when it can record. */
export function recordingBackend(): RecordingBackend | null {
  const backend = tf.backend();
  return backend instanceof RecordingBackend ? backend : null;
}

/** Records a step. Nothing is run. @throws RecordingError */
export function recordStep<S extends Tensors, I extends Tensors, R extends string>(
  step: StepFunction<S, I, R>,
  state: Held<S>,
  inputs: Held<I>,
): Recorded<R> {
  const backend = recordingBackend();
  if (!backend) throw new Error("Only WebGPU records a step.");
  const outside = [...Object.values(state.tensors), ...Object.values(inputs.tensors)];
  // Assigned, not returned: tidying looks through everything that is returned.
  let recorded: Recorded<R> | undefined;
  tf.tidy(() => {
    const { recorder, value } = backend.record(outside, () => step(state.tensors, inputs.tensors));
    const storage = (tensor: Tensor) => recorder.storage(tensor, backend.waiting(tensor), "The result");
    const next = Object.entries(value.next).map(([name, tensor]) => {
      const to = state.tensors[name];
      if (!to || to.size !== (tensor as Tensor).size) throw new Error(`The step changes the size of ${name}.`);
      return { from: storage(tensor as Tensor), to };
    });
    const results = Object.entries<Tensor>(value.results).map(([name, tensor]) => ({ name, tensor }));
    const exits = [...next, ...results.map(({ tensor }) => ({ from: storage(tensor), to: null }))];
    const recording = layOut(recorder, exits, backend.device.limits.maxBufferSize);
    const described = results.map(({ tensor: { dataId, dtype, shape } }) => ({ dataId, dtype, shape: [...shape] }));
    const names = results.map(({ name }) => name);
    recorded = {
      recording,
      build: async (arena, report) => {
        const plan = await Plan.create(backend, arena, recording, described, report);
        return {
          plan,
          run: async () => {
            const values = await plan.run();
            return Object.fromEntries(names.map((name, i) => [name, Float32Array.from(values[i] ?? [])])) as Results<R>;
          },
          dispose: () => plan.dispose(),
        };
      },
    };
  });
  if (!recorded) throw new Error("Nothing was recorded.");
  return recorded;
}

/** The same function run at once by TF.js, on any backend. */
export function eagerStep<S extends Tensors, I extends Tensors, R extends string>(
  step: StepFunction<S, I, R>,
  state: Held<S>,
  inputs: Held<I>,
): Step<R> {
  return {
    run: async () => {
      const { next, results } = scoped(() => step(state.tensors, inputs.tensors));
      const before = state.tensors;
      // What leaves the state unchanged is the same tensor in both.
      const changed = Object.entries(next as Tensors).filter(([name, tensor]) => before[name] !== tensor);
      const copied = changed.map(([name, tensor]) => {
        const shared = Object.values(before).includes(tensor) || Object.values<Tensor>(results).includes(tensor);
        return [name, shared ? tensor.clone() : tensor] as const;
      });
      state.tensors = { ...before, ...Object.fromEntries(copied) };
      for (const [name] of changed) before[name]?.dispose();
      const entries = Object.entries<Tensor>(results);
      const values = await Promise.all(
        entries.map(async ([name, t]) => [name, (await t.data()) as Float32Array] as const),
      );
      const kept = [...Object.values(state.tensors), ...Object.values(inputs.tensors)];
      for (const [, tensor] of entries) if (!kept.includes(tensor)) tensor.dispose();
      return Object.fromEntries(values) as Results<R>;
    },
    dispose: () => undefined,
  };
}

/** Overwrites an input. */
export function writeInput<I extends Tensors>(
  inputs: Held<I>,
  name: keyof I & string,
  values: Float32Array | Int32Array,
) {
  const old = inputs.tensors[name];
  if (!old || old.size !== values.length)
    throw new Error(`${name} has ${old?.size ?? 0} values, not ${values.length}.`);
  const backend = recordingBackend();
  if (backend) {
    backend.overwrite(old, values);
    return;
  }
  inputs.tensors = { ...inputs.tensors, [name]: tf.tensor(values, old.shape, old.dtype) };
  old.dispose();
}
