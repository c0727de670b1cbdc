/** GFLOP/s of the hot kernels beside the roofline: each call's dispatches, submitted many times over in one command buffer. */
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu/dist/webgpu";
import { recordStep } from "../../src/engine/gpu/step";
import { scoped, type Tensor, tf } from "../../src/engine/gpu/tensorflow";
import { convolution } from "../../src/engine/kernels/convolution";
import { depthwise } from "../../src/engine/kernels/depthwise";
import { median } from "../median";
import { again, type Dispatched, listen, timesFor } from "./dispatches";
import { type Direction, HOT_KERNELS, type HotKernel, type KernelRates } from "./result";
import type { Roofline } from "./roofline";
import { tune } from "./step";

const [BATCH, SIDE] = [8, 16];

interface Case {
  readonly name: HotKernel;
  readonly kernel: number;
  /** Input channels, and as many output channels. */
  readonly channels: number;
  readonly filter: readonly number[];
  /** Input channels that make one output channel. */
  readonly depth: number;
  readonly run: (x: Tensor, filter: Tensor) => Tensor;
}

function dense(name: HotKernel, kernel: number, channels: number): Case {
  const run = (x: Tensor, filter: Tensor) => convolution(x, filter, { pad: (kernel - 1) / 2 });
  return { name, kernel, channels, filter: [kernel, kernel, channels, channels], depth: channels, run };
}

function perChannel(name: HotKernel, kernel: number, channels: number): Case {
  const pad = (kernel - 1) / 2;
  const block = { kernel, dilation: 1, pad, outChannels: channels, inOffset: 0, inChannels: channels };
  const run = (x: Tensor, filter: Tensor) => depthwise(x, filter, 1, [block]);
  return { name, kernel, channels, filter: [kernel * kernel * channels], depth: 1, run };
}

const CASES: readonly Case[] = [
  dense("conv3x3", 3, 16),
  dense("conv1x1", 1, 64),
  perChannel("dw3x3", 3, 64),
  perChannel("dw5x5", 5, 64),
];

/** Operations of one call in each direction, a multiply-add counted as two; taps in the padding count too. */
const operations = (c: Case) => 2 * BATCH * SIDE * SIDE * c.channels * c.depth * c.kernel ** 2;

interface Call {
  readonly key: string;
  readonly operations: number;
  /** Runs the call once and lists its dispatches, whose buffers stay as they are until TF.js runs something else. */
  readonly dispatched: () => Promise<readonly Dispatched[]>;
}

/** Runs `f` to its end and lists the dispatches. */
async function dispatchesOf(f: () => Tensor): Promise<Dispatched[]> {
  return listen(async () => {
    const result = scoped(f);
    await result.data();
    result.dispose();
  });
}

function calls(c: Case): {
  readonly calls: readonly Call[];
  readonly tune: () => Promise<void>;
  readonly dispose: () => void;
} {
  const shape = [BATCH, SIDE, SIDE, c.channels];
  const [x, dy] = [tf.randomNormal(shape, 0, 1, "float32", 1), tf.randomNormal(shape, 0, 1, "float32", 2)];
  const filter = tf.randomNormal([...c.filter], 0, 0.1, "float32", 3);
  const forward = () => c.run(x, filter);
  const one = (direction: Direction, dispatched: Call["dispatched"]): Call => ({
    key: `${c.name}.${direction}`,
    operations: operations(c),
    dispatched,
  });
  // A gradient runs the forward pass first: what comes after it is the gradient.
  const behind = async (gradient: () => Tensor) => {
    const before = await dispatchesOf(forward);
    return (await dispatchesOf(gradient)).slice(before.length);
  };
  const step = () => {
    const gradients = tf.grads((v: Tensor, w: Tensor) => c.run(v, w))([x, filter], dy);
    return { next: {}, results: { dx: gradients[0] as Tensor, dw: gradients[1] as Tensor } };
  };
  return {
    tune: () => tune(recordStep(step, { tensors: {} }, { tensors: { x, dy, filter } }).recording.calls),
    calls: [
      one("fwd", () => dispatchesOf(forward)),
      one("dx", () => behind(() => tf.grad((v: Tensor) => c.run(v, filter))(x, dy))),
      one("dw", () => behind(() => tf.grad((v: Tensor) => c.run(x, v))(filter, dy))),
    ],
    dispose: () => tf.dispose([x, dy, filter]),
  };
}

export interface KernelOptions {
  readonly rounds: number;
  /** ms that the calls of one submission take together, about. */
  readonly span: number;
}

/** Medians over the rounds, in each of which the roofline and every kernel have their turn. */
export async function kernelRates(
  ceiling: Roofline,
  { rounds, span }: KernelOptions,
): Promise<{ readonly fmaGflops: number; readonly kernels: KernelRates }> {
  const { device } = tf.backend() as WebGPUBackend;
  const cases = CASES.map(calls);
  for (const c of cases) await c.tune();
  const all = cases.flatMap((c) => c.calls);
  const rates = new Map<string, number[]>(all.map(({ key }) => [key, []]));
  const ceilings: number[] = [];
  const times = new Map<string, number>();
  for (const { key, dispatched } of all) {
    const list = await dispatched();
    if (list.length === 0) throw new Error(`${key} dispatched nothing.`);
    times.set(key, await timesFor(device, list, span));
  }
  await ceiling.measure();
  for (let round = 0; round < rounds; round++) {
    ceilings.push(await ceiling.measure());
    for (const call of all) {
      const count = times.get(call.key) ?? 1;
      const ms = await again(device, await call.dispatched(), count);
      rates.get(call.key)?.push((call.operations * count) / ms / 1e6);
    }
  }
  for (const { dispose } of cases) dispose();
  const rate = (kernel: HotKernel, direction: Direction) => ({
    gflops: median(rates.get(`${kernel}.${direction}`) ?? []),
  });
  const kernels = Object.fromEntries(
    HOT_KERNELS.map((kernel) => [kernel, { fwd: rate(kernel, "fwd"), dx: rate(kernel, "dx"), dw: rate(kernel, "dw") }]),
  );
  return { fmaGflops: median(ceilings), kernels: kernels as KernelRates };
}
