/** Replay gives, bit for bit, what the same kernels give at once: 20 steps each of what a search is made of. */
import { beforeAll, describe, expect, it } from "vitest";
import { openGpu } from "../../../test/gpu-engine";
import { finishDataset } from "../../data/load";
import { makeShapes } from "../../data/shapes";
import type { Dataset } from "../../domain/dataset";
import { presetSettings } from "../../domain/presets";
import type { Settings } from "../../domain/settings";
import { ScratchArena } from "../gpu/plan";
import { eagerStep, type Held, recordStep, type Step, type StepFunction, type Tensors, writeInput } from "../gpu/step";
import { type Tensor, tf } from "../gpu/tensorflow";
import { crossEntropy } from "../nn/loss";
import { RESNET, resnet } from "../nn/resnet";
import { lossGradients } from "../objectives/derivatives";
import { explainerLoss } from "../objectives/parts";
import { adamCorrections } from "../optim/adam";
import { sgdStep } from "../optim/sgd";
import { darts } from "../strategies/darts";
import { BATCHES, Batches, batchOf, batchValues } from "./batches";
import {
  type IterationInputs,
  initialTensors,
  iteration,
  iterationInputs,
  type Searched,
  type SearchTensors,
} from "./iteration";
import { BETAS } from "./updates";

const STEPS = 20;
const SETTINGS: Settings = {
  ...presetSettings("tiny"),
  initChannels: 2,
  batchSize: 2,
  audienceWidth: 2,
  order: "2",
};

let dataset: Dataset;
beforeAll(async () => {
  await openGpu();
  dataset = await finishDataset(makeShapes({ seed: 1, count: 60 }), SETTINGS);
});

function searched(): Searched {
  const classes = dataset.classNames.length;
  const { initChannels: channels, layers, audienceWidth: width } = SETTINGS;
  return {
    strategy: darts,
    net: darts.network({ channels, layers, classes, smooth: false }, SETTINGS),
    audience: resnet({ ...RESNET.r18, width, classes, smooth: false }),
  };
}

type Compile = <R extends string>(
  step: StepFunction<SearchTensors, IterationInputs, R>,
  state: Held<SearchTensors>,
  inputs: Held<IterationInputs>,
) => Promise<Step<R>>;

const atOnce: Compile = async (step, state, inputs) => eagerStep(step, state, inputs);

/** Results of every step and the state after the last, as plain numbers. */
async function run<R extends string>(
  step: StepFunction<SearchTensors, IterationInputs, R>,
  compile: Compile,
): Promise<readonly (readonly number[])[]> {
  const batches = new Batches(dataset, SETTINGS);
  const state: Held<SearchTensors> = { tensors: initialTensors(searched(), SETTINGS) };
  const inputs: Held<IterationInputs> = {
    tensors: iterationInputs(searched(), SETTINGS, batches, [...dataset.mean, ...dataset.std]),
  };
  const compiled = await compile(step, state, inputs);
  const seen: number[][] = [];
  for (let i = 0; i < STEPS; i++) {
    const { first, second } = adamCorrections(BETAS, i + 1);
    const values = batches.at(i, SETTINGS);
    for (const b of BATCHES) for (const [name, v] of batchValues(b, values[b])) writeInput(inputs, name, v);
    writeInput(inputs, "learningRate", Float32Array.of(0.1 / (i + 1)));
    writeInput(inputs, "correction1", Float32Array.of(first));
    writeInput(inputs, "correction2", Float32Array.of(second));
    writeInput(inputs, "iteration", Int32Array.of(i));
    for (const result of Object.values<Float32Array>(await compiled.run())) seen.push([...result]);
  }
  for (const tensor of Object.values(state.tensors)) seen.push([...((await tensor.data()) as Float32Array)]);
  compiled.dispose();
  tf.dispose([...Object.values(state.tensors), ...Object.values(inputs.tensors)]);
  return seen;
}

/** One weight step of the explainer at fixed alphas. */
function weightStep({ net }: Searched) {
  return (state: SearchTensors, inputs: IterationInputs) => {
    const { architecture } = state;
    const draw = { iteration: inputs.iteration, draw: 0, architecture, schedules: {}, settings: SETTINGS } as const;
    const explainer = net.explainer(draw);
    const { loss, gradients } = lossGradients(
      (w) => explainerLoss(explainer, batchOf(inputs, "train", SETTINGS), w as Tensor, architecture),
      [state.explainerWeights],
    );
    const next = sgdStep(state.explainerWeights, gradients[0] as Tensor, state.explainerMomentum, {
      learningRate: inputs.learningRate,
      momentum: SETTINGS.momentum,
      weightDecay: SETTINGS.weightDecay,
      clip: SETTINGS.gradientClip,
    });
    return { next: { explainerWeights: next.weights, explainerMomentum: next.buffer }, results: { loss } };
  };
}

/** One weight step of the audience. */
function audienceStep({ audience }: Searched) {
  return (state: SearchTensors & Tensors, inputs: IterationInputs) => {
    const batch = batchOf(inputs, "audienceValidation", SETTINGS);
    const weights = state.audienceWeights as Tensor;
    const { loss, gradients } = lossGradients(
      (w) => {
        if (!audience) throw new Error("There is no audience.");
        const logits = audience.logits(w as Tensor, batch.x);
        return { loss: crossEntropy(logits, batch), logits };
      },
      [weights],
    );
    const next = sgdStep(weights, gradients[0] as Tensor, state.audienceMomentum as Tensor, {
      learningRate: inputs.learningRate,
      momentum: SETTINGS.momentum,
      weightDecay: SETTINGS.weightDecay,
    });
    const changed: Tensors = { audienceWeights: next.weights, audienceMomentum: next.buffer };
    return { next: changed as Partial<SearchTensors>, results: { loss } };
  };
}

describe.each([
  ["a DARTS weight step", () => weightStep(searched())],
  ["an audience step", () => audienceStep(searched())],
  ["a LeaSE iteration", () => iteration(searched(), SETTINGS)],
] as const)("%s", (_, make) => {
  it(`is the same replayed ${STEPS} times as run at once`, async () => {
    const arena = new ScratchArena();
    const step = make() as StepFunction<SearchTensors, IterationInputs, string>;
    const replayed = await run(step, (s, state, inputs) => recordStep(s, state, inputs).build(arena));
    const eager = await run(step, atOnce);
    arena.dispose();
    expect(replayed.length).toBeGreaterThan(STEPS);
    expect(replayed.every((values) => values.every(Number.isFinite))).toBe(true);
    expect(replayed).toEqual(eager);
  }, 400_000);
});
