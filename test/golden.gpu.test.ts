/** Golden numbers on WebGPU. */
import { beforeAll, describe, expect, it } from "vitest";
import { openEngine } from "../src/engine/gpu/backend";
import { goldenCaseNames, runGoldenCase } from "./golden-cases";

beforeAll(async () => {
  const engine = await openEngine("webgpu", navigator.gpu, () => Promise.resolve("webgpu"));
  expect(engine.webgpu.ok).toBe(true);
});

const names = await goldenCaseNames();
let run = 0;

describe("golden numbers on WebGPU", () => {
  it.each(names)("%s", async (name) => {
    const comparisons = await runGoldenCase(name);
    expect(comparisons.length).toBeGreaterThan(0);
    expect(comparisons.filter(({ excess }) => excess > 1)).toEqual([]);
    run++;
  });

  it("runs every case that the index lists for the parts that are built", () => {
    console.info(`Golden cases run on WebGPU: ${run} of ${names.length}`);
    expect(names.length).toBeGreaterThan(0);
    expect(run).toBe(names.length);
  });
});
