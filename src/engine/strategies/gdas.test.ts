/** GDAS on the CPU reference: the temperature, the draws of an iteration, what is trained. */
import { beforeAll, describe, expect, it } from "vitest";
import { smallSearch } from "../../../test/small-search";
import { presetSettings } from "../../domain/presets";
import { EDGES, PRIMITIVES } from "../../domain/primitives";
import { STREAM } from "../../domain/random";
import type { Engine } from "../../domain/run";
import { openEngine } from "../gpu/backend";
import { scoped, type Tensor, tf } from "../gpu/tensorflow";
import { gumbelNoise, SAMPLED_EDGES, topPicks } from "../kernels/sampler";
import { supernet } from "../nn/supernet";
import { bilevelHypergradient } from "../objectives/bilevel";
import { lossGradients } from "../objectives/derivatives";
import { explainerLoss } from "../objectives/parts";
import { mixtureOf } from "./darts";
import { gdas, sampledWeights } from "./gdas";
import { plainExplainer } from "./strategy";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine("cpu", undefined, () => Promise.resolve("cpu"));
});

const SETTINGS = presetSettings("tiny", { strategy: "gdas" });

describe("the temperature", () => {
  it("falls in a straight line from 10 to 0.1, by epoch in the paper", () => {
    const paper = presetSettings("paper", { strategy: "gdas" });
    const tau = (epoch: number) => gdas.schedules(paper, { iteration: 0, iterations: 1, epoch, epochs: 250 }).tau;
    expect(tau(0)).toBe(10);
    expect(tau(1)).toBeCloseTo(10 - 9.9 / 249, 12);
    expect(tau(249)).toBeCloseTo(0.1, 12);
  });

  it("stands in each record", async () => {
    const search = await smallSearch(engine, { strategy: "gdas", objective: "bilevel", iterations: 3 });
    const taus: (number | undefined)[] = [];
    for (let i = 0; i < 3; i++) taus.push((await search.iterate()).schedules.tau);
    expect(taus.map((tau) => tau?.toFixed(6))).toEqual(["10.000000", "5.050000", "0.100000"]);
    search.dispose();
  });
});

it("gives the operation that each edge drew, none too, another one each iteration", async () => {
  const search = await smallSearch(engine, { strategy: "gdas", objective: "bilevel", iterations: 2 });
  const [first, second] = [(await search.iterate()).picks, (await search.iterate()).picks];
  for (const picks of [first, second]) {
    expect(picks).toHaveLength(2 * EDGES);
    expect(picks?.every((op) => Number.isInteger(op) && op >= 0 && op < PRIMITIVES.length)).toBe(true);
  }
  expect(second).not.toEqual(first);
  search.dispose();
});

const SIZE = { channels: 2, layers: 3, classes: 3, smooth: false };
const net = gdas.network(SIZE, SETTINGS);

/** What a step is given: pictures, weights, alphas and the draw of an iteration. */
function given(iteration: number, draw: 0 | 1) {
  const batch = (seed: number) => ({
    x: tf.randomNormal<tf.Rank.R4>([2, 8, 8, 3], 0, 1, "float32", seed),
    targets: tf.oneHot(tf.tensor1d([0, 1], "int32"), SIZE.classes).toFloat(),
    weights: null,
  });
  const architecture = tf.tensor1d(gdas.initial(1));
  const [step, tau] = [tf.scalar(iteration, "int32"), tf.scalar(1)];
  return {
    ...{ train: batch(1), validation: batch(2), architecture, step, tau },
    weights: tf.tensor1d(net.parameters.initial(1, STREAM.check)),
    explainer: net.explainer({ iteration: step, draw, architecture, schedules: { tau }, settings: SETTINGS }),
  };
}

it("moves the weights first, by Nesterov's momentum and a clip over all parameters, and draws for each step", () => {
  expect(gdas.optimisation).toEqual({
    ...{ first: "weights", draws: "step", nesterov: true, clipsJointly: true, clipsArchitecture: false },
  });
});

describe("a draw", () => {
  const gradients = (iteration: number, draw: 0 | 1) =>
    scoped(() => {
      const { explainer, train, weights, architecture } = given(iteration, draw);
      const { gradients: all } = lossGradients(
        (w) => explainerLoss(explainer, train, w as Tensor, architecture),
        [weights],
      );
      return [...(all[0] as Tensor).dataSync<"float32">()];
    });

  it("trains few of the weights, the same ones each time it is asked, others in the next draw", () => {
    const [once, again, second, next] = [gradients(0, 0), gradients(0, 0), gradients(0, 1), gradients(1, 0)];
    expect(again).toEqual(once);
    const trained = (g: readonly number[]) => g.flatMap((v, i) => (v === 0 ? [] : [i]));
    expect(trained(second)).not.toEqual(trained(once));
    expect(trained(next)).not.toEqual(trained(once));
    // Of seven operations with weights or without each edge has one.
    expect(trained(once).length).toBeLessThan(0.4 * once.length);
    expect(trained(once).length).toBeGreaterThan(0.05 * once.length);
  });

  it("has the second-order hypergradient of the whole supernet with one-hot weights", () => {
    const [sampled, whole] = scoped(() => {
      const { explainer, train, validation, weights, architecture, step, tau } = given(3, 0);
      const rows = (a: Tensor) => tf.reshape(a, [SAMPLED_EDGES, PRIMITIVES.length]);
      const noise = gumbelNoise(SETTINGS.seed, STREAM.sampler, step);
      const [picks] = topPicks(rows(architecture), noise, 1) as [Tensor];
      const { logits } = supernet(SIZE);
      const oneHot = plainExplainer((w, a, x) => {
        const mixing = sampledWeights(rows(a), noise, picks, tau);
        return logits(w, mixtureOf(tf.reshape(mixing, [2, EDGES, PRIMITIVES.length])), x);
      });
      const sgd = { learningRate: 0.5, momentum: 0.9, weightDecay: 0.01 };
      const state = { weights, buffer: null, sgd };
      return [explainer, oneHot].map((e) => {
        const input = { explainer: e, state, architecture, train, validation, order: 2, method: "exact" } as const;
        return [...bilevelHypergradient(input).gradient.dataSync<"float32">()];
      });
    });
    const largest = Math.max(...(whole ?? []).map(Math.abs));
    expect(largest).toBeGreaterThan(1e-4);
    for (const [i, want] of (whole ?? []).entries())
      expect(Math.abs((sampled?.[i] ?? Number.NaN) - want) / largest).toBeLessThan(1e-4);
  });
});
