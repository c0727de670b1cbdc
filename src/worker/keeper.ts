/** Keeps one run while it goes: when it is written, and what is told when it cannot be. */
import type { Checkpoint } from "../domain/checkpoint";
import type { Search } from "../engine/run/search";
import type { RunMemory } from "./kept-runs";

/** Milliseconds between two writings of a run that goes on, at least. */
export const KEEP_MS = 15_000;
/** Writing takes at most this share of the time. */
const SHARE = 0.02;

/** A checkpoint to go on from. */
export interface Beginning {
  readonly checkpoint: Checkpoint;
  /** It lies in the memory of runs, not only here. */
  readonly isKept: boolean;
  /** Why it found no place there, if it was tried. */
  readonly problem: string | null;
}

export interface KeeperOptions {
  readonly id: string;
  /** null where no run can be kept: its last checkpoint is then held in memory alone. */
  readonly memory: RunMemory | null;
  /** What the run goes on from, if it does. */
  readonly from: Beginning | null;
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
  /** Changes of settings so far. */
  readonly changes: number;
}

function markOf({ iteration, knownVariants, changes }: Search): Mark {
  return { iteration, variants: knownVariants, changes: changes.length };
}

function isSame(a: Mark, b: Mark): boolean {
  return a.iteration === b.iteration && a.variants === b.variants && a.changes === b.changes;
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
  /** null where the run goes on from what is held alone. */
  #written: Mark | null;
  /** Of the last checkpoint, which may have found no room. */
  #taken: Mark;
  #nextAt = Number.NEGATIVE_INFINITY;
  #asked = false;
  #problem: string | null;

  constructor(search: Search, options: KeeperOptions) {
    this.id = options.id;
    this.#search = search;
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    const { from } = options;
    this.#isKept = from?.isKept ?? false;
    this.#held = from && !from.isKept ? from.checkpoint : null;
    this.#problem = from?.problem ?? null;
    this.#taken = markOf(search);
    this.#written = this.#held ? null : this.#taken;
    options.tell(this.#problem);
  }

  /** Why the last checkpoint found no room; null when it did. */
  get problem(): string | null {
    return this.#problem;
  }

  /** Where the run can go on from if the engine breaks down; null before its first iteration. */
  async latest(): Promise<Beginning | null> {
    if (this.#held) return { checkpoint: this.#withChanges(this.#held), isKept: false, problem: this.#problem };
    const { memory } = this.#options;
    if (!memory || !this.#isKept) return null;
    const kept = await memory.checkpoint(this.id);
    const checkpoint = this.#withChanges(kept);
    return { checkpoint, isKept: checkpoint === kept, problem: null };
  }

  /** With the settings that were changed when the device was lost already, so that no checkpoint could be taken. */
  #withChanges(checkpoint: Checkpoint): Checkpoint {
    const { run } = checkpoint;
    const { iteration, settings, changes } = this.#search;
    if (run.records.length !== iteration || run.settingChanges.length === changes.length) return checkpoint;
    return { ...checkpoint, run: { ...run, settings, settingChanges: [...changes] } };
  }

  get #isNew(): boolean {
    return this.#written === null || !isSame(this.#written, markOf(this.#search));
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

  /** Writes the last checkpoint, where it is not written; of a run that stands still. Never rejects. */
  async tryAgain(): Promise<void> {
    if (this.#options.memory && this.#held) await this.#write(this.#held, this.#taken, this.#now());
  }

  /**
   * Writes a checkpoint, unless nothing has changed. The search waits: on the CPU its iterations would leave the writing no
   * turn. @throws Error when the device fails
   */
  async keep(): Promise<void> {
    if (this.#search.iteration === 0 || !this.#isNew) return;
    this.#asked = false;
    const began = this.#now();
    const moment = markOf(this.#search);
    const checkpoint = await this.#search.checkpoint();
    this.#held = checkpoint;
    this.#taken = moment;
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
