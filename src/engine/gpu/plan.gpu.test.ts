/** Recorded steps on WebGPU: what they give, what they hold, and what they refuse. */
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { openGpu } from "../../../test/gpu-engine";
import { engineMemory } from "./backend";
import { byteBudget, OutOfMemoryError, setByteBudget } from "./memory";
import { ScratchArena } from "./plan";
import { RecordingError } from "./recorder";
import { eagerStep, type Held, recordStep, type Step, type Tensors, writeInput } from "./step";
import { type Tensor, tf } from "./tensorflow";
import { flatLayout, views } from "./views";

beforeAll(openGpu);

afterEach(() => setByteBudget(null));

type State = Tensors & { readonly weights: Tensor; readonly before: Tensor };
type Inputs = Tensors & { readonly x: Tensor; readonly rate: Tensor };

const LAYOUT = flatLayout([[3, 4], [4], [4, 2]]);

/** Two dense layers on flat weights, one gradient step; the gradient is joined from three parts. */
function trainingStep({ weights }: State, { x, rate }: Inputs) {
  const { value, grad } = tf.valueAndGrad((w: Tensor) => {
    const [first, bias, second] = views(w, LAYOUT) as [tf.Tensor2D, tf.Tensor1D, tf.Tensor2D];
    const hidden = tf.tanh(tf.add(tf.matMul(x as tf.Tensor2D, first), bias)) as tf.Tensor2D;
    return tf.mean(tf.square(tf.matMul(hidden, second))) as tf.Scalar;
  })(weights);
  return { next: { weights: tf.sub(weights, tf.mul(grad, rate)), before: weights }, results: { loss: value } };
}

function made() {
  const values = Float32Array.from({ length: LAYOUT.size }, (_, i) => Math.sin(i));
  const state: Held<State> = {
    tensors: { weights: tf.tensor1d(values), before: tf.zeros([LAYOUT.size]) },
  };
  const inputs: Held<Inputs> = { tensors: { x: tf.zeros([5, 3]), rate: tf.scalar(0) } };
  return { state, inputs, dispose: () => tf.dispose([state.tensors, inputs.tensors] as unknown as tf.TensorContainer) };
}

async function train(steps: number, compile: (state: Held<State>, inputs: Held<Inputs>) => Promise<Step<"loss">>) {
  const { state, inputs, dispose } = made();
  const step = await compile(state, inputs);
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    writeInput(
      inputs,
      "x",
      Float32Array.from({ length: 15 }, (_, k) => Math.cos(i + k)),
    );
    writeInput(inputs, "rate", Float32Array.of(0.1 / (i + 1)));
    losses.push((await step.run()).loss[0] ?? Number.NaN);
  }
  const weights = [...((await state.tensors.weights.data()) as Float32Array)];
  const before = [...((await state.tensors.before.data()) as Float32Array)];
  step.dispose();
  dispose();
  return { losses, weights, before };
}

describe("a recorded step", () => {
  it("replays to the bit what the same kernels give at once", async () => {
    const arena = new ScratchArena();
    const planned = await train(20, (state, inputs) => recordStep(trainingStep, state, inputs).build(arena));
    const eager = await train(20, async (state, inputs) => eagerStep(trainingStep, state, inputs));
    expect(planned).toEqual(eager);
    expect(planned.losses[19]).toBeLessThan(planned.losses[0] ?? 0);
    expect(planned.before).not.toEqual(planned.weights);
    arena.dispose();
  });

  it("joins the gradient in place: no dispatch copies or adds up its parts", () => {
    const { state, inputs, dispose } = made();
    const { recording } = recordStep(trainingStep, state, inputs);
    expect(recording.actions.filter(({ kind }) => kind === "copy")).toEqual([]);
    dispose();
  });

  it("holds the same tensors and bytes after 2,000 runs", async () => {
    const arena = new ScratchArena();
    const { state, inputs, dispose } = made();
    const step = await recordStep(trainingStep, state, inputs).build(arena);
    await step.run();
    const before = engineMemory();
    for (let i = 0; i < 2000; i++) {
      step.plan.submit();
      if (i % 100 === 0) await step.run();
    }
    await step.run();
    expect(engineMemory()).toEqual(before);
    step.dispose();
    arena.dispose();
    dispose();
  }, 300_000);

  it("shares its scratch with another plan and goes on when that makes it grow", async () => {
    const arena = new ScratchArena();
    const { state, inputs, dispose } = made();
    writeInput(
      inputs,
      "x",
      Float32Array.from({ length: 15 }, (_, k) => k / 15),
    );
    const small = await recordStep(trainingStep, state, inputs).build(arena);
    const { loss } = await small.run();
    const held: Held<{ big: Tensor }> = { tensors: { big: tf.ones([100_000]) } };
    const large = await recordStep(
      ({ big }: { big: Tensor }) => ({ next: {}, results: { sum: tf.sum(tf.square(tf.add(big, 1))) } }),
      held,
      { tensors: {} },
    ).build(arena);
    expect((await large.run()).sum[0]).toBe(400_000);
    expect((await small.run()).loss).toEqual(loss);
    small.dispose();
    large.dispose();
    arena.dispose();
    dispose();
    held.tensors.big.dispose();
  });
});

describe("recording", () => {
  const x = () => ({ tensors: { x: tf.tensor1d([1, 2, 3]) } });
  const refused = (step: (x: Tensor) => Tensor) => () => {
    const state = x();
    try {
      recordStep(({ x: value }: { x: Tensor }) => ({ next: {}, results: { y: step(value) } }), state, { tensors: {} });
    } finally {
      state.tensors.x.dispose();
    }
  };

  it.each<[string, RegExp, (x: Tensor) => Tensor]>([
    ["a readback", /\[3\] is read back/, (v) => tf.mul(v, v.dataSync()[0] ?? 0)],
    ["an upload", /tensor \[3\] uploaded from the CPU/, (v) => tf.mul(v, tf.tensor1d([1, 2, 4]))],
    ["a host random number", /Math\.random/, (v) => tf.mul(v, tf.randomUniform([3]))],
    [
      "an unordered sum",
      /no fixed order/,
      (v) => tf.unsortedSegmentSum(v as tf.Tensor1D, tf.cast(v as tf.Tensor1D, "int32"), 4),
    ],
    [
      "a tensor from outside",
      /not an input of the step/,
      (v) => {
        const outside = tf.add(OUTSIDE.value, 0);
        return tf.mul(v, outside);
      },
    ],
  ])("refuses %s and names it", async (_, message, step) => {
    OUTSIDE.value = tf.add(tf.tensor1d([1, 2, 3]), 0);
    await OUTSIDE.value.data();
    const before = tf.memory().numTensors;
    expect(refused(step)).toThrow(RecordingError);
    expect(refused(step)).toThrow(message);
    expect(tf.memory().numTensors).toBe(before);
    OUTSIDE.value.dispose();
    // The backend runs as before.
    expect(await tf.add(tf.scalar(1), 1).data()).toEqual(Float32Array.of(2));
  });
});

const OUTSIDE: { value: Tensor } = { value: null as unknown as Tensor };

describe("the byte budget", () => {
  it("is asked before anything is allocated, and says what to lower", async () => {
    const { state, inputs, dispose } = made();
    const recorded = recordStep(trainingStep, state, inputs);
    const { scratch, constants, uniforms } = recorded.recording.bytes;
    const before = engineMemory().bytes;
    const arena = new ScratchArena();
    setByteBudget(scratch + constants + uniforms - 1);
    expect(byteBudget()).toBe(scratch + constants + uniforms - 1);
    await expect(recorded.build(arena)).rejects.toThrow(OutOfMemoryError);
    await expect(recorded.build(arena)).rejects.toThrow(/Lower the batch size/);
    expect(engineMemory().bytes).toBe(before);
    setByteBudget(null);
    const step = await recorded.build(arena);
    expect(engineMemory().bytes - before).toBe(scratch + constants + uniforms);
    step.dispose();
    arena.dispose();
    expect(engineMemory().bytes).toBe(before);
    dispose();
  });
});
