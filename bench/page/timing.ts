/** Times several ways to do the same work: in turns, so that whatever else the machine does meets all of them. */
import { median } from "../median";

/** One way to do a training step, with its weights and its batch. */
export interface Peer {
  /** Submits one step; its result is the next step's start. */
  step(): void;
  /** Waits until every submitted step is done. @returns the loss of the last one */
  loss(): Promise<number>;
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

/** ms a step: `steps` submitted one after another, then the wait for the last one's loss. */
async function timeSteps(peer: Peer, steps: number): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < steps; i++) peer.step();
  await peer.loss();
  return (performance.now() - start) / steps;
}

/**
 * Median ms a step of each peer: A B C, A B C, … The first round warms up: it is not measured, and says how many steps
 * make a measurement.
 */
export async function interleave<K extends string>(
  peers: Readonly<Record<K, Peer>>,
  repeats: Repeats,
): Promise<Record<K, number>> {
  const turns: { name: string; peer: Peer; steps: number; times: number[] }[] = [];
  for (const [name, peer] of Object.entries<Peer>(peers)) {
    await timeSteps(peer, 1);
    const steps = Math.max(1, Math.min(repeats.steps, Math.floor(SPAN / (await timeSteps(peer, 1)))));
    turns.push({ name, peer, steps, times: [] });
  }
  for (let round = 0; round < repeats.rounds; round++) {
    for (const { peer, steps, times } of turns) times.push(await timeSteps(peer, steps));
  }
  return Object.fromEntries(turns.map(({ name, times }) => [name, median(times)])) as Record<K, number>;
}
