/** Lets drawings take turns in short tasks, so that none holds up the page for long. Knows no React. */

/** ms of drawing after which a task ends. Turns that draw nothing cost nothing, so many go into one task. */
const ENOUGH = 3;
/** Least ms between two tasks: a frame, in which the browser lays out and paints what changed. */
const FRAME = 16;
/** A pause is this many times as long as the drawing before it: where cores are scarce, drawing leaves them to the search. */
const REST = 4;

/**
 * Asks for a turn; asking again before it comes asks for nothing more.
 * @param urgent before all that are not, and without the long pauses: a person has done something and waits for it
 */
export type AskForTurn = (turn: () => void, urgent?: boolean) => void;

/** @param now the time in ms; @returns asks for turns, which come in the order asked for, never at once */
export function createTurns(now = () => performance.now()): AskForTurn {
  const [waiting, urgently] = [new Set<() => void>(), new Set<() => void>()];
  let resting: ReturnType<typeof setTimeout> | null = null;
  let until = 0;
  const rest = (pause: number) => {
    if (resting !== null) clearTimeout(resting);
    until = now() + pause;
    resting = setTimeout(work, pause);
  };
  const work = () => {
    resting = null;
    const start = now();
    let spent = 0;
    for (const turns of [urgently, waiting]) {
      for (const turn of turns) {
        if (spent >= ENOUGH) break;
        turns.delete(turn);
        try {
          turn();
        } catch (error) {
          // One broken drawing stops no other.
          reportError(error);
        }
        spent = now() - start;
      }
    }
    if (urgently.size > 0) rest(FRAME);
    else if (spent >= ENOUGH || waiting.size > 0) rest(Math.max(FRAME, REST * spent));
  };
  return (turn, urgent = false) => {
    if (urgent) {
      waiting.delete(turn);
      urgently.add(turn);
      if (resting === null || until > now() + FRAME) rest(FRAME);
    } else {
      if (!urgently.has(turn)) waiting.add(turn);
      if (resting === null) rest(FRAME);
    }
  };
}
