/** What the derivatives of the kernel cases do not show: how many values are dropped, and that masks are independent. */
import { beforeAll, expect, it } from "vitest";
import { STREAM } from "../../domain/random";
import { tf } from "../gpu/tensorflow";
import { dropoutCopies } from "./dropout";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

const COUNT = 20_000;
/** Of ones: whether each value of two copies is kept. */
function kept(layer: number, step: number, rate: number, which: 0 | 1 = 0): readonly [boolean[], boolean[]] {
  const draw = { rate: tf.scalar(rate), step: tf.scalar(step, "int32"), draw: which };
  const masks = { seed: 3, stream: STREAM.skipDropout, layer };
  const values = dropoutCopies(tf.ones([COUNT, 1]), 2, masks, draw).dataSync<"float32">();
  expect(new Set(values)).toEqual(new Set([0, Math.fround(1 / (1 - Math.fround(rate)))]));
  const of = (copy: number) => Array.from({ length: COUNT }, (_, i) => values[2 * i + copy] !== 0);
  return [of(0), of(1)];
}

const share = (flags: readonly boolean[]) => flags.filter(Boolean).length / flags.length;

it("keeps values with probability 1 − p and divides them by it", () => {
  // Four standard deviations of the share.
  for (const rate of [0.1, 0.7])
    for (const copy of kept(0, 0, rate))
      expect(Math.abs(share(copy) - (1 - rate))).toBeLessThan(4 * Math.sqrt((rate * (1 - rate)) / COUNT));
});

it("draws independent masks for copies, layers, steps and draws", () => {
  const masks = [...kept(0, 0, 0.5), ...kept(1, 0, 0.5), ...kept(0, 1, 0.5), ...kept(0, 0, 0.5, 1)];
  for (const [i, a] of masks.entries())
    for (const b of masks.slice(i + 1)) {
      const alike = share(a.map((flag, k) => flag === b[k]));
      expect(Math.abs(alike - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / COUNT));
    }
});
