/** What follows a schedule, where alphas start, how steps are made, and the masks of an iteration. */
import { beforeAll, describe, expect, it } from "vitest";
import { presetSettings } from "../../domain/presets";
import { PRIMITIVES } from "../../domain/primitives";
import { STREAM } from "../../domain/random";
import type { Settings } from "../../domain/settings";
import { tf } from "../gpu/tensorflow";
import { dropBlock } from "../kernels/drop-block";
import type { Gate } from "../kernels/gate";
import { iterationMasks, msgDas } from "./msg-das";

const paper: Settings = presetSettings("paper", { strategy: "msg-das" });
const at = (epoch: number, settings: Settings = paper) =>
  msgDas.schedules(settings, { iteration: 195 * epoch, iterations: 195 * 240, epoch, epochs: 240 });

describe("MSG-DAS", () => {
  it("cools from 10 to 1, raises λ to 0.01 and DropBlock's share to 0.1 in five steps", () => {
    expect(at(0)).toEqual({ tau: 10, lambda: 0, dropBlock: 0 });
    expect(at(239).tau).toBeCloseTo(1, 10);
    expect(at(239).lambda).toBeCloseTo(0.01, 10);
    const shares = Array.from({ length: 240 }, (_, epoch) => at(epoch).dropBlock ?? Number.NaN);
    expect([...new Set(shares)].map((share) => Math.round(1000 * share))).toEqual([0, 20, 40, 60, 80, 100]);
  });

  it("follows no schedule that is switched off", () => {
    expect(at(239, { ...paper, guidance: false, dropBlock: false })).toMatchObject({ lambda: 0, dropBlock: 0 });
  });

  it("draws once an iteration, and makes its steps as DARTS does", () => {
    expect(msgDas.optimisation).toEqual({
      ...{ first: "architecture", draws: "iteration", nesterov: false, clipsJointly: false, clipsArchitecture: false },
    });
  });

  it("starts from the same chance for every operation, with the paper's numbers", () => {
    expect(msgDas.initial(1).every((alpha) => alpha === 0)).toBe(true);
    expect(paper).toMatchObject({
      ...{ epochs: 240, batchSize: 128, subGraphs: 2, learningRate: 0.025, weightDecay: 3e-4, momentum: 0.9 },
      ...{ alphaLearningRate: 3e-4, alphaWeightDecay: 1e-4, initChannels: 16, layers: 8 },
    });
  });
});

describe("the DropBlock masks of an iteration", () => {
  beforeAll(async () => {
    await tf.setBackend("cpu");
  });

  const SKIP = PRIMITIVES.indexOf("skip_connect");
  const [BATCH, CHANNELS, SHARE] = [2, 4, 0.3] as const;
  const gate: Gate = { kind: "own", rows: [0, 1, 2, 3], ops: [SKIP] };
  const shapeOf = (side: number) => [BATCH, side, side, CHANNELS];
  const given = (iteration: number) => ({
    iteration: tf.scalar(iteration, "int32"),
    share: tf.scalar(SHARE),
    picks: tf.tensor1d([SKIP, SKIP, SKIP, SKIP], "int32"),
  });

  /** Words of each slot. */
  function words(
    o: Partial<Record<"k" | "layer" | "state" | "side" | "iteration", number>>,
    settings: Partial<Settings> = {},
  ): string[] {
    const { k = 0, layer = 0, state = 0, side = 8 } = o;
    return tf.tidy(() => {
      const { iteration, share, picks } = given(o.iteration ?? 0);
      const masks = iterationMasks({ ...paper, ...settings }, iteration, share);
      const all = masks(k, { layer, state, shape: shapeOf(side), gate, picks }).dataSync<"int32">();
      return gate.rows.map((_, slot) => all.subarray((slot * all.length) / 4, ((slot + 1) * all.length) / 4).join());
    });
  }

  it("are others on every edge of every state, in every cell, in every sub-graph, and in another iteration", () => {
    const found = [0, 1, 7].flatMap((k) =>
      [0, 1, 3, 7, 19].flatMap((layer) => [0, 1, 2, 3, 4].flatMap((state) => words({ k, layer, state }))),
    );
    expect(new Set([...found, ...words({ iteration: 1 })]).size).toBe(found.length + 4);
  });

  it("repeat at the same place, whichever pass asks for them", () => {
    expect(words({ k: 1, layer: 2, state: 3 })).toEqual(words({ k: 1, layer: 2, state: 3 }));
    const twice = tf.tidy(() => {
      const { iteration, share, picks } = given(5);
      const masks = iterationMasks(paper, iteration, share);
      const place = { layer: 1, state: 2, shape: shapeOf(8), gate, picks };
      return [masks(1, place), masks(1, place)].map((t) => [...t.dataSync<"int32">()]);
    });
    expect(twice[0]).toEqual(twice[1]);
  });

  it("have blocks of the side set on maps of at least 8 pixels, and of one pixel on smaller ones", () => {
    const direct = (side: number, block: number) =>
      tf.tidy(() => {
        const { iteration, share, picks } = given(0);
        const options = { seed: paper.seed, stream: STREAM.dropBlock, block, site: 0, gate };
        return dropBlock(shapeOf(side), iteration, share, picks, options).dataSync<"int32">().join();
      });
    const masks = (side: number, dropBlockSize = 3) => words({ side }, { dropBlockSize }).join();
    expect(masks(8)).toBe(direct(8, 3));
    expect(masks(16)).toBe(direct(16, 3));
    expect(masks(7)).toBe(direct(7, 1));
    expect(masks(4)).toBe(direct(4, 1));
    expect(masks(8, 5)).toBe(direct(8, 5));
    expect(direct(8, 3)).not.toBe(direct(8, 1));
  });
});
