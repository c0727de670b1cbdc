/** Mini-batches of one iteration, from the data set's bytes to normalised tensors. */
import { type AugmentedBatch, augmentationPlan, identityPlan } from "../../data/augment";
import { BatchStream, ValidationDraws } from "../../data/batches";
import { classCounts, classWeights } from "../../data/statistics";
import type { Dataset } from "../../domain/dataset";
import type { Settings } from "../../domain/settings";
import { type Tensor, tf } from "../gpu/tensorflow";
import { augment } from "../kernels/augment";
import type { Batch } from "../nn/loss";

/** A batch with what the host needs to know of it. */
export interface LabelledBatch extends Batch {
  readonly labels: readonly number[];
}

export class Batches {
  readonly iterationsPerEpoch: number;
  private readonly train: BatchStream;
  private readonly explainer: ValidationDraws;
  private readonly audience: ValidationDraws;
  private readonly weights: Float32Array;

  /** @throws DataError when a split is smaller than one batch */
  constructor(
    private readonly dataset: Dataset,
    settings: Settings,
  ) {
    const { splits, labels, classNames } = dataset;
    const { batchSize, seed } = settings;
    this.train = new BatchStream(splits.train, batchSize, seed);
    this.explainer = new ValidationDraws(splits.validation, batchSize, seed, "explainer");
    this.audience = new ValidationDraws(splits.validation, batchSize, seed, "audience");
    this.weights = classWeights(classCounts(labels, classNames.length, splits.train));
    this.iterationsPerEpoch = this.train.iterationsPerEpoch;
  }

  /** 0 for the first epoch. */
  epochOf(iteration: number): number {
    return this.train.epochOf(iteration);
  }

  /** The three batches of an iteration (0 is the first); the caller's scope owns their tensors. */
  at(iteration: number, settings: Settings): Readonly<Record<AugmentedBatch, LabelledBatch>> {
    const statistics = tf.tensor([...this.dataset.mean, ...this.dataset.std], [2, 3]);
    const make = (batch: AugmentedBatch, pictures: Uint32Array) =>
      this.batch(batch, pictures, iteration, settings, statistics);
    return {
      train: make("train", this.train.at(iteration)),
      explainerValidation: make("explainerValidation", this.explainer.at(iteration)),
      audienceValidation: make("audienceValidation", this.audience.at(iteration)),
    };
  }

  private batch(
    batch: AugmentedBatch,
    pictures: Uint32Array,
    iteration: number,
    settings: Settings,
    statistics: Tensor,
  ): LabelledBatch {
    const { size, pixels, labels, classNames } = this.dataset;
    const count = pictures.length;
    const length = size * size * 3;
    const raw = new Float32Array(count * length);
    for (const [i, picture] of pictures.entries())
      raw.set(pixels.subarray(picture * length, (picture + 1) * length), i * length);
    const plan = settings.augment
      ? augmentationPlan({ size, count, seed: settings.seed, iteration, batch })
      : identityPlan(count);
    const picked = Array.from(pictures, (picture) => labels[picture] ?? 0);
    const targets = new Float32Array(count * classNames.length);
    for (const [i, label] of picked.entries()) targets[i * classNames.length + label] = 1;
    return {
      x: augment(tf.tensor(raw, [count, size, size, 3]), tf.tensor(plan.values, [count, 3], "int32"), statistics),
      targets: tf.tensor(targets, [count, classNames.length]),
      weights: settings.classWeights ? tf.tensor1d(picked.map((label) => this.weights[label] ?? 1)) : null,
      labels: picked,
    };
  }
}
