/** Golden numbers on the CPU reference. */
import { beforeAll, describe, expect, it } from "vitest";
import { goldenCases } from "../scripts/lib/reports.mjs";
import { tf } from "../src/engine/gpu/tensorflow";
import { goldenCaseNames, goldenIndex, runGoldenCase } from "./golden-cases";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

const names = await goldenCaseNames();
const wanted = goldenCases(await goldenIndex());
const passed: string[] = [];

describe("golden numbers on the CPU", () => {
  it.each(names)("%s", async (name) => {
    const comparisons = await runGoldenCase(name);
    expect(comparisons.length).toBeGreaterThan(0);
    expect(comparisons.filter(({ excess }) => excess > 1)).toEqual([]);
    passed.push(name);
  });

  it("runs every case that the index lists for the parts that are built", () => {
    console.info(`Golden cases passed on the CPU: ${passed.length} of ${wanted.length}`);
    expect(wanted.length).toBeGreaterThan(0);
    expect(passed.toSorted()).toEqual(wanted.toSorted());
  });
});
