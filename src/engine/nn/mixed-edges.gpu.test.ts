/** Grouped edges with some of the operations, and skip dropout, on WebGPU against the CPU reference. */
import { beforeAll, describe, expect, it } from "vitest";
import { openGpu } from "../../../test/gpu-engine";
import { tf } from "../gpu/tensorflow";
import { EDGES_CASES, grouped } from "./mixed-edges-cases";

beforeAll(openGpu);

describe.each(EDGES_CASES.slice(0, 3))("edges with $name", (c) => {
  it("agree with the CPU reference to 1e-4 of the largest value, under dropout", async () => {
    const results = async (backend: string) => {
      await tf.setBackend(backend);
      const { tensors, weightGradient } = grouped(c, { rate: tf.scalar(0.4), step: tf.scalar(3, "int32"), draw: 1 });
      return Promise.all([...tensors, weightGradient].map((t) => t.data() as Promise<Float32Array>));
    };
    const [cpu, gpu] = [await results("cpu"), await results("webgpu")];
    for (const [i, want] of cpu.entries()) {
      const largest = want.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
      const error = want.reduce((a, b, j) => Math.max(a, Math.abs(b - (gpu[i]?.[j] ?? Number.NaN))), 0);
      expect(error, `tensor ${i}`).toBeLessThanOrEqual(1e-4 * largest);
    }
  });
});
