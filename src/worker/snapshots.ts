/** What the page is told of a run while it goes, at a limited rate. */
import { historySince, NO_HISTORY } from "../domain/alpha-history";
import type { Explanation, IterationRecord, Snapshot } from "../domain/run";
import { engineMemory } from "../engine/gpu/backend";
import type { Search } from "../engine/run/search";

/** Milliseconds between two snapshots, at least. */
export const SNAPSHOT_MS = 250;
/** Explanations cost a read-back, so they come more rarely. */
export const EXPLANATION_MS = 1000;

export class Snapshots {
  #records: IterationRecord[] = [];
  #explanations: readonly Explanation[] | null = null;
  /** The last iteration whose alphas were posted. */
  #posted = NO_HISTORY.iteration;
  #postedAt = Number.NEGATIVE_INFINITY;
  #explainedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly search: Search,
    private readonly post: (snapshot: Snapshot) => void,
    private readonly now: () => number = () => performance.now(),
  ) {
    // What a run had before it went on, the page shows already.
    if (search.iteration > 0) this.#posted = search.iteration;
  }

  /**
   * Makes one iteration.
   * @param last a pause or the end follows, so its explanations are wanted in any case; else another iteration follows
   */
  async iterate(last: boolean): Promise<void> {
    const began = this.now();
    // Counted from start to start, so that iterations that take long explain each time.
    const explain = last || began - this.#explainedAt >= EXPLANATION_MS;
    if (explain) this.#explainedAt = began;
    const report = (explanations: readonly Explanation[]) => {
      this.#explanations = explanations;
    };
    this.#records.push(await this.search.iterate(explain ? report : undefined, !last && this.search.isQuick));
    if (this.now() - this.#postedAt >= SNAPSHOT_MS) this.flush();
  }

  /** Posts the present state, unless that has been done. */
  flush(): void {
    if (this.#records.length === 0 && this.#postedAt !== Number.NEGATIVE_INFINITY) return;
    const { iteration, iterations, iterationsPerEpoch, stages, stage, alphas, betas, genotype } = this.search;
    const [records, explanations] = [this.#records, this.#explanations];
    this.#records = [];
    this.#explanations = null;
    this.#postedAt = this.now();
    const memory = engineMemory();
    const history = historySince(this.search.history, this.#posted);
    this.#posted = iteration;
    const state = { iteration, iterations, iterationsPerEpoch, stages, stage, alphas, betas, genotype, history };
    this.post({ ...state, records, explanations, ...memory });
  }
}
