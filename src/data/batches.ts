/** Which pictures stand in which mini-batch. Any iteration (0 is the first) can be asked for without those before it. */
import { DataError } from "../domain/dataset";
import { CounterRandom, STREAM } from "../domain/random";
import { counted } from "./pictures";

function checkBatch(split: Uint32Array, batchSize: number, what: string): void {
  if (split.length < batchSize) {
    throw new DataError(
      `The ${what} split has ${counted(split.length, "picture")}, fewer than one batch of ${batchSize}. Lower the batch size or the test share, or choose a larger file.`,
    );
  }
}

/**
 * Batches of the search-train split, in a new order each epoch. The pictures left over at the end of an epoch are dropped:
 * plans on the GPU are made for one batch size.
 */
export class BatchStream {
  readonly iterationsPerEpoch: number;
  #order: { readonly epoch: number; readonly places: Uint32Array } | null = null;

  /**
   * @param split pictures to draw from
   * @throws DataError when the split is smaller than one batch
   */
  constructor(
    private readonly split: Uint32Array,
    readonly batchSize: number,
    private readonly seed: number,
  ) {
    checkBatch(split, batchSize, "search-train");
    this.iterationsPerEpoch = Math.floor(split.length / batchSize);
  }

  /** The epoch an iteration belongs to; 0 is the first. */
  epochOf(iteration: number): number {
    return Math.floor(iteration / this.iterationsPerEpoch);
  }

  /** Pictures of one mini-batch. @returns [batchSize], indices into the data set */
  at(iteration: number): Uint32Array {
    const epoch = this.epochOf(iteration);
    if (this.#order?.epoch !== epoch) {
      const places = new CounterRandom(this.seed, STREAM.trainOrder, epoch).permutation(this.split.length);
      this.#order = { epoch, places };
    }
    const start = (iteration % this.iterationsPerEpoch) * this.batchSize;
    return this.#order.places.slice(start, start + this.batchSize).map((place) => this.split[place] ?? 0);
  }
}

export type ValidationReader = "explainer" | "audience";

/** A fresh random batch of the search-validation split at each step; the pictures of one batch differ from each other. */
export class ValidationDraws {
  readonly #stream: typeof STREAM.validationExplainer | typeof STREAM.validationAudience;

  /**
   * @param reader explainer and audience draw independently
   * @throws DataError when the split is smaller than one batch
   */
  constructor(
    private readonly split: Uint32Array,
    readonly batchSize: number,
    private readonly seed: number,
    reader: ValidationReader,
  ) {
    checkBatch(split, batchSize, "search-validation");
    this.#stream = reader === "explainer" ? STREAM.validationExplainer : STREAM.validationAudience;
  }

  /** Pictures of one mini-batch. @returns [batchSize], indices into the data set */
  at(iteration: number): Uint32Array {
    const random = new CounterRandom(this.seed, this.#stream, iteration);
    // The first steps of a Fisher-Yates shuffle, of which only the touched places are kept.
    const moved = new Map<number, number>();
    return Uint32Array.from({ length: this.batchSize }, (_, i) => {
      const j = i + random.below(this.split.length - i, i);
      const drawn = moved.get(j) ?? j;
      moved.set(j, moved.get(i) ?? i);
      return this.split[drawn] ?? 0;
    });
  }
}
