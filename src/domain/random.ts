/**
 * Counter-based random numbers: the value depends on (seed, stream, step, index) alone, so any draw can be repeated
 * without replaying the ones before it. The GPU kernels use the same function.
 *
 * Hash: pcg4d of Jarzynski and Olano, "Hash Functions for GPU Rendering", JCGT 9(3), 2020.
 */

/** What a random number is for. Two purposes never share a stream. Below 256: masks add 256 times their layer. */
export const STREAM = {
  explainerWeights: 1,
  audienceWeights: 2,
  alphas: 3,
  trainOrder: 4,
  validationExplainer: 5,
  validationAudience: 6,
  augmentation: 7,
  delta: 8,
  shapes: 9,
  split: 10,
  check: 11,
  sampler: 12,
  /** The second draw of an iteration whose steps draw each for itself. */
  samplerArchitecture: 13,
  skipDropout: 14,
  dropBlock: 15,
  cutout: 20,
} as const;

export type Stream = (typeof STREAM)[keyof typeof STREAM];

/** Four 32-bit words from four: the pcg4d hash. */
export function pcg4d(a: number, b: number, c: number, d: number): [number, number, number, number] {
  let x = (Math.imul(a, 1664525) + 1013904223) >>> 0;
  let y = (Math.imul(b, 1664525) + 1013904223) >>> 0;
  let z = (Math.imul(c, 1664525) + 1013904223) >>> 0;
  let w = (Math.imul(d, 1664525) + 1013904223) >>> 0;
  x = (x + Math.imul(y, w)) >>> 0;
  y = (y + Math.imul(z, x)) >>> 0;
  z = (z + Math.imul(x, y)) >>> 0;
  w = (w + Math.imul(y, z)) >>> 0;
  x = (x ^ (x >>> 16)) >>> 0;
  y = (y ^ (y >>> 16)) >>> 0;
  z = (z ^ (z >>> 16)) >>> 0;
  w = (w ^ (w >>> 16)) >>> 0;
  x = (x + Math.imul(y, w)) >>> 0;
  y = (y + Math.imul(z, x)) >>> 0;
  z = (z + Math.imul(x, y)) >>> 0;
  w = (w + Math.imul(y, z)) >>> 0;
  return [x, y, z, w];
}

/** Uniform in (0, 1): the middle of one of 2²³ equal cells, so it is never 0 or 1 and exact in float32. */
export function unitFromBits(bits: number): number {
  return ((bits >>> 9) + 0.5) / 8388608;
}

/** A reader of one (seed, stream, step): `index` picks the number. */
export class CounterRandom {
  constructor(
    readonly seed: number,
    readonly stream: Stream,
    readonly step = 0,
  ) {}

  /** 32 random bits. */
  bits(index: number): number {
    return pcg4d(index, this.step, this.stream, this.seed)[0];
  }

  /** Uniform in (0, 1). */
  uniform(index: number): number {
    return unitFromBits(this.bits(index));
  }

  /** Uniform integer in [0, bound). */
  below(bound: number, index: number): number {
    return Math.min(bound - 1, Math.floor(this.uniform(index) * bound));
  }

  /** Standard normal by Box-Muller. */
  normal(index: number): number {
    const [a, b] = pcg4d(index, this.step, this.stream, this.seed);
    return Math.sqrt(-2 * Math.log(unitFromBits(a))) * Math.cos(2 * Math.PI * unitFromBits(b));
  }

  /** A permutation of 0..count−1 (Fisher-Yates). */
  permutation(count: number): Uint32Array {
    const order = Uint32Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = this.below(i + 1, i);
      const swap = order[i] ?? 0;
      order[i] = order[j] ?? 0;
      order[j] = swap;
    }
    return order;
  }
}
