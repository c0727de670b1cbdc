/** Linear schedule: from + (to − from)·t/(T − 1) for t = 0..T−1, so that the last step is at its end. */
export function linearRate(from: number, to: number, t: number, total: number): number {
  return from + ((to - from) * t) / Math.max(1, total - 1);
}
