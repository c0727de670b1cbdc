/** Golden numbers on the CPU reference. */
import { beforeAll, describe, expect, it } from "vitest";
import { tf } from "../src/engine/gpu/tensorflow";
import { goldenCaseNames, runGoldenCase } from "./golden-cases";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

const names = await goldenCaseNames();
let run = 0;

describe("golden numbers on the CPU", () => {
  it.each(names)("%s", async (name) => {
    const comparisons = await runGoldenCase(name);
    expect(comparisons.length).toBeGreaterThan(0);
    expect(comparisons.filter(({ excess }) => excess > 1)).toEqual([]);
    run++;
  });

  it("runs every case that the index lists for the parts that are built", () => {
    console.info(`Golden cases run on the CPU: ${run} of ${names.length}`);
    expect(names.length).toBeGreaterThan(0);
    expect(run).toBe(names.length);
  });
});
