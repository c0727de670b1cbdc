/** Keeps one run while it goes: when it is written, and what is told when it cannot be. */
import type { Search } from "../engine/run/search";
import type { RunMemory } from "./kept-runs";

/** Milliseconds between two writings of a run that goes on, at least. */
export const KEEP_MS = 15_000;
/** A writing takes at most this share of the time. */
const SHARE = 0.02;

export interface KeeperOptions {
  /** Hears why the run cannot be kept; null once it is. */
  readonly tell: (problem: string | null) => void;
  /** A writing is done. */
  readonly kept: () => Promise<void>;
  readonly now?: () => number;
}

/** Sorts by time; the same for no two runs. */
export function newRunId(): string {
  const time = Date.now().toString(36).padStart(9, "0");
  const random = crypto.getRandomValues(new Uint32Array(2));
  return `${time}${Array.from(random, (n) => n.toString(36).padStart(7, "0")).join("")}`;
}

export class RunKeeper {
  readonly id = newRunId();
  readonly #memory: RunMemory;
  readonly #search: Search;
  readonly #options: KeeperOptions;
  readonly #now: () => number;
  /** Iterations that are written. */
  #written = 0;
  #nextAt = Number.NEGATIVE_INFINITY;
  #problem: string | null = null;

  constructor(memory: RunMemory, search: Search, options: KeeperOptions) {
    this.#memory = memory;
    this.#search = search;
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Whether it is time to write a run that goes on: after its first iteration, then now and then. */
  get isDue(): boolean {
    return this.#search.iteration > this.#written && this.#now() >= this.#nextAt;
  }

  /** Writes the run, unless nothing has changed. Never rejects: a search goes on without being kept, and says so. */
  async write(): Promise<void> {
    const { iteration, iterations } = this.#search;
    if (iteration === this.#written) return;
    const began = this.#now();
    let problem: string | null = null;
    try {
      await this.#memory.keep(this.id, { file: await this.#search.file(), iterations });
      this.#written = iteration;
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
    const ended = this.#now();
    this.#nextAt = ended + Math.max(KEEP_MS, (ended - began) / SHARE);
    if (problem !== this.#problem) this.#options.tell(problem);
    this.#problem = problem;
    await this.#options.kept();
  }
}
