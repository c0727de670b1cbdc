/**
 * The reference of batch norm's passes in plain TypeScript. Each writes a linear function of its inputs for each channel,
 * so that a pixel costs a product and a sum for each input; sums and factors are kept in double precision.
 */
import type { Values } from "../gpu/kernel";
import { addProducts, addSums, type Pixels } from "./channel-sums";
import { eachUsed, type Gate, slotsOf } from "./gate";

export const EPSILON = 1e-5;

export interface Rows {
  readonly shape: readonly number[];
  /** Pixels: N·H·W. */
  readonly rows: number;
  readonly channels: number;
  /** Parts that sums over pixels are left in. Part k holds the pixels k, k + parts, k + 2·parts, ... */
  readonly parts: number;
  /** Where the gradient of the normalised values comes from a mix's: how to read it, without a tensor of its own. */
  readonly mixed?: MixedGradient;
  /**
   * Several tensors of this shape one after the other, each with its own statistics, of which those in use are worked on;
   * parts of sums are then [parts, slots, k, C]. The picks are the last input.
   */
  readonly slots?: Gate;
}

/** Block `from` of the normalised values was added to block `to` of the mix, times a weight of the matrix or once. */
export interface MixedGradient {
  readonly blocks: number;
  readonly outBlocks: number;
  readonly taps: readonly { readonly from: number; readonly to: number; readonly weight: number | null }[];
}

/** Mean and rate = 1/√(variance + ε) of each channel from the parts in `stats`, by Chan's rule. */
export function joined(stats: Values, s: Rows): { readonly mean: Float64Array; readonly rate: Float64Array } {
  const n = s.channels;
  const [mean, rate] = [new Float64Array(n), new Float64Array(n)];
  for (let c = 0; c < n; c++) {
    let [m, squares, seen] = [0, 0, 0];
    for (let k = 0; k < s.parts; k++) {
      const count = Math.ceil((s.rows - k) / s.parts);
      const d = (stats[2 * k * n + c] as number) - m;
      m += (d * count) / (seen + count);
      squares += (stats[(2 * k + 1) * n + c] as number) + (d * d * seen * count) / (seen + count);
      seen += count;
    }
    mean[c] = m;
    rate[c] = 1 / Math.sqrt(squares / s.rows + EPSILON);
  }
  return { mean, rate };
}

/** A part of the gradient of the normalised values: block `to` of dy times `scale` reaches the channels from `first` on. */
interface Share {
  readonly first: number;
  readonly width: number;
  readonly scale: number;
  /** Where dy's first value is, and from pixel to pixel. */
  readonly at: number;
  readonly step: number;
}

/** The gradient as shares of dy: one of all channels, or one for each tap of the mix. */
function shares(s: Rows, weights: Values | undefined): Share[] {
  const m = s.mixed;
  if (!m) return [{ first: 0, width: s.channels, scale: 1, at: 0, step: s.channels }];
  const width = s.channels / m.blocks;
  return m.taps.map(({ from, to, weight }) => ({
    first: from * width,
    width,
    scale: weight === null ? 1 : ((weights as Values)[weight] as number),
    at: to * width,
    step: m.outBlocks * width,
  }));
}

/** out = x·factor + base for each channel. */
function writeLinear(out: Values, x: Values, factor: Float64Array, base: Float64Array): void {
  const [os, xs, n] = [out as Float32Array, x as Float32Array, factor.length];
  for (let row = 0; row < os.length; row += n)
    for (let c = 0; c < n; c++) os[row + c] = (xs[row + c] as number) * (factor[c] as number) + (base[c] as number);
}

/** Adds dy·factor of a share. */
function addShare(out: Values, dy: Values, factor: Float64Array, s: Rows, share: Share): void {
  const [os, ds, { first, width, scale }] = [out as Float32Array, dy as Float32Array, share];
  const factors = factor.subarray(first, first + width).map((f) => f * scale);
  for (let p = 0, o = first, i = share.at; p < s.rows; p++, o += s.channels, i += share.step)
    for (let c = 0; c < width; c++) os[o + c] = (os[o + c] as number) + (ds[i + c] as number) * (factors[c] as number);
}

/** out = x·factor + base + dy·gain for each channel. */
function writeLinear2(
  out: Values,
  x: Values,
  factor: Float64Array,
  base: Float64Array,
  dy: Values,
  gain: Float64Array,
): void {
  const [os, xs, ds, n] = [out as Float32Array, x as Float32Array, dy as Float32Array, factor.length];
  for (let row = 0; row < os.length; row += n)
    for (let c = 0; c < n; c++)
      os[row + c] =
        (xs[row + c] as number) * (factor[c] as number) +
        (base[c] as number) +
        (ds[row + c] as number) * (gain[c] as number);
}

/** [parts, 2, C]: mean and sum of squared deviations of each part. */
export function cpuStatistics(x: Values, out: Values, s: Rows): void {
  const [xs, n, step] = [x as Float32Array, s.channels, s.parts * s.channels];
  const sums = new Float64Array(n);
  for (let part = 0; part < s.parts; part++) {
    const count = Math.ceil((s.rows - part) / s.parts);
    addSums(sums.fill(0), 0, { values: x, first: part * n, step }, n, count);
    for (let c = 0; c < n; c++) {
      const mean = (sums[c] as number) / count;
      let squares = 0;
      for (let i = part * n + c; i < xs.length; i += step) {
        const d = (xs[i] as number) - mean;
        squares += d * d;
      }
      out[2 * part * n + c] = mean;
      out[(2 * part + 1) * n + c] = squares;
    }
  }
}

/** y, or y·scale + shift. */
export function cpuNormalise(
  x: Values,
  stats: Values,
  scale: Values | undefined,
  shift: Values | undefined,
  out: Values,
  s: Rows,
): void {
  const { mean, rate } = joined(stats, s);
  const factor = rate.map((r, c) => r * (scale ? (scale[c] as number) : 1));
  const base = factor.map((f, c) => (shift ? (shift[c] as number) : 0) - f * (mean[c] as number));
  writeLinear(out, x, factor, base);
}

/** [parts, 2, C]: Σ dy and Σ dy·y of each part. */
export function cpuGradientSums(
  dy: Values,
  x: Values,
  stats: Values,
  weights: Values | undefined,
  out: Values,
  s: Rows,
): void {
  const { mean, rate } = joined(stats, s);
  const [sums, n] = [new Float64Array(out.length), s.channels];
  for (const { first, width, scale, at, step } of shares(s, weights))
    for (let part = 0; part < s.parts; part++) {
      const count = Math.ceil((s.rows - part) / s.parts);
      const d: Pixels = { values: dy, first: part * step + at, step: s.parts * step };
      const v: Pixels = { values: x, first: part * n + first, step: s.parts * n };
      addSums(sums, 2 * part * n + first, d, width, count, scale);
      addProducts(sums, (2 * part + 1) * n + first, d, v, width, count, scale);
    }
  // Σ dy·y from Σ dy·x.
  for (let part = 0; part < s.parts; part++)
    for (let c = 0; c < n; c++) {
      const i = (2 * part + 1) * n + c;
      sums[i] = ((sums[i] as number) - (mean[c] as number) * (sums[i - n] as number)) * (rate[c] as number);
    }
  out.set(sums);
}

/** scale·rate·(dy − ⟨dy⟩ − y⟨dy·y⟩). */
export function cpuGradientX(
  dy: Values,
  x: Values,
  stats: Values,
  sums: Values,
  extra: Values | undefined,
  out: Values,
  s: Rows,
): void {
  const n = s.channels;
  const scale = s.mixed ? undefined : extra;
  const { mean, rate } = joined(stats, s);
  const [gain, factor, base] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  for (let c = 0; c < n; c++) {
    let [d, dyy] = [0, 0];
    for (let k = 0; k < s.parts; k++) {
      d += sums[2 * k * n + c] as number;
      dyy += sums[(2 * k + 1) * n + c] as number;
    }
    const r = rate[c] as number;
    const g = r * (scale ? (scale[c] as number) : 1);
    const f = (-g * r * dyy) / s.rows;
    gain[c] = g;
    factor[c] = f;
    base[c] = (-g * d) / s.rows - f * (mean[c] as number);
  }
  if (s.mixed) {
    writeLinear(out, x, factor, base);
    for (const share of shares(s, extra)) addShare(out, dy, gain, s, share);
  } else {
    writeLinear2(out, x, factor, base, dy, gain);
  }
}

/** ∂⟨g, B(scale·dy)⟩/∂x. */
export function cpuSecondX(
  g: Values,
  dy: Values,
  x: Values,
  stats: Values,
  scale: Values | undefined,
  out: Values,
  s: Rows,
): void {
  const n = s.channels;
  const { mean, rate } = joined(stats, s);
  const pixels = (values: Values): Pixels => ({ values, first: 0, step: n });
  const [gs, ds, xs] = [pixels(g), pixels(dy), pixels(x)];
  const sum = (a: Pixels) => {
    const sums = new Float64Array(n);
    addSums(sums, 0, a, n, s.rows);
    return sums;
  };
  const product = (a: Pixels, b: Pixels) => {
    const sums = new Float64Array(n);
    addProducts(sums, 0, a, b, n, s.rows);
    return sums;
  };
  const [sumG, sumD, sumGX, sumDX, sumGD] = [sum(gs), sum(ds), product(gs, xs), product(ds, xs), product(gs, ds)];
  const [ofG, ofD, ofX, base] = [new Float64Array(n), new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  for (let c = 0; c < n; c++) {
    const [m, r] = [mean[c] as number, rate[c] as number];
    const [mg, md] = [(sumG[c] as number) / s.rows, (sumD[c] as number) / s.rows];
    const a = ((sumGX[c] as number) / s.rows - m * mg) * r;
    const b = ((sumDX[c] as number) / s.rows - m * md) * r;
    const k = (sumGD[c] as number) / s.rows - mg * md - 3 * a * b;
    const factor = -r * r * (scale ? (scale[c] as number) : 1);
    ofG[c] = factor * b;
    ofD[c] = factor * a;
    ofX[c] = factor * r * k;
    base[c] = -factor * (b * mg + a * md + m * r * k);
  }
  const [os, g1, d1, x1] = [out as Float32Array, g as Float32Array, dy as Float32Array, x as Float32Array];
  for (let row = 0; row < os.length; row += n)
    for (let c = 0; c < n; c++) {
      const i = row + c;
      os[i] =
        (g1[i] as number) * (ofG[c] as number) +
        (d1[i] as number) * (ofD[c] as number) +
        (x1[i] as number) * (ofX[c] as number) +
        (base[c] as number);
    }
}

/** One slot of a tensor of slots: its part of values, and of sums of k numbers for each channel. */
interface Slot {
  readonly of: (values: Values) => Values;
  readonly takeParts: (sums: Values, k: number) => Values;
  readonly putParts: (from: Values, to: Values, k: number) => void;
}

/** Calls visit for each slot in use. */
export function eachSlotOfRows(s: Rows, gate: Gate, picks: Values, visit: (slot: Slot) => void): void {
  const [size, slots] = [s.rows * s.channels, slotsOf(gate)];
  eachUsed(gate, picks, (slot) => {
    /** Calls move(index in the slot's own parts, index in all). */
    const move = (k: number, at: (own: number, all: number) => void) => {
      const run = k * s.channels;
      for (let part = 0; part < s.parts; part++)
        for (let i = 0; i < run; i++) at(part * run + i, (part * slots + slot) * run + i);
    };
    visit({
      of: (values) => values.subarray(slot * size, (slot + 1) * size),
      takeParts: (sums, k) => {
        const own = new Float32Array(s.parts * k * s.channels);
        move(k, (i, all) => {
          own[i] = sums[all] as number;
        });
        return own;
      },
      putParts: (from, to, k) =>
        move(k, (i, all) => {
          to[all] = from[i] as number;
        }),
    });
  });
}
