/**
 * The reference of the depthwise convolutions in plain TypeScript. A channel is laid out as rows of columns of pictures:
 * the same pixel of all pictures of the batch lies together, so that a row of taps is one long run over a row, without
 * borders between pictures. With stride s the columns of one remainder mod s lie together, which makes steps of s steps of 1.
 */
import type { Values } from "../gpu/kernel";

/**
 * Output channels that share a kernel size. Channel o of the block reads input channel inOffset + o mod inChannels;
 * outChannels is a multiple of inChannels.
 */
export interface DepthwiseBlock {
  readonly kernel: number;
  readonly dilation: number;
  /** Rows and columns of zeros before the picture. */
  readonly pad: number;
  readonly outChannels: number;
  readonly inOffset: number;
  readonly inChannels: number;
}

/** A block with where its output channels and its filter begin. */
export interface PlacedBlock extends DepthwiseBlock {
  readonly outOffset: number;
  readonly filterOffset: number;
}

export interface DepthwiseShape {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly stride: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly blocks: readonly DepthwiseBlock[];
}

/** Taps of one row of a filter that reach the picture somewhere, and where in a row of the plane each reads. */
interface Taps {
  /** Columns of the filter. */
  readonly columns: readonly number[];
  readonly offsets: readonly number[];
}

/** A channel of pictures as a plane. */
interface Plane {
  readonly values: Float64Array;
  /** Pad before each row. */
  readonly pad: number;
  /** Columns lie by their remainder mod `stride`; those of one remainder take `length` places. */
  readonly stride: number;
  readonly length: number;
}

function planeFor(batch: number, rows: number, pad: number, stride: number, length: number): Plane {
  return { values: new Float64Array(rows * stride * length * batch), pad, stride, length };
}

/** First index of padded column `column` within a row. */
const columnAt = ({ stride, length }: Plane, column: number, batch: number) =>
  ((column % stride) * length + Math.floor(column / stride)) * batch;

/** Copies channel c of pictures [batch, height, width, channels] into a plane. */
function toPlane(
  plane: Plane,
  values: Float32Array,
  sides: readonly [number, number, number],
  channels: number,
  c: number,
): void {
  const [batch, height, width] = sides;
  const to = plane.values;
  const row = plane.stride * plane.length * batch;
  const picture = height * width * channels;
  for (let x = 0; x < width; x++) {
    const column = columnAt(plane, x + plane.pad, batch);
    for (let y = 0; y < height; y++) {
      const [at, first] = [y * row + column, (y * width + x) * channels + c];
      for (let n = 0, i = first; n < batch; n++, i += picture) to[at + n] = values[i] as number;
    }
  }
}

/** Copies a plane into channel c of pictures. */
function fromPlane(
  values: Float32Array,
  plane: Plane,
  sides: readonly [number, number, number],
  channels: number,
  c: number,
): void {
  const [batch, height, width] = sides;
  const from = plane.values;
  const row = plane.stride * plane.length * batch;
  const picture = height * width * channels;
  for (let x = 0; x < width; x++) {
    const column = columnAt(plane, x + plane.pad, batch);
    for (let y = 0; y < height; y++) {
      const [at, first] = [y * row + column, (y * width + x) * channels + c];
      for (let n = 0, i = first; n < batch; n++, i += picture) values[i] = from[at + n] as number;
    }
  }
}

/** sums[at + q] += Σ_t taps[t]·plane[from + offsets[t] + q] for q < count. Three and five taps, those of DARTS, at once. */
function correlate(
  sums: Float64Array,
  at: number,
  count: number,
  plane: Float64Array,
  from: number,
  taps: Float64Array,
  offsets: readonly number[],
): void {
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = taps;
  const [i0 = 0, i1 = 0, i2 = 0, i3 = 0, i4 = 0] = offsets;
  const end = from + count;
  if (offsets.length === 3)
    for (let i = from, q = at; i < end; i++, q++)
      sums[q] =
        (sums[q] as number) +
        (a * (plane[i + i0] as number) + b * (plane[i + i1] as number) + c * (plane[i + i2] as number));
  else if (offsets.length === 5)
    for (let i = from, q = at; i < end; i++, q++)
      sums[q] =
        (sums[q] as number) +
        (a * (plane[i + i0] as number) + b * (plane[i + i1] as number) + c * (plane[i + i2] as number)) +
        (d * (plane[i + i3] as number) + e * (plane[i + i4] as number));
  else
    for (let t = 0; t < offsets.length; t++) {
      const [tap, shift] = [taps[t] as number, offsets[t] as number];
      for (let i = from + shift, q = at; i < end + shift; i++, q++)
        sums[q] = (sums[q] as number) + tap * (plane[i] as number);
    }
}

/** sums[first + t] += Σ_q y[at + q]·plane[from + offsets[t] + q] for q < count. */
function multiply(
  sums: Float64Array,
  first: number,
  y: Float64Array,
  at: number,
  count: number,
  plane: Float64Array,
  from: number,
  offsets: readonly number[],
): void {
  let t = 0;
  for (; t + 3 <= offsets.length; t += 3) {
    const [i0 = 0, i1 = 0, i2 = 0] = [offsets[t], offsets[t + 1], offsets[t + 2]];
    let [a, b, c] = [0, 0, 0];
    for (let i = from, q = at; q < at + count; i++, q++) {
      const v = y[q] as number;
      a += v * (plane[i + i0] as number);
      b += v * (plane[i + i1] as number);
      c += v * (plane[i + i2] as number);
    }
    const f = first + t;
    sums[f] = (sums[f] as number) + a;
    sums[f + 1] = (sums[f + 1] as number) + b;
    sums[f + 2] = (sums[f + 2] as number) + c;
  }
  for (; t < offsets.length; t++) {
    const i0 = offsets[t] as number;
    let sum = 0;
    for (let i = from, q = at; q < at + count; i++, q++) sum += (y[q] as number) * (plane[i + i0] as number);
    sums[first + t] = (sums[first + t] as number) + sum;
  }
}

const total = (blocks: readonly PlacedBlock[]) => blocks.reduce((sum, b) => sum + b.outChannels, 0);
const inSides = (s: DepthwiseShape) => [s.batch, s.height, s.width] as const;
const outSides = (s: DepthwiseShape) => [s.batch, s.outHeight, s.outWidth] as const;
const reaches = (b: DepthwiseBlock, c: number) => c >= b.inOffset && c < b.inOffset + b.inChannels;
const range = (n: number) => Array.from({ length: n }, (_, i) => i);

/** The plane that holds a channel of x for every block, all padded alike. */
function inputPlane(s: DepthwiseShape, blocks: readonly PlacedBlock[]): Plane {
  const pad = Math.max(...blocks.map((b) => b.pad));
  const last = Math.max(...blocks.map((b) => (s.outWidth - 1) * s.stride + pad - b.pad + b.dilation * (b.kernel - 1)));
  const length = Math.ceil(Math.max(s.width + pad, last + 1) / s.stride);
  return planeFor(s.batch, s.height, pad, s.stride, length);
}

/** Taps of a block over the plane of x. */
function forwardTaps(s: DepthwiseShape, b: PlacedBlock, plane: Plane): Taps {
  const columns = range(b.kernel).filter((kx) => {
    const first = kx * b.dilation - b.pad;
    return first < s.width && first + (s.outWidth - 1) * s.stride >= 0;
  });
  return { columns, offsets: columns.map((kx) => columnAt(plane, plane.pad - b.pad + kx * b.dilation, s.batch)) };
}

/** Taps of row ky of the filter of output channel o. */
function readTaps(taps: Float64Array, w: Values, b: PlacedBlock, ky: number, columns: readonly number[], o: number) {
  for (let t = 0; t < columns.length; t++)
    taps[t] = w[b.filterOffset + (ky * b.kernel + (columns[t] as number)) * b.outChannels + o] as number;
}

/** Room that the next call of keepPositive takes again: allocating it each time would cost more than filling it. */
let room = new Float32Array(0);

/**
 * The values where the mask is positive, zero elsewhere; all of them without a mask. The result holds until the next call.
 * The choice is made on bits, since a branch on signs is guessed wrong half the time.
 */
export function keepPositive(values: Values, mask: Values | undefined): Values {
  if (!mask) return values;
  const size = values.length;
  if (room.length < size) room = new Float32Array(size);
  const kept = room.subarray(0, size);
  const bits = (array: Values) => new Int32Array(array.buffer, array.byteOffset, size);
  const [to, from, z] = [bits(kept), bits(values), bits(mask)];
  for (let i = 0; i < size; i++) {
    // All ones where the float of bits m is positive: neither the sign bit set, nor zero.
    const m = z[i] as number;
    to[i] = (from[i] as number) & ((~m & -m) >> 31);
  }
  return kept;
}

export function depthwiseForward(
  s: DepthwiseShape,
  blocks: readonly PlacedBlock[],
  x: Values,
  w: Values,
  out: Values,
): void {
  const plane = inputPlane(s, blocks);
  const sums = planeFor(s.batch, s.outHeight, 0, 1, s.outWidth);
  const reads = blocks.map((b) => forwardTaps(s, b, plane));
  const [run, row, channels] = [s.outWidth * s.batch, plane.stride * plane.length * s.batch, total(blocks)];
  for (let c = 0; c < s.channels; c++) {
    if (!blocks.some((b) => reaches(b, c))) continue;
    toPlane(plane, x as Float32Array, inSides(s), s.channels, c);
    for (const [k, b] of blocks.entries()) {
      if (!reaches(b, c)) continue;
      const { columns, offsets } = reads[k] as Taps;
      const taps = new Float64Array(columns.length);
      for (let o = c - b.inOffset; o < b.outChannels; o += b.inChannels) {
        sums.values.fill(0);
        for (let ky = 0; ky < b.kernel; ky++) {
          readTaps(taps, w, b, ky, columns, o);
          for (let oy = 0; oy < s.outHeight; oy++) {
            const y = oy * s.stride - b.pad + ky * b.dilation;
            if (y >= 0 && y < s.height) correlate(sums.values, oy * run, run, plane.values, y * row, taps, offsets);
          }
        }
        fromPlane(out as Float32Array, sums, outSides(s), channels, b.outOffset + o);
      }
    }
  }
}

/** Each column of x is a run over dy of those taps that meet it; with a stride, these differ by its remainder. */
export function depthwiseGradX(
  s: DepthwiseShape,
  blocks: readonly PlacedBlock[],
  dy: Values,
  w: Values,
  out: Values,
): void {
  const channels = total(blocks);
  const length = Math.ceil(s.width / s.stride);
  const sums = planeFor(s.batch, s.height, 0, s.stride, length);
  // Column j·stride + r of x meets tap kx at column j + (r + pad − kx·dilation)/stride of dy.
  const readsOf = (b: PlacedBlock) =>
    range(s.stride).map((r) => {
      const shift = (kx: number) => (r + b.pad - kx * b.dilation) / s.stride;
      const columns = range(b.kernel).filter(
        (kx) => Number.isInteger(shift(kx)) && shift(kx) < s.outWidth && shift(kx) + length > 0,
      );
      return { columns, shifts: columns.map(shift) };
    });
  const reads = blocks.map(readsOf);
  const shifts = reads.flat().flatMap((read) => read.shifts);
  const pad = Math.max(0, -Math.min(...shifts));
  const plane = planeFor(s.batch, s.outHeight, pad, 1, Math.max(pad + s.outWidth, pad + length + Math.max(...shifts)));
  const [run, row, sumsRow] = [length * s.batch, plane.length * s.batch, s.stride * length * s.batch];
  for (let c = 0; c < s.channels; c++) {
    sums.values.fill(0);
    for (const [k, b] of blocks.entries()) {
      if (!reaches(b, c)) continue;
      for (let o = c - b.inOffset; o < b.outChannels; o += b.inChannels) {
        toPlane(plane, dy as Float32Array, outSides(s), channels, b.outOffset + o);
        for (const [r, read] of (reads[k] ?? []).entries()) {
          const taps = new Float64Array(read.columns.length);
          const offsets = read.shifts.map((shift) => (shift + pad) * s.batch);
          for (let ky = 0; ky < b.kernel; ky++) {
            readTaps(taps, w, b, ky, read.columns, o);
            for (let oy = 0; oy < s.outHeight; oy++) {
              const y = oy * s.stride - b.pad + ky * b.dilation;
              if (y >= 0 && y < s.height)
                correlate(sums.values, y * sumsRow + r * run, run, plane.values, oy * row, taps, offsets);
            }
          }
        }
      }
    }
    fromPlane(out as Float32Array, sums, inSides(s), s.channels, c);
  }
}

export function depthwiseGradW(
  s: DepthwiseShape,
  blocks: readonly PlacedBlock[],
  x: Values,
  dy: Values,
  out: Values,
): void {
  const plane = inputPlane(s, blocks);
  const ds = planeFor(s.batch, s.outHeight, 0, 1, s.outWidth);
  const reads = blocks.map((b) => forwardTaps(s, b, plane));
  const [run, row, channels] = [s.outWidth * s.batch, plane.stride * plane.length * s.batch, total(blocks)];
  for (let c = 0; c < s.channels; c++) {
    if (!blocks.some((b) => reaches(b, c))) continue;
    toPlane(plane, x as Float32Array, inSides(s), s.channels, c);
    for (const [k, b] of blocks.entries()) {
      if (!reaches(b, c)) continue;
      const { columns, offsets } = reads[k] as Taps;
      const sums = new Float64Array(columns.length);
      for (let o = c - b.inOffset; o < b.outChannels; o += b.inChannels) {
        toPlane(ds, dy as Float32Array, outSides(s), channels, b.outOffset + o);
        for (let ky = 0; ky < b.kernel; ky++) {
          sums.fill(0);
          for (let oy = 0; oy < s.outHeight; oy++) {
            const y = oy * s.stride - b.pad + ky * b.dilation;
            if (y >= 0 && y < s.height) multiply(sums, 0, ds.values, oy * run, run, plane.values, y * row, offsets);
          }
          for (const [t, kx] of columns.entries())
            out[b.filterOffset + (ky * b.kernel + kx) * b.outChannels + o] = sums[t] as number;
        }
      }
    }
  }
}
