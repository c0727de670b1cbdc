/** A value that changes at most once in a period, each time in a task of its own. For charts, which are dear to draw. */
import { startTransition, useEffect, useRef, useState } from "react";

/**
 * @param value what is wanted now
 * @param period ms between two changes
 * @param phase ms that each change waits, so that several charts do not draw in one task
 */
export function useSteady<T>(value: T, period: number, phase: number): T {
  const [shown, setShown] = useState(value);
  const latest = useRef(value);
  const last = useRef(Number.NEGATIVE_INFINITY);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    latest.current = value;
    if (timer.current !== undefined) return;
    const wait = Math.max(0, last.current + period - performance.now()) + phase;
    timer.current = setTimeout(() => {
      timer.current = undefined;
      last.current = performance.now();
      startTransition(() => setShown(latest.current));
    }, wait);
  }, [value, period, phase]);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );
  return shown;
}
