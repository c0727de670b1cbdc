/** A sub-graph is the supernet whose mixing weights are one-hot: logits and gradients on the CPU reference. */
import { beforeAll, expect, it } from "vitest";
import { difference, oneHotValues, sampledValues } from "../../../test/sampled-network";
import { tf } from "../gpu/tensorflow";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

it.each([0, 1, 2, 3, 4, 5, 6, 7])("draw %i computes what one-hot mixing weights compute", async (draw) => {
  const [sampled, mixed] = [await sampledValues(draw), await oneHotValues(draw)];
  expect(difference(mixed.logits, sampled.logits)).toBeLessThan(5e-4);
  expect(difference(mixed.weights, sampled.weights)).toBeLessThan(5e-4);
  expect(difference(mixed.picked, sampled.picked)).toBeLessThan(5e-4);
});
