/** One iteration of a strategy that orders its steps otherwise than DARTS, on the CPU reference. */
import { beforeAll, describe, expect, it } from "vitest";
import { finishDataset } from "../../data/load";
import { makeShapes } from "../../data/shapes";
import type { Dataset } from "../../domain/dataset";
import { presetSettings } from "../../domain/presets";
import type { Settings } from "../../domain/settings";
import { eagerStep, type Held, writeInput } from "../gpu/step";
import { type Tensor, tf } from "../gpu/tensorflow";
import { RESNET, resnet } from "../nn/resnet";
import { darts } from "../strategies/darts";
import type { Strategy } from "../strategies/strategy";
import { BATCHES, Batches, batchValues } from "./batches";
import { initialTensors, iteration, iterationInputs, type Searched, type SearchTensors } from "./iteration";

const SETTINGS: Settings = { ...presetSettings("tiny"), initChannels: 2, batchSize: 2, audienceWidth: 1 };

let dataset: Dataset;
beforeAll(async () => {
  await tf.setBackend("cpu");
  dataset = await finishDataset(makeShapes({ seed: 1, count: 60 }), SETTINGS);
});

/** A strategy that notes which draws were asked for, and the draw of each loss that was passed through. */
function noting(strategy: Strategy) {
  const [draws, passes]: [number[], number[]] = [[], []];
  const network: Strategy["network"] = (...given) => {
    const net = strategy.network(...given);
    return {
      ...net,
      explainer: (wanted) => {
        draws.push(wanted.draw);
        const explainer = net.explainer(wanted);
        if (explainer.parts) throw new Error("Only whole networks are noted.");
        const loss: typeof explainer.loss = (...at) => {
          passes.push(wanted.draw);
          return explainer.loss(...at);
        };
        return { ...explainer, loss };
      },
    };
  };
  return { strategy: { ...strategy, network }, draws, passes };
}

/** The state before and after an iteration, what it gave back, and which draws it made. */
async function iterate(given: Strategy, o: { readonly lease?: boolean; readonly rests?: boolean } = {}) {
  const { strategy, draws, passes } = noting(given);
  const classes = dataset.classNames.length;
  const { initChannels: channels, layers, audienceWidth: width } = SETTINGS;
  const searched: Searched = {
    strategy,
    net: strategy.network({ channels, layers, classes, smooth: false }, SETTINGS),
    audience: o.lease ? resnet({ ...RESNET.r18, width, classes, smooth: false }) : null,
  };
  const batches = new Batches(dataset, SETTINGS);
  const state: Held<SearchTensors> = { tensors: initialTensors(searched, SETTINGS) };
  const inputs = { tensors: iterationInputs(searched, SETTINGS, batches, [...dataset.mean, ...dataset.std]) };
  const values = batches.at(0, SETTINGS);
  for (const b of BATCHES) for (const [name, v] of batchValues(b, values[b])) writeInput(inputs, name, v);
  for (const name of ["learningRate", "correction1", "correction2"]) writeInput(inputs, name, Float32Array.of(0.1));
  const read = () =>
    Object.fromEntries(
      Object.entries<Tensor | undefined>(state.tensors).map(([name, t]) => [name, t?.dataSync<"float32">().slice()]),
    );
  const before = read();
  const results = await eagerStep(iteration(searched, SETTINGS, o.rests), state, inputs).run();
  const after = read();
  tf.dispose([...Object.values(state.tensors), ...Object.values(inputs.tensors)]);
  return { before, after, results, draws, passes };
}

describe("an iteration in which the architecture rests", () => {
  it.each([false, true])("moves the same weights and no alphas (with an audience: %s)", async (lease) => {
    const tensors = tf.memory().numTensors;
    // The other step at the same architecture: its weights learn first.
    const optimisation = { ...darts.optimisation, first: "weights", draws: "step" } as const;
    const weightsFirst: Strategy = { ...darts, optimisation };
    const moving = await iterate(weightsFirst, { lease });
    const resting = await iterate(darts, { lease, rests: true });
    // An audience has one draw, whatever its strategy does without one; so has an iteration that draws once.
    expect(moving.draws).toEqual(lease ? [0] : [0, 1]);
    expect(resting.draws).toEqual([0]);
    for (const name of ["architecture", "adamFirst", "adamSecond"]) {
      expect(resting.after[name]).toEqual(resting.before[name]);
      expect(moving.after[name]).not.toEqual(moving.before[name]);
    }
    const learning = lease ? ["explainerWeights", "audienceWeights", "audienceMomentum"] : ["explainerWeights"];
    for (const name of learning) {
      expect(resting.after[name]).toEqual(moving.after[name]);
      expect(resting.after[name]).not.toEqual(resting.before[name]);
    }
    expect(resting.results.trainLoss).toEqual(moving.results.trainLoss);
    if (lease) expect(resting.results.audienceValidationLoss).toEqual(moving.results.audienceValidationLoss);
    expect(resting.results.hypergradientNorm).toBeUndefined();
    expect(resting.results.architecture).toEqual(resting.before.architecture);
    expect(tf.memory().numTensors).toBe(tensors);
  });
});

describe("the order of the bilevel steps", () => {
  it("decides which step sees what the other one changed", async () => {
    const first = (which: "architecture" | "weights"): Strategy => ({
      ...darts,
      optimisation: { ...darts.optimisation, first: which, draws: "step" },
    });
    const [architecture, weights] = [await iterate(first("architecture")), await iterate(first("weights"))];
    // The second draw is the architecture's.
    expect(architecture.passes).toEqual([1, 0]);
    expect(weights.passes).toEqual([0, 1]);
    const [a, w] = [architecture.results, weights.results];
    // At the same start the first step of each order is the same for both; the second one is not.
    expect(a.validationLoss).not.toEqual(w.validationLoss);
    expect(a.trainLoss).not.toEqual(w.trainLoss);
    const resting = await iterate(darts, { rests: true });
    expect(w.trainLoss).toEqual(resting.results.trainLoss);
    expect(a.validationLoss).toEqual(resting.results.validationLoss);
  });
});
