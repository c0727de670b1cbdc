/** Mean and spread of a few values. */

export interface MeanStd {
  readonly count: number;
  readonly mean: number;
  /** Standard deviation of the sample (divided by n − 1); null for a single value. */
  readonly std: number | null;
}

/** Null for no values. */
export function meanAndStd(values: readonly number[]): MeanStd | null {
  const count = values.length;
  if (count === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count === 1) return { count, mean, std: null };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { count, mean, std: Math.sqrt(squares / (count - 1)) };
}
