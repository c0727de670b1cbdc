/** Plans of the augmentation of the papers: random crop with padding, random flip, cutout. Kernels of the engine carry them out. */
import { type AugmentationPlan, PLAN_WIDTH } from "../domain/dataset";
import { CounterRandom, STREAM } from "../domain/random";

/** The batches of one iteration; each is augmented independently of the others. */
const BATCHES = { train: 0, explainerValidation: 1, audienceValidation: 2 } as const;
export type AugmentedBatch = keyof typeof BATCHES;

/** Largest shift of a crop: an eighth of the side, 4 pixels at 32 as in DARTS (utils.py). */
export function cropPadding(size: number): number {
  return Math.floor(size / 8);
}

/**
 * Row and column shift, uniform in −padding..padding, a flip with probability ½, and the centre of a hole, uniform over the
 * picture (cutout as in DARTS, utils.py: a hole at the border is smaller). A draw depends on seed, iteration, batch and
 * place in the batch alone, not on `count`.
 * @param options.iteration 0 for the first
 * @param options.cutout side of the hole in pixels, rounded down to an even number; 0 for none
 */
export function augmentationPlan(options: {
  size: number;
  count: number;
  seed: number;
  iteration: number;
  batch: AugmentedBatch;
  cutout: number;
}): AugmentationPlan {
  const { size, count, seed, iteration, batch, cutout } = options;
  const random = new CounterRandom(seed, STREAM.augmentation, iteration);
  const holes = new CounterRandom(seed, STREAM.cutout, iteration);
  const padding = cropPadding(size);
  const values = new Int32Array(count * PLAN_WIDTH);
  for (let picture = 0; picture < count; picture++) {
    const draw = (picture * 3 + BATCHES[batch]) * 3;
    const shifts = [0, 1].map((k) => random.below(2 * padding + 1, draw + k) - padding);
    const centre = cutout > 0 ? [0, 1].map((k) => holes.below(size, draw + k)) : [0, 0];
    values.set([...shifts, random.below(2, draw + 2), ...centre, Math.floor(cutout / 2)], picture * PLAN_WIDTH);
  }
  return { count, values };
}

/** Leaves every picture as it is. */
export function identityPlan(count: number): AugmentationPlan {
  return { count, values: new Int32Array(count * PLAN_WIDTH) };
}
