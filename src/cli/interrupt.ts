/** Ctrl+C: the first asks the search to end after its iteration, a later one ends the program at once. */

/** npm and the terminal may both pass on the same key press; signals this close together are one. */
const SAME_PRESS_MS = 1000;
const EXIT_CODE = { SIGINT: 130, SIGTERM: 143 } as const;
type Signal = keyof typeof EXIT_CODE;

export interface Interrupt {
  /** Exit code of the signal that came, or null. */
  readonly code: () => number | null;
}

export function listenForInterrupt(tell: (message: string) => void): Interrupt {
  let first: { readonly signal: Signal; readonly at: number } | null = null;
  const onSignal = (signal: Signal) => {
    const now = performance.now();
    if (first && now - first.at > SAME_PRESS_MS) process.exit(EXIT_CODE[signal]);
    if (first) return;
    first = { signal, at: now };
    tell("Stopping after this iteration…");
  };
  process.on("SIGINT", () => onSignal("SIGINT"));
  process.on("SIGTERM", () => onSignal("SIGTERM"));
  return { code: () => (first ? EXIT_CODE[first.signal] : null) };
}
