/**
 * Finds the fastest variant of each kernel call on this adapter by timing: a short warm-up before a run. A variant whose
 * result differs from the plain one's is never chosen.
 */

import { Contenders } from "./contenders";
import { ScratchArena } from "./plan";
import type { Call } from "./recorder";
import { recordStep, type Tensors } from "./step";
import { type Tensor, tf } from "./tensorflow";
import { callKey, candidates, PLAIN, setVariants, type VariantTable, variantTable } from "./variants";

export interface TuningOptions {
  /** Milliseconds after which the rest is settled as plain. */
  readonly budget: number;
  readonly report?: (done: number, total: number) => void;
}

/** Runs of a call in one plan: a dispatch alone is too short to time. */
const REPEATS = 4;
const ROUNDS = 3;
/** Largest difference from the plain result, over its largest value. */
const TOLERANCE = 1e-4;

interface Timed {
  readonly name: string;
  readonly milliseconds: number;
  readonly values: Float32Array;
}

const values = (count: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(1.7 * i + 0.3));

function differs(a: Float32Array, b: Float32Array): boolean {
  const largest = a.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
  return !a.every((v, i) => Math.abs(v - (b[i] ?? Number.NaN)) <= TOLERANCE * largest);
}

/** Times one way of computing a call. */
async function time(call: Call, name: string, arena: ScratchArena): Promise<Timed> {
  const before = variantTable();
  setVariants({ ...before, [callKey(call.kernelName, call.attrs)]: name });
  const inputs = tf.tidy(() =>
    Object.fromEntries(
      call.inputs.map(({ shape, dtype }, i) => {
        const size = shape.reduce((a, b) => a * b, 1);
        return [`input${i}`, tf.tensor(dtype === "int32" ? new Int32Array(size) : values(size), [...shape], dtype)];
      }),
    ),
  );
  try {
    const run = (_state: Tensors, given: Tensors) => {
      const tensors = Object.values(given) as unknown as tf.NamedTensorMap;
      const attrs = { attrs: call.attrs } as unknown as tf.NamedAttrMap;
      const outputs = Array.from({ length: REPEATS }, () => tf.engine().runKernel(call.kernelName, tensors, attrs));
      // All of them: what nobody reads is not run.
      return { next: {}, results: Object.fromEntries(outputs.map((y, i) => [i, y as Tensor])) };
    };
    const step = await recordStep(run, { tensors: {} }, { tensors: inputs }).build(arena);
    const { 0: output = new Float32Array() } = await step.run();
    const rounds: number[] = [];
    for (let i = 0; i < ROUNDS; i++) rounds.push(await step.plan.measure());
    step.dispose();
    return { name, milliseconds: Math.min(...rounds) / REPEATS, values: output };
  } finally {
    setVariants(before);
    tf.dispose(inputs);
  }
}

/** The fastest of the ways that agree with the plain one, which comes first, as far as there is time. */
async function fastest(call: Call, contenders: Contenders, arena: ScratchArena, late: () => boolean): Promise<string> {
  const { kernelName, attrs } = call;
  const [plain, ...others] = contenders.among(kernelName, candidates(kernelName, attrs));
  if (!plain) throw new Error(`${kernelName} has no plain way.`);
  if (others.length === 0) return plain.name;
  const reference = await time(call, plain.name, arena);
  const timed = [reference];
  for (const { name } of others) if (!late()) timed.push(await time(call, name, arena));
  const best = timed
    .filter((way) => way === reference || !differs(reference.values, way.values))
    .reduce((a, b) => (b.milliseconds < a.milliseconds ? b : a));
  for (const { name, milliseconds } of timed) contenders.note(kernelName, name, milliseconds / best.milliseconds);
  return best.name;
}

const elements = ({ inputs }: Call) => inputs.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);

/** The calls that have a choice, each once, those first that touch most. */
function toTune(calls: readonly Call[]): Call[] {
  const known = variantTable();
  const work = new Map<string, { readonly call: Call; total: number }>();
  for (const call of calls) {
    const key = callKey(call.kernelName, call.attrs);
    if (key in known) continue;
    const entry = work.get(key) ?? { call, total: 0 };
    entry.total += elements(call);
    work.set(key, entry);
  }
  return [...work.values()]
    .sort((a, b) => b.total - a.total)
    .map(({ call }) => call)
    .filter(({ kernelName, attrs }) => candidates(kernelName, attrs).length > 1);
}

/**
 * Times the variants of the calls that the table in use does not list, and adds the fastest to it.
 * @returns what was added
 */
export async function autotune(calls: readonly Call[], { budget, report }: TuningOptions): Promise<VariantTable> {
  const open = toTune(calls);
  const arena = new ScratchArena();
  const contenders = new Contenders();
  const added: Record<string, string> = {};
  const began = performance.now();
  const late = () => performance.now() - began > budget;
  try {
    for (const [i, call] of open.entries()) {
      report?.(i, open.length);
      // What there was no time for is settled as well: another run must not choose anew.
      added[callKey(call.kernelName, call.attrs)] = late() ? PLAIN : await fastest(call, contenders, arena, late);
    }
  } finally {
    arena.dispose();
  }
  setVariants({ ...variantTable(), ...added });
  return added;
}
