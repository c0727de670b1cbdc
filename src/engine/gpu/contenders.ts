/** Which variants are worth timing: one that lost by far on the first call it was timed for, the largest, is not timed again. */
import { type Candidate, PLAIN } from "./variants";

/** A variant's time over the best, from which on it has no hope for the kernel's other calls. */
const HOPELESS = 2;

export class Contenders {
  readonly #timed = new Set<string>();
  readonly #dropped = new Set<string>();

  /** Those of a call's ways that are left; the plain one always is. */
  among(kernelName: string, ways: readonly Candidate[]): readonly Candidate[] {
    return ways.filter(({ name }) => name === PLAIN || !this.#dropped.has(`${kernelName} ${name}`));
  }

  /** @param ratio a variant's time over that of the call's fastest way */
  note(kernelName: string, name: string, ratio: number): void {
    const key = `${kernelName} ${name}`;
    if (!this.#timed.has(key) && ratio > HOPELESS) this.#dropped.add(key);
    this.#timed.add(key);
  }
}
