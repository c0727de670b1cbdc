/** Golden numbers on WebGPU. */
import { beforeAll, describe, expect, it } from "vitest";
import { goldenCases } from "../scripts/lib/reports.mjs";
import { goldenCaseNames, goldenIndex, runGoldenCase } from "./golden-cases";
import { openGpu } from "./gpu-engine";

beforeAll(openGpu);

const names = await goldenCaseNames();
const wanted = goldenCases(await goldenIndex());
const passed: string[] = [];

describe("golden numbers on WebGPU, at once and as plans", () => {
  it.each(names)("%s", async (name) => {
    const comparisons = await runGoldenCase(name, true);
    expect(comparisons.length).toBeGreaterThan(0);
    expect(comparisons.filter(({ excess }) => excess > 1)).toEqual([]);
    passed.push(name);
  });

  it("runs every case that the index lists for the parts that are built", () => {
    console.info(`Golden cases passed on WebGPU: ${passed.length} of ${wanted.length}`);
    expect(wanted.length).toBeGreaterThan(0);
    expect(passed.toSorted()).toEqual(wanted.toSorted());
  });
});
