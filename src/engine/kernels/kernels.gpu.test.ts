/** Every kernel's value, first and second derivatives on WebGPU against the CPU reference. */
import { beforeAll, describe, expect, it } from "vitest";
import { openEngine } from "../gpu/backend";
import { type Tensor, tf } from "../gpu/tensorflow";
import { KERNEL_CASES, type KernelCase, runCase } from "./kernel-cases";

beforeAll(async () => {
  const engine = await openEngine("webgpu", navigator.gpu, () => Promise.resolve("webgpu"));
  expect(engine.webgpu.ok).toBe(true);
});

async function values(c: KernelCase, backend: "cpu" | "webgpu"): Promise<Float32Array[]> {
  await tf.setBackend(backend);
  const { value, first, second } = runCase(c);
  return Promise.all([value, ...first, ...second].map((t: Tensor) => t.data() as Promise<Float32Array>));
}

describe.each(KERNEL_CASES)("$name", (c) => {
  it("agrees with the CPU reference to 1e-5 of the largest value", async () => {
    const cpu = await values(c, "cpu");
    const gpu = await values(c, "webgpu");
    for (const [i, want] of cpu.entries()) {
      const largest = want.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
      expect(largest).toBeGreaterThan(0);
      const error = want.reduce((a, b, j) => Math.max(a, Math.abs(b - (gpu[i]?.[j] ?? Number.NaN))), 0);
      expect(error, `tensor ${i}`).toBeLessThan(1e-5 * largest);
    }
  });
});
