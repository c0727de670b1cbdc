/** Every kernel's first and second derivative against central differences, on the CPU reference. */
import { beforeAll, describe, expect, it } from "vitest";
import { tf } from "../gpu/tensorflow";
import { compareGradients } from "./central-difference";
import { caseDirectional, caseLoss, KERNEL_CASES, runCase } from "./kernel-cases";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

describe.each(KERNEL_CASES.filter(({ large }) => !large))("$name", (c) => {
  it("has the gradient of its central difference", () => {
    const { difference, scale } = compareGradients(c, caseLoss, runCase(c).first);
    expect(difference).toBeLessThan(5e-3 * scale);
  });

  it("has the second derivative of its central difference", () => {
    const { difference, scale } = compareGradients(c, caseDirectional, runCase(c).second);
    expect(scale).toBeGreaterThan(0);
    expect(difference).toBeLessThan(5e-3 * scale);
  });
});
