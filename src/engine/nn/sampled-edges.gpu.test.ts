/** One recorded plan serves every draw: replayed on WebGPU, against the supernet with one-hot weights on the CPU. */
import { beforeAll, expect, it } from "vitest";
import { openGpu } from "../../../test/gpu-engine";
import { bothLogits, difference, oneHotValues, replayedValues } from "../../../test/sampled-network";
import { tf } from "../gpu/tensorflow";

beforeAll(openGpu);

it("one plan computes each draw as one-hot mixing weights do", async () => {
  const draws = [0, 1, 2, 3, 4, 5, 6, 7, 0];
  await tf.setBackend("webgpu");
  const sampled = await replayedValues(draws);
  await tf.setBackend("cpu");
  for (const [i, draw] of draws.entries()) {
    const [want, got] = [await oneHotValues(draw), sampled[i]];
    expect(difference(want.logits, got?.logits ?? new Float32Array()), `logits of draw ${draw}`).toBeLessThan(5e-4);
    expect(difference(want.weights, got?.weights ?? new Float32Array()), `weights of draw ${draw}`).toBeLessThan(5e-4);
    expect(difference(want.picked, got?.picked ?? new Float32Array()), `mixing of draw ${draw}`).toBeLessThan(5e-4);
  }
  expect(sampled[8]).toEqual(sampled[0]);
});

// Gradients of so many pixels differ between backends where a value is at a kink.
it("computes the logits of more pixels than one part of a batch norm's statistics takes", async () => {
  await tf.setBackend("webgpu");
  const { sampled, mixed } = await bothLogits(1, 12);
  expect(mixed.every(Number.isFinite)).toBe(true);
  expect(difference(mixed, sampled)).toBeLessThan(5e-4);
});
