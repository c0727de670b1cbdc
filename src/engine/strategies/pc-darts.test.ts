/** PC-DARTS on the CPU reference: shares of edges, both derivatives, the warm-up. */
import { beforeAll, describe, expect, it } from "vitest";
import { smallSearch } from "../../../test/small-search";
import { softmaxEdges } from "../../domain/genotype";
import { presetSettings } from "../../domain/presets";
import { EDGES } from "../../domain/primitives";
import { CounterRandom, STREAM } from "../../domain/random";
import type { Engine } from "../../domain/run";
import { parseSettings, SettingsError } from "../../domain/settings";
import { openEngine } from "../gpu/backend";
import { type Tensor, tf } from "../gpu/tensorflow";
import { bilevelHypergradient } from "../objectives/bilevel";
import { edgeShares, pcDarts } from "./pc-darts";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine("cpu", undefined, () => Promise.resolve("cpu"));
});

function normal(step: number, length: number): Float32Array {
  const random = new CounterRandom(5, STREAM.check, step);
  return Float32Array.from({ length }, (_, i) => random.normal(i));
}

describe("the shares of a node's edges", () => {
  it("are the softmax over the edges that lead to it", () => {
    const betas = normal(1, 2 * EDGES);
    const got = tf.tidy(() => edgeShares(tf.tensor2d(betas, [2, EDGES])).dataSync<"float32">());
    const want = [betas.subarray(0, EDGES), betas.subarray(EDGES)].flatMap((cell) => [...softmaxEdges(cell)]);
    for (const [i, w] of want.entries()) expect(got[i]).toBeCloseTo(w, 6);
    for (const [first, count] of [
      [0, 2],
      [2, 3],
      [5, 4],
      [9, 5],
    ] as const)
      expect(got.subarray(first, first + count).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 6);
  });
});

describe("the second-order hypergradient of a smooth network", () => {
  it("is the same exactly and by finite differences, for alphas and betas", () => {
    tf.tidy(() => {
      const settings = { ...presetSettings("tiny", { strategy: "pc-darts" }), partialChannels: 2 };
      const net = pcDarts.network({ channels: 4, layers: 3, classes: 3, smooth: true }, settings);
      const architecture = tf.tensor1d(pcDarts.initial(1).map((v) => 100 * v));
      const batch = (step: number) => ({
        x: tf.tensor4d(normal(step, 4 * 8 * 8 * 3), [4, 8, 8, 3]),
        targets: tf.oneHot(tf.tensor1d([0, 1, 2, step % 3], "int32"), 3).toFloat(),
        weights: null,
      });
      const input = {
        explainer: net.explainer({ iteration: tf.scalar(0, "int32"), draw: 0, architecture, schedules: {}, settings }),
        state: {
          weights: tf.tensor1d(net.parameters.initial(1, STREAM.explainerWeights)),
          buffer: null,
          sgd: { learningRate: 0.5, momentum: 0.9, weightDecay: 0.01 },
        },
        architecture,
        train: batch(2),
        validation: batch(3),
        order: 2,
      } as const;
      const implicit = (method: "exact" | "finite-difference") => {
        const { gradient, direct } = bilevelHypergradient({ ...input, method });
        return tf.sub(gradient, direct);
      };
      const [exact, difference] = [implicit("exact"), implicit("finite-difference")];
      // Of betas and alphas apart: betas are few, so their part would not show in the whole.
      for (const part of [
        [0, 224],
        [224, 28],
      ] as const) {
        const [a, b] = [exact, difference].map((t) => tf.slice(t, [part[0]], [part[1]])) as [Tensor, Tensor];
        const size = (t: Tensor) => tf.norm(t).dataSync<"float32">()[0] ?? Number.NaN;
        expect(size(a)).toBeGreaterThan(1e-4);
        expect(size(tf.sub(a, b)) / size(a)).toBeLessThan(0.02);
      }
    });
  });
});

describe("the warm-up", () => {
  it("leaves alphas and betas alone for its share of the run, with an audience too", async () => {
    for (const objective of ["bilevel", "lease-r18"] as const) {
      const search = await smallSearch(engine, { strategy: "pc-darts", objective, iterations: 6, audienceWidth: 1 });
      const start = pcDarts.initial(search.settings.seed);
      const betas = () => [...(search.betas?.normal ?? []), ...(search.betas?.reduce ?? [])];
      for (const rests of [true, true, false]) {
        const record = await search.iterate();
        expect(record.hypergradientNorm === null).toBe(rests);
        expect(search.alphas.normal.every((v, i) => v === start[i])).toBe(rests);
        expect(betas().every((v, i) => v === start[224 + i])).toBe(rests);
        expect(record.explainerValidationLoss).toBeGreaterThan(0);
      }
      expect((await search.file()).betas?.normal).toHaveLength(EDGES);
      search.dispose();
    }
  });

  it("is counted in epochs where the schedule is: the paper's 15 of 50", () => {
    const paper = presetSettings("paper", { strategy: "pc-darts" });
    const rests = (epoch: number) => pcDarts.rests(paper, { iteration: 0, iterations: 1, epoch, epochs: 50 });
    expect([rests(0), rests(14), rests(15), rests(49)]).toEqual([true, true, false, false]);
  });
});

it("refuses channels that K cannot halve, before anything is built", () => {
  const settings = presetSettings("tiny", { strategy: "pc-darts" });
  expect(() => parseSettings({ initChannels: 12 }, settings)).toThrow(SettingsError);
  expect(() => parseSettings({ initChannels: 12 }, settings)).toThrow("multiple of 8");
  expect(parseSettings({ initChannels: 16 }, settings).initChannels).toBe(16);
});
