/** Every kernel's value, first and second derivatives on WebGPU against the CPU reference. */
import { beforeAll, describe, expect, it } from "vitest";
import { openGpu } from "../../../test/gpu-engine";
import { STREAM } from "../../domain/random";
import { type Tensor, tf } from "../gpu/tensorflow";
import { augment } from "./augment";
import { dropBlock } from "./drop-block";
import { KERNEL_CASES, type KernelCase, runCase } from "./kernel-cases";
import { normalNoise } from "./noise";
import { LARGE_SAMPLED_CASES } from "./sampled-cases";
import { gumbelNoise, SAMPLED_EDGES, softPick, straightThrough, topPicks } from "./sampler";

beforeAll(openGpu);

async function values(c: KernelCase, backend: "cpu" | "webgpu"): Promise<Float32Array[]> {
  await tf.setBackend(backend);
  const { value, first, second } = runCase(c);
  return Promise.all([value, ...first, ...second].map((t: Tensor) => t.data() as Promise<Float32Array>));
}

describe.each([...KERNEL_CASES, ...LARGE_SAMPLED_CASES])("$name", (c) => {
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

  it("draws alike, but for the rounding of Gumbel noise", async () => {
    const noise = () => gumbelNoise(4294967295, STREAM.check, tf.scalar(7, "int32"));
    expect(await compare(noise)).toBeLessThan(1e-3);
    await tf.setBackend("cpu");
    const values = noise().dataSync<"float32">();
    const alphas = Array.from({ length: values.length }, (_, i) => Math.sin(i));
    const tensors = () =>
      [alphas, Array.from(values)].map((v) => tf.tensor2d(v, [SAMPLED_EDGES, 8])) as [Tensor, Tensor];
    expect(await compare(() => tf.concat(topPicks(...tensors(), 8)).toFloat())).toBe(0);
    const gradient = () => {
      const [a, g] = tensors();
      const [first, second] = topPicks(a, g, 2) as [Tensor, Tensor];
      const weights = (t: Tensor) => straightThrough(softPick(t, g, [first], tf.scalar(2)), second);
      const squares = (t: Tensor) => tf.sum(tf.mul(tf.square(weights(t)), tf.add(weights(t), a)));
      return tf.grad(squares)(a);
    };
    expect(await compare(gradient)).toBeLessThan(1e-6);
  });

  it("drops the same blocks on both backends", async () => {
    const gate = { kind: "own", rows: [0, 1, 2, 3], ops: [3] } as const;
    const options = { seed: 9, stream: STREAM.check, block: 3, site: 2, gate };
    const shares = [0.1, 0.3];
    for (const share of shares) {
      const make = () => {
        const picks = tf.tensor1d([3, 3, 3, 3], "int32");
        return dropBlock([2, 32, 32, 3], tf.scalar(5, "int32"), tf.scalar(share), picks, options);
      };
      const words: Int32Array[] = [];
      for (const backend of ["cpu", "webgpu"]) {
        await tf.setBackend(backend);
        words.push((await make().data()) as Int32Array);
      }
      expect(words[1]).toEqual(words[0]);
    }
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
