/** Lets drawings take turns in short tasks, so that none holds up the page for long. Knows no React. */

/** ms of drawing after which a task ends. Turns that draw nothing cost nothing, so many go into one task. */
const ENOUGH = 3;
/** Least ms between two tasks: a frame, in which the browser lays out and paints what changed. */
const FRAME = 16;
/** A pause is this many times as long as the drawing before it: where cores are scarce, drawing leaves them to the search. */
const REST = 4;

/** Asks for a turn; asking again before it comes asks for nothing more. */
export type AskForTurn = (turn: () => void) => void;

/** @param now the time in ms; @returns asks for turns, which come in the order asked for, never at once */
export function createTurns(now = () => performance.now()): AskForTurn {
  const waiting = new Set<() => void>();
  let resting = false;
  const rest = (pause: number) => {
    resting = true;
    setTimeout(work, pause);
  };
  const work = () => {
    resting = false;
    const start = now();
    let spent = 0;
    for (const turn of waiting) {
      waiting.delete(turn);
      try {
        turn();
      } catch (error) {
        // One broken drawing stops no other.
        reportError(error);
      }
      spent = now() - start;
      if (spent >= ENOUGH) break;
    }
    if (spent >= ENOUGH || waiting.size > 0) rest(Math.max(FRAME, REST * spent));
  };
  return (turn) => {
    waiting.add(turn);
    if (!resting) rest(FRAME);
  };
}
