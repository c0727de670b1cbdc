/** Which of the stages the light is on. The engine does not tell, so the light follows a clock; the caption says so. */
import { useEffect, useState } from "react";

/** @returns 0..stages−1 while `on`, else null. One turn takes `seconds`. */
export function useTurn(on: boolean, stages: number, seconds: number): number | null {
  const [stage, setStage] = useState(0);
  useEffect(() => {
    if (!on) return;
    const timer = setInterval(() => setStage((now) => (now + 1) % stages), (1000 * seconds) / stages);
    return () => clearInterval(timer);
  }, [on, stages, seconds]);
  return on ? stage : null;
}
