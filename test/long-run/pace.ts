/** The long run that the page is measured with. */

/** Iterations at hand from the start, and of the whole run. */
export const START = 10_000;
export const ALL = 16_000;
export const PER_EPOCH = 300;
/** Iterations of one snapshot while those at hand are told. */
export const AT_ONCE = 200;
/** Then as an engine of 100 iterations a second tells them. */
export const PER_SNAPSHOT = 25;
export const SNAPSHOT_MS = 250;
