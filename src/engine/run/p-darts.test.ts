/** P-DARTS searches through all their stages, on the CPU reference. */
import { beforeAll, describe, expect, it } from "vitest";
import { smallSearch } from "../../../test/small-search";
import { softmaxRows } from "../../domain/genotype";
import { dropLeast } from "../../domain/p-darts";
import { CELL_KINDS, EDGES } from "../../domain/primitives";
import { alphasOfFile, type Engine, runFileSchema } from "../../domain/run";
import type { Settings } from "../../domain/settings";
import { openEngine } from "../gpu/backend";
import { tf } from "../gpu/tensorflow";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine("cpu", undefined, () => Promise.resolve("cpu"));
});

const STAGED: Partial<Settings> = {
  strategy: "p-darts",
  audienceWidth: 1,
  layers: 3,
  stage2Layers: 1,
  stage3Layers: 2,
};

describe("P-DARTS", () => {
  it("goes through its stages, and its file tells of them", async () => {
    const tensors = tf.memory().numTensors;
    const search = await smallSearch(engine, { ...STAGED, iterations: 3 });
    for (let i = 0; i < 3; i++) await search.iterate();
    const file = await search.file();
    const read = runFileSchema.parse(JSON.parse(JSON.stringify(file)));
    expect(read.stages).toEqual(file.stages);
    expect(alphasOfFile(read.alphas)).toEqual(search.alphas);
    expect(file.records.map(({ stage }) => stage)).toEqual([0, 1, 2]);
    expect(file.stages?.map(({ layers, begins }) => [layers, begins])).toEqual([
      [3, 0],
      [4, 1],
      [5, 2],
    ]);
    search.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
  });
});

/** Weights of the first convolution: 3×3, from 3 channels to three times the two of the first cell. */
const STEM = 9 * 3 * 6;

describe("a stage of P-DARTS", () => {
  it("keeps the likeliest operations of the one before, and starts anew", async () => {
    const search = await smallSearch(engine, { ...STAGED, iterations: 6 });
    const held: number[] = [];
    const starts: Set<string>[] = [new Set(), new Set()];
    for (let stage = 0; stage < 3; stage++) {
      expect(search.stage).toBe(Math.max(0, stage - 1));
      const before = { alphas: search.alphas, on: search.stages[search.stage]?.operations };
      await search.prepare();
      const { tensors } = (await search.checkpoint()).stage;
      // The stem of the explainer, which has the same shape in every stage, and the whole of the audience.
      starts[0]?.add(`${tensors.explainerWeights?.slice(0, STEM)}`);
      starts[1]?.add(`${tensors.audienceWeights}`);
      for (const name of ["explainerMomentum", "audienceMomentum"])
        expect(tensors[name]?.every((v) => v === 0)).toBe(true);
      const first = await search.iterate();
      held.push(tf.memory().numTensors);
      expect(first).toMatchObject({ stage, learningRate: 0.1 });
      await search.iterate();
      const on = search.stages[stage]?.operations;
      for (const kind of CELL_KINDS) {
        if (stage > 0 && before.on)
          expect(on?.[kind]).toEqual(dropLeast(before.on[kind], softmaxRows(before.alphas[kind]), stage === 1 ? 3 : 2));
        expect(search.alphas[kind].filter(Number.isFinite)).toHaveLength(EDGES * ([8, 5, 3][stage] ?? 0));
      }
    }
    for (const weights of starts) expect(weights.size).toBe(3);
    // A stage holds as many tensors as another, whatever its size.
    expect(new Set(held).size).toBe(1);
    expect(search.stages.every(({ operations }) => operations)).toBe(true);
    search.dispose();
  });

  it("lets the alphas rest first, and lowers the dropout of its identities", async () => {
    const search = await smallSearch(engine, { ...STAGED, iterations: 15, alphaWarmUp: 0.4 });
    for (let i = 0; i < 6; i++) {
      const { normal } = search.alphas;
      const { hypergradientNorm, schedules } = await search.iterate();
      const [rests, step] = [i % 5 < 2, i % 5];
      expect(hypergradientNorm === null).toBe(rests);
      if (i !== 5) expect(search.alphas.normal.every((v, k) => v === normal[k])).toBe(rests);
      const [start] = [i < 5 ? 0.1 : 0.4];
      expect(schedules.skipDropout).toBeCloseTo(start * (rests ? (4 - step) / 5 : Math.exp(-(step - 2))), 6);
    }
    search.dispose();
  });

  it("needs an iteration for each", async () => {
    await expect(smallSearch(engine, { ...STAGED, iterations: 2 })).rejects.toThrow("3 iterations");
  });
});
