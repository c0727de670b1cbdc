/** Plans of the augmentation of the papers: random crop with padding, random flip. Kernels of the engine carry them out. */
import type { AugmentationPlan } from "../domain/dataset";
import { CounterRandom, STREAM } from "../domain/random";

/** The batches of one iteration; each is augmented independently of the others. */
const BATCHES = { train: 0, explainerValidation: 1, audienceValidation: 2 } as const;
export type AugmentedBatch = keyof typeof BATCHES;

/** Largest shift of a crop: an eighth of the side, 4 pixels at 32 as in DARTS (utils.py). */
export function cropPadding(size: number): number {
  return Math.floor(size / 8);
}

/**
 * Row and column shift, uniform in −padding..padding, and a flip with probability ½. A draw depends on seed, iteration,
 * batch and place in the batch alone, not on `count`.
 * @param iteration 0 for the first
 */
export function augmentationPlan(options: {
  size: number;
  count: number;
  seed: number;
  iteration: number;
  batch: AugmentedBatch;
}): AugmentationPlan {
  const { size, count, seed, iteration, batch } = options;
  const random = new CounterRandom(seed, STREAM.augmentation, iteration);
  const padding = cropPadding(size);
  const values = new Int32Array(count * 3);
  for (let picture = 0; picture < count; picture++) {
    const draw = (picture * 3 + BATCHES[batch]) * 3;
    values[picture * 3] = random.below(2 * padding + 1, draw) - padding;
    values[picture * 3 + 1] = random.below(2 * padding + 1, draw + 1) - padding;
    values[picture * 3 + 2] = random.below(2, draw + 2);
  }
  return { count, values };
}

/** Leaves every picture as it is. */
export function identityPlan(count: number): AugmentationPlan {
  return { count, values: new Int32Array(count * 3) };
}
