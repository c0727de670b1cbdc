/** Times one small training step on both backends, to choose between the CPU and a software adapter. */

import { EDGES, PRIMITIVES } from "../../domain/primitives";
import { STREAM } from "../../domain/random";
import type { BackendName } from "../../domain/run";
import { compileStep } from "../gpu/compile";
import { ScratchArena } from "../gpu/plan";
import { type Tensor, tf } from "../gpu/tensorflow";
import { ParameterSet } from "../nn/parameters";
import { cell } from "../nn/supernet";

/** The first cell of the Tiny preset, on its batch: what the probe compiles serves the search. */
const SHAPE = { channels: 4, size: 16, batch: 8 } as const;
/**
 * Steps over which compiling is spread: a software adapter compiles for seconds, the CPU not at all. Half of Tiny's, so that nobody
 * waits half a minute for a first point that saves little in the end.
 */
const STEPS = 30;

/** Milliseconds of a step, with its share of making it ready. */
async function time(backend: BackendName): Promise<number> {
  await tf.setBackend(backend);
  const { batch, size, channels } = SHAPE;
  const previous = 3 * channels;
  const set = new ParameterSet();
  const shape = { channels, previousPrevious: previous, previous, reduction: false, reductionPrevious: false };
  const run = cell(set, "", { ...shape, smooth: false });
  const inputs = {
    tensors: {
      weights: tf.tensor1d(set.initial(0, STREAM.check)),
      mixture: tf.fill([EDGES, PRIMITIVES.length], 1 / PRIMITIVES.length),
      x: tf
        .range(0, batch * size * size * previous)
        .div(1000)
        .sin()
        .reshape([batch, size, size, previous]),
    } as Readonly<Record<"weights" | "mixture" | "x", Tensor>>,
  };
  const arena = new ScratchArena();
  const began = performance.now();
  const step = await compileStep(
    (_: Readonly<Record<string, Tensor>>, { weights, mixture, x }: typeof inputs.tensors) => ({
      next: {},
      results: { gradient: tf.grad((w: Tensor) => tf.sum(tf.square(run.mixed(set.view(w), x, x, mixture))))(weights) },
    }),
    { tensors: {} },
    inputs,
    arena,
  );
  await step.run();
  const ready = performance.now();
  await step.run();
  const ended = performance.now();
  step.dispose();
  arena.dispose();
  tf.dispose(Object.values(inputs.tensors));
  return ended - ready + (ready - began) / STEPS;
}

export async function fasterBackend(): Promise<BackendName> {
  const cpu = await time("cpu");
  return (await time("webgpu")) < cpu ? "webgpu" : "cpu";
}
