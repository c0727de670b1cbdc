/** GDAS on the CPU reference: the temperature, the draws of an iteration, what is trained. */
import { beforeAll, describe, expect, it } from "vitest";
import { smallSearch } from "../../../test/small-search";
import { presetSettings } from "../../domain/presets";
import type { Engine } from "../../domain/run";
import { openEngine } from "../gpu/backend";
import { scoped, type Tensor, tf } from "../gpu/tensorflow";
import { lossGradients } from "../objectives/derivatives";
import { gdas } from "./gdas";

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

describe("a draw", () => {
  /** Which operation each edge gets: the alphas that receive a gradient through more than one entry of a row. */
  const gradients = (iteration: number, draw: 0 | 1) =>
    scoped(() => {
      const net = gdas.network({ channels: 2, layers: 3, classes: 3, smooth: false }, SETTINGS);
      const architecture = tf.tensor1d(gdas.initial(1));
      const schedules = { tau: tf.scalar(1) };
      const explainer = net.explainer({ iteration: tf.scalar(iteration, "int32"), draw, architecture, schedules });
      const batch = {
        x: tf.randomNormal<tf.Rank.R4>([2, 8, 8, 3], 0, 1, "float32", 1),
        targets: tf.oneHot(tf.tensor1d([0, 1], "int32"), 3).toFloat(),
        weights: null,
      };
      const weights = tf.tensor1d(net.parameters.initial(1, 1));
      const { gradients } = lossGradients((w) => explainer.loss(batch, w as Tensor, architecture), [weights]);
      return [...(gradients[0] as Tensor).dataSync<"float32">()];
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
});
