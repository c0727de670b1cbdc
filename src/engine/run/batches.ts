/** Mini-batches of one iteration on the host, from the data set's bytes, and the tensors that they become. */
import { type AugmentedBatch, augmentationPlan, identityPlan } from "../../data/augment";
import { BatchStream, ValidationDraws } from "../../data/batches";
import { classCounts, classWeights } from "../../data/statistics";
import { type Dataset, PLAN_WIDTH } from "../../domain/dataset";
import type { Settings } from "../../domain/settings";
import type { Tensors } from "../gpu/step";
import { tf } from "../gpu/tensorflow";
import { augment } from "../kernels/augment";
import type { Batch } from "../nn/loss";

export const BATCHES = ["train", "explainerValidation", "audienceValidation"] as const satisfies AugmentedBatch[];

/** A batch on the host, before augmentation. */
export interface HostBatch {
  /** 0..255, [N, S, S, 3]. */
  readonly pictures: Float32Array;
  /** [N, 6], see `AugmentationPlan`. */
  readonly plan: Int32Array;
  /** One-hot, [N, classes]. */
  readonly targets: Float32Array;
  /** Weight of each picture, [N]. */
  readonly weights: Float32Array;
  readonly labels: readonly number[];
}

/** Names of a batch's tensors among the inputs of a step. */
export type BatchInput = `${AugmentedBatch}${"Pictures" | "Plan" | "Targets" | "Weights"}`;

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

  /** The three batches of an iteration (0 is the first). */
  at(iteration: number, settings: Settings): Readonly<Record<AugmentedBatch, HostBatch>> {
    const make = (batch: AugmentedBatch, pictures: Uint32Array) => this.batch(batch, pictures, iteration, settings);
    return {
      train: make("train", this.train.at(iteration)),
      explainerValidation: make("explainerValidation", this.explainer.at(iteration)),
      audienceValidation: make("audienceValidation", this.audience.at(iteration)),
    };
  }

  private batch(batch: AugmentedBatch, pictures: Uint32Array, iteration: number, settings: Settings): HostBatch {
    const { size, pixels, labels, classNames } = this.dataset;
    const count = pictures.length;
    const length = size * size * 3;
    const raw = new Float32Array(count * length);
    for (const [i, picture] of pictures.entries())
      raw.set(pixels.subarray(picture * length, (picture + 1) * length), i * length);
    const plan = settings.augment
      ? augmentationPlan({ size, count, seed: settings.seed, iteration, batch, cutout: settings.cutout })
      : identityPlan(count);
    const picked = Array.from(pictures, (picture) => labels[picture] ?? 0);
    const targets = new Float32Array(count * classNames.length);
    for (const [i, label] of picked.entries()) targets[i * classNames.length + label] = 1;
    const weights = Float32Array.from(picked, (label) => this.weights[label] ?? 1);
    return { pictures: raw, plan: plan.values, targets, weights, labels: picked };
  }

  /** Tensors for the batches of a step, still without values. */
  tensors(settings: Settings): Readonly<Record<BatchInput, tf.Tensor>> {
    return emptyBatches(settings, this.dataset.size, this.dataset.classNames.length);
  }
}

/** Tensors for three batches of pictures of that side and so many classes, still without values. */
export function emptyBatches(
  { batchSize }: Settings,
  side: number,
  classes: number,
): Readonly<Record<BatchInput, tf.Tensor>> {
  const entries = BATCHES.flatMap((batch) => [
    [`${batch}Pictures`, tf.zeros([batchSize, side, side, 3])],
    [`${batch}Plan`, tf.zeros([batchSize, PLAN_WIDTH], "int32")],
    [`${batch}Targets`, tf.zeros([batchSize, classes])],
    [`${batch}Weights`, tf.zeros([batchSize])],
  ]);
  return Object.fromEntries(entries) as Record<BatchInput, tf.Tensor>;
}

/** A batch's values by the names of its tensors. */
export function batchValues(batch: AugmentedBatch, values: HostBatch) {
  return [
    [`${batch}Pictures`, values.pictures],
    [`${batch}Plan`, values.plan],
    [`${batch}Targets`, values.targets],
    [`${batch}Weights`, values.weights],
  ] as const;
}

/** The augmented, normalised batch inside a step. */
export function batchOf(
  inputs: Tensors & Readonly<Record<BatchInput | "statistics", tf.Tensor>>,
  batch: AugmentedBatch,
  settings: Settings,
): Batch {
  return {
    x: augment(inputs[`${batch}Pictures`], inputs[`${batch}Plan`], inputs.statistics),
    targets: inputs[`${batch}Targets`],
    weights: settings.classWeights ? inputs[`${batch}Weights`] : null,
  };
}
