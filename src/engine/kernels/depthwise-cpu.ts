/**
 * The reference of the depthwise convolutions in plain TypeScript. Each channel is laid out as one plane of all pictures
 * with zeros between rows and pictures, so that a row of taps is one long run over the plane (stride 1) or over a row.
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

/** Pictures [batch, height, width, channels]. */
interface Pictures {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Layout of a plane: pixel (n, y, x) at (n·rows + y)·columns + x. */
interface Layout {
  readonly rows: number;
  readonly columns: number;
}

/** Copies channel c into a plane, `pad` pixels right and down. The plane is all zeros elsewhere. */
function toPlane(
  plane: Float64Array,
  values: Values,
  p: Pictures,
  c: number,
  { rows, columns }: Layout,
  pad: number,
): void {
  let i = c;
  for (let n = 0; n < p.batch; n++)
    for (let y = 0; y < p.height; y++) {
      const to = (n * rows + y + pad) * columns + pad;
      for (let x = 0; x < p.width; x++, i += p.channels) plane[to + x] = values[i] as number;
    }
}

/** Adds a plane's pixels to channel c. */
function fromPlane(values: Values, plane: Float64Array, p: Pictures, c: number, { rows, columns }: Layout): void {
  let i = c;
  for (let n = 0; n < p.batch; n++)
    for (let y = 0; y < p.height; y++) {
      const from = (n * rows + y) * columns;
      for (let x = 0; x < p.width; x++, i += p.channels)
        values[i] = (values[i] as number) + (plane[from + x] as number);
    }
}

/**
 * sums[q] += Σ_t taps[t]·plane[at + q·step + t·spread] for q = from..to−1. Written out for the kernel sizes of DARTS: a loop
 * over taps costs as much as its products.
 */
function correlate(
  sums: Float64Array,
  from: number,
  to: number,
  plane: Float64Array,
  at: number,
  step: number,
  spread: number,
  taps: Float64Array,
): void {
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = taps;
  if (taps.length === 3) {
    for (let q = from, i = at; q < to; q++, i += step)
      sums[q] =
        (sums[q] as number) +
        a * (plane[i] as number) +
        b * (plane[i + spread] as number) +
        c * (plane[i + 2 * spread] as number);
  } else if (taps.length === 5) {
    for (let q = from, i = at; q < to; q++, i += step)
      sums[q] =
        (sums[q] as number) +
        a * (plane[i] as number) +
        b * (plane[i + spread] as number) +
        c * (plane[i + 2 * spread] as number) +
        d * (plane[i + 3 * spread] as number) +
        e * (plane[i + 4 * spread] as number);
  } else {
    for (const [t, tap] of taps.entries())
      for (let q = from, i = at + t * spread; q < to; q++, i += step)
        sums[q] = (sums[q] as number) + tap * (plane[i] as number);
  }
}

/** Σ_q y[q]·plane[at + q·step + t·spread] for q = from..to−1, added to sums[t]; two taps at a time. */
function multiply(
  sums: Float64Array,
  y: Float64Array,
  from: number,
  to: number,
  plane: Float64Array,
  at: number,
  step: number,
  spread: number,
): void {
  for (let t = 0; t < sums.length; t += 2) {
    let [even, odd] = [0, 0];
    // The second of an odd last pair is not kept.
    for (let q = from, i = at + t * spread; q < to; q++, i += step) {
      const v = y[q] as number;
      even += v * (plane[i] as number);
      odd += v * (plane[i + spread] as number);
    }
    sums[t] = (sums[t] as number) + even;
    if (t + 1 < sums.length) sums[t + 1] = (sums[t + 1] as number) + odd;
  }
}

/** Filter of output channel o, one row of taps. */
function readTaps(taps: Float64Array, w: Values, b: PlacedBlock, ky: number, o: number): void {
  for (let kx = 0; kx < b.kernel; kx++)
    taps[kx] = w[b.filterOffset + (ky * b.kernel + kx) * b.outChannels + o] as number;
}

/** Plane of the input of a block, and the runs of output pixels over it. */
function runs(s: DepthwiseShape, b: PlacedBlock) {
  const reach = b.dilation * (b.kernel - 1);
  const layout = { rows: Math.max(s.height + b.pad, s.outHeight), columns: Math.max(s.width + b.pad, s.outWidth) };
  const size = s.batch * layout.rows * layout.columns;
  const plane = new Float64Array(size + reach * layout.columns + reach + b.dilation);
  // With stride 1 all pixels are one run, those between rows being computed for nothing; else each row is one.
  const out = s.stride === 1 ? layout : { rows: s.outHeight, columns: s.outWidth };
  const each = (visit: (from: number, to: number, at: number) => void) => {
    if (s.stride === 1) return visit(0, size, 0);
    for (let n = 0; n < s.batch; n++)
      for (let y = 0; y < s.outHeight; y++) {
        const from = (n * s.outHeight + y) * s.outWidth;
        visit(from, from + s.outWidth, (n * layout.rows + y * s.stride) * layout.columns);
      }
  };
  return { layout, plane, out, outSize: s.batch * out.rows * out.columns, each };
}

const total = (blocks: readonly PlacedBlock[]) => blocks.reduce((sum, b) => sum + b.outChannels, 0);
const input = (s: DepthwiseShape): Pictures => s;
const output = (s: DepthwiseShape, channels: number): Pictures => ({
  batch: s.batch,
  height: s.outHeight,
  width: s.outWidth,
  channels,
});

/** The values where the mask is positive, zero elsewhere; all of them without a mask. */
export function keepPositive(values: Values, mask: Values | undefined): Values {
  return mask ? values.map((v, i) => ((mask[i] as number) > 0 ? v : 0)) : values;
}

export function depthwiseForward(
  s: DepthwiseShape,
  blocks: readonly PlacedBlock[],
  x: Values,
  w: Values,
  out: Values,
): void {
  const pictures = output(s, total(blocks));
  for (const b of blocks) {
    const { layout, plane, out: outLayout, outSize, each } = runs(s, b);
    const [sums, taps] = [new Float64Array(outSize), new Float64Array(b.kernel)];
    for (let i = 0; i < b.inChannels; i++) {
      toPlane(plane, x, input(s), b.inOffset + i, layout, b.pad);
      for (let o = i; o < b.outChannels; o += b.inChannels) {
        sums.fill(0);
        for (let ky = 0; ky < b.kernel; ky++) {
          readTaps(taps, w, b, ky, o);
          const down = ky * b.dilation * layout.columns;
          each((from, to, at) => correlate(sums, from, to, plane, at + down, s.stride, b.dilation, taps));
        }
        fromPlane(out, sums, pictures, b.outOffset + o, outLayout);
      }
    }
  }
}

/** A stride-1 correlation of dy with the filter turned round; with stride, zeros lie between dy's pixels. */
export function depthwiseGradX(
  s: DepthwiseShape,
  blocks: readonly PlacedBlock[],
  dy: Values,
  w: Values,
  out: Values,
): void {
  const channels = total(blocks);
  for (const b of blocks) {
    const reach = b.dilation * (b.kernel - 1);
    const [height, width] = [(s.outHeight - 1) * s.stride + 1, (s.outWidth - 1) * s.stride + 1];
    const pad = reach - b.pad;
    const layout = { rows: Math.max(height + reach, s.height), columns: Math.max(width + reach, s.width) };
    const size = s.batch * layout.rows * layout.columns;
    const plane = new Float64Array(size + 2 * (reach * layout.columns + reach));
    const [sums, taps] = [new Float64Array(size), new Float64Array(b.kernel)];
    for (let i = 0; i < b.inChannels; i++) {
      sums.fill(0);
      for (let o = i; o < b.outChannels; o += b.inChannels) {
        let from = b.outOffset + o;
        for (let n = 0; n < s.batch; n++)
          for (let y = 0; y < s.outHeight; y++) {
            const to = (n * layout.rows + y * s.stride + pad) * layout.columns + pad;
            for (let x = 0; x < s.outWidth; x++, from += channels) plane[to + x * s.stride] = dy[from] as number;
          }
        for (let ky = 0; ky < b.kernel; ky++) {
          readTaps(taps, w, b, b.kernel - 1 - ky, o);
          correlate(sums, 0, size, plane, ky * b.dilation * layout.columns, 1, b.dilation, taps.reverse());
        }
      }
      fromPlane(out, sums, input(s), b.inOffset + i, layout);
    }
  }
}

export function depthwiseGradW(
  s: DepthwiseShape,
  blocks: readonly PlacedBlock[],
  x: Values,
  dy: Values,
  out: Values,
): void {
  const pictures = output(s, total(blocks));
  for (const b of blocks) {
    const { layout, plane, out: outLayout, outSize, each } = runs(s, b);
    const [y, sums] = [new Float64Array(outSize), new Float64Array(b.kernel)];
    for (let i = 0; i < b.inChannels; i++) {
      toPlane(plane, x, input(s), b.inOffset + i, layout, b.pad);
      for (let o = i; o < b.outChannels; o += b.inChannels) {
        toPlane(y, dy, pictures, b.outOffset + o, outLayout, 0);
        for (let ky = 0; ky < b.kernel; ky++) {
          sums.fill(0);
          const down = ky * b.dilation * layout.columns;
          each((from, to, at) => multiply(sums, y, from, to, plane, at + down, s.stride, b.dilation));
          for (let kx = 0; kx < b.kernel; kx++)
            out[b.filterOffset + (ky * b.kernel + kx) * b.outChannels + o] = sums[kx] as number;
        }
      }
    }
  }
}
