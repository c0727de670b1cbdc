/** The self-check on a real adapter, with the adapter's own kernels and with one that computes something else. */
import { beforeAll, describe, expect, it } from "vitest";
import { openGpu } from "../../../test/gpu-engine";
import { tf } from "../gpu/tensorflow";
import { type CheckResult, selfCheck } from "./self-check";

beforeAll(openGpu);

async function check(): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  await selfCheck((result) => results.push(result));
  return results;
}

describe("the self-check on WebGPU", () => {
  it("finds every primitive right, leaves no tensor behind and the backend as it was", async () => {
    const before = tf.memory().numTensors;
    const results = await check();
    expect(results).toHaveLength(16);
    expect(results.filter(({ ok }) => !ok)).toEqual([]);
    expect(Math.max(...results.map(({ error }) => error))).toBeGreaterThan(0);
    expect(tf.memory().numTensors).toBe(before);
    expect(tf.getBackend()).toBe("webgpu");
  });

  it("finds a wrong gradient, and only that", async () => {
    const name = "SearchlightAveragePoolAdjoint";
    const [right, negate] = [tf.getKernel(name, "webgpu"), tf.getKernel("Neg", "webgpu")];
    if (!right || !negate) throw new Error("A kernel is not registered under the name this test knows.");
    tf.unregisterKernel(name, "webgpu");
    tf.registerKernel({
      ...right,
      kernelFunc: (args) =>
        negate.kernelFunc({ ...args, inputs: { x: right.kernelFunc(args) as tf.TensorInfo }, attrs: {} }),
    });
    try {
      const wrong = (await check()).filter(({ ok }) => !ok);
      expect(wrong.map(({ name }) => name)).toEqual(["avg_pool_3x3, stride 1", "avg_pool_3x3, stride 2"]);
      for (const { error } of wrong) expect(error).toBeGreaterThan(1000);
    } finally {
      tf.unregisterKernel(name, "webgpu");
      tf.registerKernel(right);
    }
  });
});
