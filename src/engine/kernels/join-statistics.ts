/** WGSL that joins the statistics of parts of pixels to those of all, by Chan's rule. */
import { EPSILON } from "./batch-norm-cpu";

/** Names in the kernel's code. */
interface Parts {
  /** Statistics [parts, slots, 2, width]: mean and sum of squared differences of each part. */
  readonly stats: string;
  readonly parts: string | number;
  /** Pixels of all parts: part k has those that leave k when divided by the number of parts. */
  readonly rows: string;
  readonly slots: string | number;
  readonly slot: string;
  readonly width: string;
  readonly channel: string;
}

/** Code that adds the parts to the variable `mean`, zero before, and declares `squares`, the sum of squared differences. */
export const joinStatistics = ({ stats, parts, rows, slots, slot, width, channel }: Parts) => `
  var squares = T(0.0);
  var seen = 0.0;
  for (var k = 0; k < ${parts}; k++) {
    let n = f32((${rows} - k + ${parts} - 1) / ${parts});
    let at = 2 * (k * ${slots} + ${slot}) * ${width} + ${channel};
    let d = ${stats}[at] - mean;
    let all = seen + n;
    mean += d * (n / all);
    squares += ${stats}[at + ${width}] + d * d * (seen * n / all);
    seen = all;
  }`;

/** Code of the rate 1/√(variance + ε) of `squares`. */
export const rateOf = (rows: string) => `1.0 / sqrt(squares / f32(${rows}) + ${EPSILON})`;
