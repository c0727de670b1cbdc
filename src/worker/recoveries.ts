/** Gives up on a device that is lost again and again without getting anywhere. */

/** Losses in a row without a new iteration between, from which on it makes no sense to go on. */
const MOST = 3;

export class Recoveries {
  #reached = -1;
  #count = 0;

  /** Counts a loss. @param reached iterations that were done @throws Error when there were too many */
  note(reached: number): void {
    this.#count = reached > this.#reached ? 1 : this.#count + 1;
    this.#reached = Math.max(this.#reached, reached);
    if (this.#count <= MOST) return;
    this.#count = 0;
    throw new Error(`The graphics device was lost ${MOST + 1} times without an iteration between. The run is kept.`);
  }
}
