/** The records of a run, a list that only grows: a snapshot costs what it adds, however long the run is. */
import type { IterationRecord } from "../domain/run";

/** What readers need of records; an array has it too. */
export type RecordList = Pick<Records, "length" | "at" | "slice">;

/** Of one length for good. What `with` gives shares its memory with what it was called on. */
export class Records {
  static readonly NONE = new Records([], 0);

  /** Of the longest list that shares it. */
  readonly #all: IterationRecord[];
  readonly length: number;

  private constructor(all: IterationRecord[], length: number) {
    this.#all = all;
    this.length = length;
  }

  /** As of an array: a negative index counts from the end. */
  at(index: number): IterationRecord | undefined {
    const at = index < 0 ? this.length + index : index;
    return at >= 0 && at < this.length ? this.#all[at] : undefined;
  }

  /** As of an array. */
  slice(start = 0, end = this.length): IterationRecord[] {
    const within = (index: number) => Math.max(0, Math.min(this.length, index < 0 ? this.length + index : index));
    return this.#all.slice(within(start), within(end));
  }

  /** The list with more records at its end. */
  with(more: readonly IterationRecord[]): Records {
    if (more.length === 0) return this;
    // Only the longest list may grow in place.
    const own = this.length > 0 && this.#all.length === this.length;
    const all = own ? this.#all : this.slice();
    for (const record of more) all.push(record);
    return new Records(all, all.length);
  }

  /** The first `count` of them. */
  first(count: number): Records {
    return count >= this.length ? this : new Records(this.#all, Math.max(0, count));
  }

  /** Whether this list is another one with nothing or something at its end. */
  continues(other: Records): boolean {
    return this.#all === other.#all && this.length >= other.length;
  }
}
