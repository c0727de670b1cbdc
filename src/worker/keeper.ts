/** Keeps one run while it goes: when it is written, and what is told when it cannot be. */
import type { Checkpoint } from "../domain/checkpoint";
import type { Search } from "../engine/run/search";
import type { RunMemory } from "./kept-runs";

/** Milliseconds between two writings of a run that goes on, at least. */
export const KEEP_MS = 15_000;
/** Writing takes at most this share of the time. */
const SHARE = 0.02;

export interface KeeperOptions {
  readonly id: string;
  /** null where no run can be kept: its last checkpoint is then held in memory alone. */
  readonly memory: RunMemory | null;
  /** What the run goes on from, if it does. */
  readonly from: Checkpoint | null;
  /** Hears why the run cannot be kept; null once it is. */
  readonly tell: (problem: string | null) => void;
  /** A writing is done. */
  readonly kept: () => Promise<void>;
  readonly now?: () => number;
}

/** What tells one state of a run from another. */
interface Mark {
  readonly iteration: number;
  /** The kernel variants that are known: another object after each plan. */
  readonly variants: object;
}

export class RunKeeper {
  readonly id: string;
  readonly #search: Search;
  readonly #options: KeeperOptions;
  readonly #now: () => number;
  /** The last checkpoint, while it is not written. */
  #held: Checkpoint | null;
  /** Whether there is one in the memory. */
  #isKept: boolean;
  #written: Mark;
  /** Of the last checkpoint, which may have found no room. */
  #taken: Mark;
  #nextAt = Number.NEGATIVE_INFINITY;
  #asked = false;
  #problem: string | null = null;

  constructor(search: Search, options: KeeperOptions) {
    this.id = options.id;
    this.#search = search;
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#isKept = options.from !== null && options.memory !== null;
    this.#held = this.#isKept ? null : options.from;
    this.#written = { iteration: search.iteration, variants: search.knownVariants };
    this.#taken = this.#written;
  }

  /** Where the run can go on from if the engine breaks down; null before its first iteration. */
  async latest(): Promise<Checkpoint | null> {
    return this.#held ?? (this.#isKept ? ((await this.#options.memory?.checkpoint(this.id)) ?? null) : null);
  }

  get #isNew(): boolean {
    const { iteration, variants } = this.#written;
    return this.#search.iteration > iteration || this.#search.knownVariants !== variants;
  }

  /**
   * Whether it is time to take a checkpoint of a run that goes on: after its first iteration, when kernels were chosen anew,
   * when asked, and now and then.
   */
  get isDue(): boolean {
    if (this.#search.iteration === 0 || !this.#isNew) return false;
    return this.#asked || this.#now() >= this.#nextAt || this.#search.knownVariants !== this.#taken.variants;
  }

  /** The next boundary of two iterations is one to write: the page may go away. */
  ask(): void {
    this.#asked = true;
  }

  /**
   * Writes a checkpoint, unless nothing has changed. The search waits: on the CPU its iterations would leave the writing no
   * turn. @throws Error when the device fails
   */
  async keep(): Promise<void> {
    if (this.#search.iteration === 0 || !this.#isNew) return;
    this.#asked = false;
    const began = this.#now();
    const { iteration, knownVariants: variants } = this.#search;
    const checkpoint = await this.#search.checkpoint();
    this.#held = checkpoint;
    this.#taken = { iteration, variants };
    await this.#write(checkpoint, this.#taken, began);
  }

  /** Never rejects: a search goes on without being kept, and says so. */
  async #write(checkpoint: Checkpoint, moment: Mark, began: number): Promise<void> {
    const { memory, id, tell, kept } = this.#options;
    let problem: string | null = null;
    try {
      await memory?.keep(id, checkpoint);
      this.#written = moment;
      // Large ones would take as much memory as the run.
      if (memory) [this.#held, this.#isKept] = [null, true];
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
    const ended = this.#now();
    this.#nextAt = ended + Math.max(KEEP_MS, (ended - began) / SHARE);
    if (problem !== this.#problem) tell(problem);
    this.#problem = problem;
    if (memory) await kept();
  }
}
