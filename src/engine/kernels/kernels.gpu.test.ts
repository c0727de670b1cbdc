/** Every kernel's value, first and second derivatives on WebGPU against the CPU reference. */
import { beforeAll, describe, expect, it } from "vitest";
import { STREAM } from "../../domain/random";
import { openEngine } from "../gpu/backend";
import { type Tensor, tf } from "../gpu/tensorflow";
import { augment } from "./augment";
import { KERNEL_CASES, type KernelCase, runCase } from "./kernel-cases";
import { normalNoise } from "./noise";

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

describe("kernels without a gradient", () => {
  const compare = async (make: () => Tensor) => {
    const results: Float32Array[] = [];
    for (const backend of ["cpu", "webgpu"]) {
      await tf.setBackend(backend);
      results.push((await make().data()) as Float32Array);
    }
    const [cpu, gpu] = results as [Float32Array, Float32Array];
    return cpu.reduce((worst, v, i) => Math.max(worst, Math.abs(v - (gpu[i] ?? Number.NaN))), 0);
  };

  it("makes the same noise on both backends, but for the rounding of log and cos", async () => {
    expect(await compare(() => normalNoise([1000], 4294967295, STREAM.delta, tf.scalar(7, "int32")))).toBeLessThan(
      1e-3,
    );
    const values = (await normalNoise([10000], 1, STREAM.delta, tf.scalar(0, "int32")).data()) as Float32Array;
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.04);
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
  });

  it("crops, flips and normalises alike", async () => {
    const make = () => {
      const pictures = tf.tensor(
        Float32Array.from({ length: 2 * 8 * 8 * 3 }, (_, i) => (i * 37) % 256),
        [2, 8, 8, 3],
      );
      return augment(
        pictures,
        tf.tensor([1, -2, 1, -1, 0, 0], [2, 3], "int32"),
        tf.tensor([0.4, 0.5, 0.6, 0.2, 0.25, 0.3], [2, 3]),
      );
    };
    expect(await compare(make)).toBeLessThan(1e-5);
  });
});
