import { beforeAll, expect, it } from "vitest";
import { tf } from "../gpu/tensorflow";
import { crossEntropy, crossEntropySum } from "./loss";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

const LOGITS = [
  [1, 2, 0.5],
  [-1, 0, 3],
];
/** −log softmax(row)[label], in double precision. */
const each = (row: readonly number[], label: number) =>
  Math.log(row.reduce((sum, v) => sum + Math.exp(v), 0)) - (row[label] ?? Number.NaN);
const value = (t: ReturnType<typeof crossEntropy>) => t.dataSync<"float32">()[0];

it("is the mean of −log p(label), or its sum", () => {
  const batch = {
    x: tf.zeros([2]),
    targets: tf.tensor2d([
      [1, 0, 0],
      [0, 0, 1],
    ]),
    weights: null,
  };
  const sum = each(LOGITS[0] ?? [], 0) + each(LOGITS[1] ?? [], 2);
  expect(value(crossEntropy(tf.tensor2d(LOGITS), batch))).toBeCloseTo(sum / 2, 6);
  expect(value(crossEntropy(tf.tensor2d(LOGITS), batch, "sum"))).toBeCloseTo(sum, 6);
});

it("weights pictures and divides by the weights' sum", () => {
  const batch = {
    x: tf.zeros([2]),
    targets: tf.tensor2d([
      [1, 0, 0],
      [0, 0, 1],
    ]),
    weights: tf.tensor1d([3, 1]),
  };
  const sum = 3 * each(LOGITS[0] ?? [], 0) + each(LOGITS[1] ?? [], 2);
  expect(value(crossEntropy(tf.tensor2d(LOGITS), batch))).toBeCloseTo(sum / 4, 6);
  expect(value(crossEntropy(tf.tensor2d(LOGITS), batch, "sum"))).toBeCloseTo(sum, 6);
});

it("takes soft targets, of which the entropy is the least loss", () => {
  const target = tf.softmax(tf.tensor2d(LOGITS));
  const own = value(crossEntropySum(tf.tensor2d(LOGITS), target)) ?? Number.NaN;
  for (const other of [
    [
      [1.1, 2, 0.5],
      [-1, 0, 3],
    ],
    [
      [1, 2, 0.5],
      [-1, 0.1, 3],
    ],
  ])
    expect(value(crossEntropySum(tf.tensor2d(other), target))).toBeGreaterThan(own);
});
