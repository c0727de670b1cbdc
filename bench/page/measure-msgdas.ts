/**
 * A weight step of MSG-DAS (two sub-graphs, guidance off) beside DARTS's on the same network and batch: time and memory. Each
 * step of MSG-DAS draws anew. The floor is the time of as many dispatches that return at once.
 */
import { presetSettings } from "../../src/domain/presets";
import type { StrategyName } from "../../src/domain/settings";
import type { RecordingBackend } from "../../src/engine/gpu/backend-webgpu";
import { ScratchArena } from "../../src/engine/gpu/plan";
import { type Tensor, tf } from "../../src/engine/gpu/tensorflow";
import { lossGradients, rebound } from "../../src/engine/objectives/derivatives";
import { explainerLosses } from "../../src/engine/objectives/parts";
import { sgdStep } from "../../src/engine/optim/sgd";
import { darts } from "../../src/engine/strategies/darts";
import { msgDas } from "../../src/engine/strategies/msg-das";
import type { MsgDasNetwork, MsgDasResult } from "./result";
import { named, replayed, type TrainingStep } from "./step";

const CLASSES = 10;
const SIDE = 32;
/** The paper's network, and one so small that much of its time goes into starting dispatches. */
const SHAPES: Readonly<
  Record<MsgDasNetwork, { readonly batch: number; readonly channels: number; readonly layers: number }>
> = {
  paper: { batch: 8, channels: 16, layers: 8 },
  small: { batch: 4, channels: 16, layers: 3 },
};
/** What follows a schedule, as at the end of a run. */
const SCHEDULES = { tau: 1, lambda: 0.01, dropBlock: 0.1 } as const;

function weightStep(name: Extract<StrategyName, "darts" | "msg-das">, network: MsgDasNetwork): TrainingStep {
  const { batch, channels, layers } = SHAPES[network];
  const strategy = { darts, "msg-das": msgDas }[name];
  const settings = { ...presetSettings("small", { strategy: name }), guidance: false };
  const net = strategy.network({ channels, layers, classes: CLASSES, smooth: false }, settings);
  const weights = tf.tensor1d(net.parameters.initial(4, 11));
  const sgd = { learningRate: 0.025, momentum: 0.9, weightDecay: 3e-4, clip: 5 };
  return {
    state: { weights, momentum: tf.zerosLike(weights), iteration: tf.scalar(0, "int32") },
    inputs: {
      x: tf.randomNormal([batch, SIDE, SIDE, 3], 0, 1, "float32", 5),
      targets: tf.oneHot(tf.range(0, batch, 1, "int32"), CLASSES).toFloat(),
      alphas: tf.zeros([strategy.initial(1).length]),
      one: tf.scalar(1, "int32"),
      ...Object.fromEntries(Object.entries(SCHEDULES).map(([key, value]) => [key, tf.scalar(value)])),
    },
    run: (state, inputs) => {
      const [iteration, alphas, w] = [named(state, "iteration"), named(inputs, "alphas"), named(state, "weights")];
      const explainer = net.explainer({ iteration, architecture: alphas, draw: 0, schedules: inputs, settings });
      const batchOf = { x: named(inputs, "x"), targets: named(inputs, "targets"), weights: null };
      const { loss, gradients } = lossGradients(
        rebound(explainerLosses(explainer, batchOf, w, alphas), (at) => [at as Tensor, alphas]),
        [w],
      );
      const next = sgdStep(w, gradients[0] as Tensor, named(state, "momentum"), sgd);
      const following = tf.add(iteration, named(inputs, "one"));
      return { next: { weights: next.weights, momentum: next.buffer, iteration: following }, results: { loss } };
    },
  };
}

/** ms that so many dispatches take which return at once. */
async function emptyDispatches(device: GPUDevice, count: number): Promise<number> {
  const module = device.createShaderModule({ code: "@compute @workgroup_size(64) fn main() {}" });
  const pipeline = await device.createComputePipelineAsync({ layout: "auto", compute: { module, entryPoint: "main" } });
  const run = async () => {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    for (let i = 0; i < count; i++) pass.dispatchWorkgroups(1);
    pass.end();
    const start = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    return performance.now() - start;
  };
  await run();
  return run();
}

/** @param draws steps of MSG-DAS that are measured, each with a draw of its own */
export async function measureMsgDas(network: MsgDasNetwork, draws: number): Promise<MsgDasResult> {
  const arena = new ScratchArena();
  const whole = await replayed(weightStep("darts", network), arena);
  const sampled = await replayed(weightStep("msg-das", network), arena);
  const ms = { darts: 0, msgdas: 0 };
  const rounds = Math.min(5, draws);
  const time = async (steps: () => Promise<number>) => {
    const start = performance.now();
    await steps();
    return performance.now() - start;
  };
  await whole.steps(1);
  await sampled.steps(1);
  // In turns, so that whatever else the machine does meets both.
  for (let round = 0; round < rounds; round++) {
    ms.darts += (await time(() => whole.steps(1))) / rounds;
    ms.msgdas += (await time(() => sampled.steps(draws / rounds))) / draws;
  }
  const { device } = tf.backend() as RecordingBackend;
  const dispatches = { darts: whole.recording.dispatches, msgdas: sampled.recording.dispatches };
  const bytes = { darts: whole.recording.bytes.scratch, msgdas: sampled.recording.bytes.scratch };
  const floorMs = await emptyDispatches(device, dispatches.msgdas);
  whole.dispose();
  sampled.dispose();
  arena.dispose();
  return { ms, ratio: ms.msgdas / ms.darts, dispatches, bytes, floorMs, draws };
}
