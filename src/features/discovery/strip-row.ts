/** Scale and leader of the strip's extra row. Plain functions. */

/** What the row shows of the 14 edges: shares of an edge's draws, [14, 8], or of a node's edges, [14]. */
export interface StripRowData {
  readonly kind: "picks" | "betas";
  readonly shares: Float32Array;
}

/** Tops of the scale, so that it stands still between changes worth seeing. */
const TOPS = [0.2, 0.3, 0.4, 0.6, 0.8, 1] as const;
/** Shares are rounded to float32. */
const ROUNDING = 1e-6;

/** The share that a full bar shows: the first step that holds all. */
export function topShare(shares: Float32Array): number {
  const most = shares.reduce((a, b) => Math.max(a, b), 0);
  return TOPS.find((top) => most <= top + ROUNDING) ?? 1;
}

/** Index of the largest share, the first one of equals; −1 without shares or where all are equal. */
export function leaderOf(shares: Float32Array): number {
  const most = shares.reduce((a, b) => Math.max(a, b), 0);
  return most > 0 && !shares.every((share) => share === most) ? shares.indexOf(most) : -1;
}
