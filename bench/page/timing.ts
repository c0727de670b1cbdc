/** Times several ways to do the same work: in turns, so that whatever else the machine does meets all of them. */
import { median } from "../median";

/** One way to do a training step, with its weights and its batch. */
export interface Peer {
  /**
   * Submits `count` steps, each from where the last one ended, then waits for all of them.
   * @returns the loss of the last one
   */
  steps(count: number): Promise<number>;
  dispose(): void;
}

export interface Repeats {
  /** Measurements of each peer; their median counts. */
  readonly rounds: number;
  /** Steps of one measurement at most: one read-back ends them all. */
  readonly steps: number;
}

/** ms that the steps of one measurement take together, about; where one step takes longer, it stands alone. */
const SPAN = 2000;

/** ms a step. */
async function timeSteps(peer: Peer, count: number): Promise<number> {
  const start = performance.now();
  await peer.steps(count);
  return (performance.now() - start) / count;
}

/**
 * Median ms a step of each peer: A B C, A B C, … Each has made steps before, so that everything is compiled. The first
 * round is not measured: it says how many steps make a measurement.
 */
export async function interleave<K extends string>(
  peers: Readonly<Record<K, Peer>>,
  repeats: Repeats,
): Promise<Record<K, number>> {
  const turns: { name: string; peer: Peer; count: number; times: number[] }[] = [];
  for (const [name, peer] of Object.entries<Peer>(peers)) {
    const count = Math.max(1, Math.min(repeats.steps, Math.floor(SPAN / (await timeSteps(peer, 1)))));
    turns.push({ name, peer, count, times: [] });
  }
  for (let round = 0; round < repeats.rounds; round++) {
    for (const { peer, count, times } of turns) times.push(await timeSteps(peer, count));
  }
  return Object.fromEntries(turns.map(({ name, times }) => [name, median(times)])) as Record<K, number>;
}
