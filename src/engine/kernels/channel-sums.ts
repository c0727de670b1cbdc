/** Sums over pixels for each channel in plain TypeScript: four channels at a time, their sums in registers. */
import type { Values } from "../gpu/kernel";

/** Channel c of pixel p is values[first + p·step + c]. */
export interface Pixels {
  readonly values: Values;
  readonly first: number;
  readonly step: number;
}

/** sums[at + c] += Σ scale·a for each channel c < width over `count` pixels. */
export function addSums(sums: Float64Array, at: number, a: Pixels, width: number, count: number, scale = 1): void {
  const [as, step] = [a.values as Float32Array, a.step];
  let c = 0;
  for (; c + 4 <= width; c += 4) {
    let [s0, s1, s2, s3] = [0, 0, 0, 0];
    for (let p = 0, i = a.first + c; p < count; p++, i += step) {
      s0 += as[i] as number;
      s1 += as[i + 1] as number;
      s2 += as[i + 2] as number;
      s3 += as[i + 3] as number;
    }
    const q = at + c;
    sums[q] = (sums[q] as number) + scale * s0;
    sums[q + 1] = (sums[q + 1] as number) + scale * s1;
    sums[q + 2] = (sums[q + 2] as number) + scale * s2;
    sums[q + 3] = (sums[q + 3] as number) + scale * s3;
  }
  for (; c < width; c++) {
    let sum = 0;
    for (let p = 0, i = a.first + c; p < count; p++, i += step) sum += as[i] as number;
    sums[at + c] = (sums[at + c] as number) + scale * sum;
  }
}

/** sums[at + c] += Σ scale·a·b for each channel c < width over `count` pixels. */
export function addProducts(
  sums: Float64Array,
  at: number,
  a: Pixels,
  b: Pixels,
  width: number,
  count: number,
  scale = 1,
): void {
  const [as, bs, step, bStep] = [a.values as Float32Array, b.values as Float32Array, a.step, b.step];
  let c = 0;
  for (; c + 4 <= width; c += 4) {
    let [s0, s1, s2, s3] = [0, 0, 0, 0];
    for (let p = 0, i = a.first + c, j = b.first + c; p < count; p++, i += step, j += bStep) {
      s0 += (as[i] as number) * (bs[j] as number);
      s1 += (as[i + 1] as number) * (bs[j + 1] as number);
      s2 += (as[i + 2] as number) * (bs[j + 2] as number);
      s3 += (as[i + 3] as number) * (bs[j + 3] as number);
    }
    const q = at + c;
    sums[q] = (sums[q] as number) + scale * s0;
    sums[q + 1] = (sums[q + 1] as number) + scale * s1;
    sums[q + 2] = (sums[q + 2] as number) + scale * s2;
    sums[q + 3] = (sums[q + 3] as number) + scale * s3;
  }
  for (; c < width; c++) {
    let sum = 0;
    for (let p = 0, i = a.first + c, j = b.first + c; p < count; p++, i += step, j += bStep)
      sum += (as[i] as number) * (bs[j] as number);
    sums[at + c] = (sums[at + c] as number) + scale * sum;
  }
}
