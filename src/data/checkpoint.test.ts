import { describe, expect, it } from "vitest";
import type { Checkpoint } from "../domain/checkpoint";
import { deriveGenotype } from "../domain/genotype";
import { EDGES, PRIMITIVES } from "../domain/primitives";
import { DEFAULTS } from "../domain/settings";
import { packCheckpoint, unpackCheckpoint } from "./checkpoint";

const genotype = deriveGenotype({ normal: new Float32Array(112), reduce: new Float32Array(112) });
const rows = Array.from({ length: EDGES }, () => PRIMITIVES.map(() => 0.1));

/** Numbers that text would round: −0, a subnormal, the smallest step above 1. */
const HARD = Float32Array.of(-0, 1e-45, 1 + 2 ** -23, 3.4e38);

const CHECKPOINT: Checkpoint = {
  run: {
    format: "searchlight-run",
    version: 1,
    genotype,
    genotypeText: "",
    alphas: { normal: rows, reduce: rows },
    settings: { ...DEFAULTS, gamma: 0.1 },
    settingChanges: [{ iteration: 1, name: "gamma", from: 1, to: 0.1 }],
    seed: 1,
    iterations: 0,
    data: { name: "Shapes", source: "built in", hash: "abc", classes: 10, pictures: 1500 },
    environment: { version: "1", backend: "webgpu", adapter: "A", runtime: "B", variants: { mix: "wide" } },
    records: [],
    created: "2026-01-01T00:00:00.000Z",
  },
  iterationsPerEpoch: 300,
  variants: { mix: "wide", other: "plain" },
  begun: [
    {
      ...{ index: 0, begins: 0, iterations: 60, layers: 3, channels: 4, operationsPerEdge: 8, skipDropout: 0 },
      operations: null,
    },
  ],
  stage: { settings: DEFAULTS, architectureSteps: 7, tensors: { architecture: HARD, none: new Float32Array() } },
};

describe("a checkpoint as bytes", () => {
  it("comes back to the last bit, wherever it lies in memory", async () => {
    const bytes = await packCheckpoint(CHECKPOINT);
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    const read = await unpackCheckpoint(shifted.subarray(3));
    expect(read).toEqual(CHECKPOINT);
    expect(new Uint32Array(read.stage.tensors.architecture?.buffer ?? new ArrayBuffer())).toEqual(
      new Uint32Array(HARD.buffer),
    );
  });

  it("is refused when a bit differs, when it is cut, and when it is none", async () => {
    const bytes = await packCheckpoint(CHECKPOINT);
    for (const at of [8, 40, bytes.length - 40, bytes.length - 1]) {
      const spoilt = bytes.slice();
      spoilt[at] = (spoilt[at] ?? 0) ^ 1;
      await expect(unpackCheckpoint(spoilt)).rejects.toThrow("damaged");
    }
    await expect(unpackCheckpoint(bytes.subarray(0, bytes.length - 4))).rejects.toThrow("damaged");
    await expect(unpackCheckpoint(new Uint8Array(100))).rejects.toThrow("no checkpoint");
    await expect(unpackCheckpoint(new Uint8Array())).rejects.toThrow("no checkpoint");
  });

  it("takes the defaults of settings that came after it, and refuses what this version does not know", async () => {
    const { seed: _, ...older } = DEFAULTS;
    const packed = (settings: object) =>
      packCheckpoint({ ...CHECKPOINT, run: { ...CHECKPOINT.run, settings: settings as typeof DEFAULTS } });
    expect((await unpackCheckpoint(await packed(older))).run.settings).toEqual(DEFAULTS);
    await expect(unpackCheckpoint(await packed({ ...DEFAULTS, warp: 1 }))).rejects.toThrow('no setting "warp"');
  });
});
