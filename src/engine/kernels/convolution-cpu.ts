/** Convolutions on the CPU: the readable reference, sums in double precision and rounded once. */
import type { KernelBody, Values } from "../gpu/kernel";
import { keepPositive } from "./depthwise-cpu";

export interface ConvolutionShape {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly groups: number;
  /** Input and output channels of one group. */
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernel: number;
  readonly stride: number;
  readonly pad: number;
  readonly outHeight: number;
  readonly outWidth: number;
}

/** A run of pixels of one group: rows of a matrix with `pixels` rows. */
interface Run {
  /** First index into x, filter and y of the group's channels at the run's first pixel. */
  x: number;
  w: number;
  y: number;
  pixels: number;
}

/** Calls visit for each (tap, output row, group) with the pixels for which the tap falls inside; a 1×1 convolution is one run. */
function eachRun(s: ConvolutionShape, visit: (run: Run) => void): void {
  const [inAll, outAll] = [s.groups * s.inChannels, s.groups * s.outChannels];
  const run: Run = { x: 0, w: 0, y: 0, pixels: 0 };
  const groups = (x: number, w: number, y: number) => {
    for (let g = 0; g < s.groups; g++) {
      run.x = x + g * s.inChannels;
      run.w = w + g * s.outChannels;
      run.y = y + g * s.outChannels;
      visit(run);
    }
  };
  if (s.kernel === 1 && s.stride === 1 && s.pad === 0) {
    run.pixels = s.batch * s.outHeight * s.outWidth;
    groups(0, 0, 0);
    return;
  }
  const inside = (k: number, side: number, outSide: number): [number, number] => [
    Math.max(0, Math.ceil((s.pad - k) / s.stride)),
    Math.min(outSide, Math.floor((side - 1 + s.pad - k) / s.stride) + 1),
  ];
  for (let ky = 0; ky < s.kernel; ky++) {
    const [top, bottom] = inside(ky, s.height, s.outHeight);
    for (let kx = 0; kx < s.kernel; kx++) {
      const [left, right] = inside(kx, s.width, s.outWidth);
      run.pixels = right - left;
      for (let n = 0; n < s.batch; n++)
        for (let oy = top; oy < bottom; oy++) {
          const x = ((n * s.height + oy * s.stride - s.pad + ky) * s.width + left * s.stride - s.pad + kx) * inAll;
          const y = ((n * s.outHeight + oy) * s.outWidth + left) * outAll;
          groups(x, (ky * s.kernel + kx) * s.inChannels * outAll, y);
        }
    }
  }
}

/** A matrix inside an array: value (r, c) at start + r·row + c·column. */
interface Matrix {
  readonly values: Float32Array;
  start: number;
  readonly row: number;
  readonly column: number;
}

/** Sums of a matrix, columns next to each other, in double precision: they are rounded once, as a reference should be. */
interface Sums {
  readonly values: Float64Array;
  start: number;
  readonly row: number;
}

/**
 * c += a·b for a [rows, 4], b [4, 4], from column i of a, row i of b and column j of b and c. The sixteen numbers of b stay
 * at hand while the rows go by.
 */
function addTile(c: Sums, a: Matrix, b: Matrix, rows: number, i: number, j: number): void {
  const [cs, as, bs, down, right] = [c.values, a.values, b.values, b.row, b.column];
  const s = b.start + i * down + j * right;
  const b00 = bs[s] as number;
  const b01 = bs[s + right] as number;
  const b02 = bs[s + 2 * right] as number;
  const b03 = bs[s + 3 * right] as number;
  const b10 = bs[s + down] as number;
  const b11 = bs[s + down + right] as number;
  const b12 = bs[s + down + 2 * right] as number;
  const b13 = bs[s + down + 3 * right] as number;
  const b20 = bs[s + 2 * down] as number;
  const b21 = bs[s + 2 * down + right] as number;
  const b22 = bs[s + 2 * down + 2 * right] as number;
  const b23 = bs[s + 2 * down + 3 * right] as number;
  const b30 = bs[s + 3 * down] as number;
  const b31 = bs[s + 3 * down + right] as number;
  const b32 = bs[s + 3 * down + 2 * right] as number;
  const b33 = bs[s + 3 * down + 3 * right] as number;
  const [aRow, cRow] = [a.row, c.row];
  for (let r = 0, p = a.start + i, q = c.start + j; r < rows; r++, p += aRow, q += cRow) {
    const a0 = as[p] as number;
    const a1 = as[p + 1] as number;
    const a2 = as[p + 2] as number;
    const a3 = as[p + 3] as number;
    cs[q] = (cs[q] as number) + a0 * b00 + a1 * b10 + a2 * b20 + a3 * b30;
    cs[q + 1] = (cs[q + 1] as number) + a0 * b01 + a1 * b11 + a2 * b21 + a3 * b31;
    cs[q + 2] = (cs[q + 2] as number) + a0 * b02 + a1 * b12 + a2 * b22 + a3 * b32;
    cs[q + 3] = (cs[q + 3] as number) + a0 * b03 + a1 * b13 + a2 * b23 + a3 * b33;
  }
}

/** c += a·b for column i of a and row i of b, in the columns from j up to j + 4 that b has. */
function addColumn(c: Sums, a: Matrix, b: Matrix, rows: number, i: number, j: number, columns: number): void {
  const [cs, as, bs] = [c.values, a.values, b.values];
  const [aRow, cRow] = [a.row, c.row];
  const s = b.start + i * b.row + j * b.column;
  if (j + 4 <= columns) {
    const b0 = bs[s] as number;
    const b1 = bs[s + b.column] as number;
    const b2 = bs[s + 2 * b.column] as number;
    const b3 = bs[s + 3 * b.column] as number;
    for (let r = 0, p = a.start + i, q = c.start + j; r < rows; r++, p += aRow, q += cRow) {
      const v = as[p] as number;
      cs[q] = (cs[q] as number) + v * b0;
      cs[q + 1] = (cs[q + 1] as number) + v * b1;
      cs[q + 2] = (cs[q + 2] as number) + v * b2;
      cs[q + 3] = (cs[q + 3] as number) + v * b3;
    }
    return;
  }
  for (let k = j; k < columns; k++) {
    const v = bs[s + (k - j) * b.column] as number;
    for (let r = 0, p = a.start + i, q = c.start + k; r < rows; r++, p += aRow, q += cRow)
      cs[q] = (cs[q] as number) + (as[p] as number) * v;
  }
}

/** c += a·b for a [rows, inner], b [inner, columns], with a's columns next to each other. */
function addProduct(c: Sums, a: Matrix, b: Matrix, rows: number, inner: number, columns: number): void {
  for (let j = 0; j < columns; j += 4) {
    let i = 0;
    if (j + 4 <= columns) for (; i + 4 <= inner; i += 4) addTile(c, a, b, rows, i, j);
    for (; i < inner; i++) addColumn(c, a, b, rows, i, j, columns);
  }
}

/** Room for sums that the next call takes again: allocating it each time would cost more than clearing it. */
let room = new Float64Array(0);

function zeros(size: number): Float64Array {
  if (room.length < size) room = new Float64Array(size);
  return room.subarray(0, size).fill(0);
}

export const cpuForward: KernelBody<ConvolutionShape>["cpu"] = ([x, w, z], out, s) => {
  const [inAll, outAll] = [s.groups * s.inChannels, s.groups * s.outChannels];
  const a: Matrix = {
    values: keepPositive(x as Values, z) as Float32Array,
    start: 0,
    row: s.stride * inAll,
    column: 1,
  };
  const b: Matrix = { values: w as Float32Array, start: 0, row: outAll, column: 1 };
  const c: Sums = { values: zeros(out.length), start: 0, row: outAll };
  eachRun(s, (run) => {
    [a.start, b.start, c.start] = [run.x, run.w, run.y];
    addProduct(c, a, b, run.pixels, s.inChannels, s.outChannels);
  });
  out.set(c.values);
};

export const cpuGradX: KernelBody<ConvolutionShape>["cpu"] = ([dy, w, z], out, s) => {
  const [inAll, outAll] = [s.groups * s.inChannels, s.groups * s.outChannels];
  const a: Matrix = { values: dy as Float32Array, start: 0, row: outAll, column: 1 };
  // The filter, transposed.
  const b: Matrix = { values: w as Float32Array, start: 0, row: 1, column: outAll };
  const c: Sums = { values: zeros(out.length), start: 0, row: s.stride * inAll };
  eachRun(s, (run) => {
    [a.start, b.start, c.start] = [run.y, run.w, run.x];
    addProduct(c, a, b, run.pixels, s.outChannels, s.inChannels);
  });
  out.set(c.values);
  if (z) out.set(keepPositive(out, z));
};

/** Pixels of two pictures side by side: their values' first places and steps from pixel to pixel. */
interface Pixels {
  readonly xs: Float32Array;
  readonly xStep: number;
  readonly ds: Float32Array;
  readonly yStep: number;
}

/** sums[f..f + 3] and sums[g..g + 3] += Σ over pixels of channels xi and xi + 1 of x times four channels of dy from yi. */
function addOuterSums(sums: Float64Array, f: number, g: number, p: Pixels, x: number, y: number, pixels: number): void {
  const { xs, xStep, ds, yStep } = p;
  let [a0, a1, a2, a3, b0, b1, b2, b3] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let n = 0, xi = x, yi = y; n < pixels; n++, xi += xStep, yi += yStep) {
    const [v, u] = [xs[xi] as number, xs[xi + 1] as number];
    const d0 = ds[yi] as number;
    a0 += v * d0;
    b0 += u * d0;
    const d1 = ds[yi + 1] as number;
    a1 += v * d1;
    b1 += u * d1;
    const d2 = ds[yi + 2] as number;
    a2 += v * d2;
    b2 += u * d2;
    const d3 = ds[yi + 3] as number;
    a3 += v * d3;
    b3 += u * d3;
  }
  sums[f] = (sums[f] as number) + a0;
  sums[f + 1] = (sums[f + 1] as number) + a1;
  sums[f + 2] = (sums[f + 2] as number) + a2;
  sums[f + 3] = (sums[f + 3] as number) + a3;
  sums[g] = (sums[g] as number) + b0;
  sums[g + 1] = (sums[g + 1] as number) + b1;
  sums[g + 2] = (sums[g + 2] as number) + b2;
  sums[g + 3] = (sums[g + 3] as number) + b3;
}

export const cpuGradW: KernelBody<ConvolutionShape>["cpu"] = ([x, dy, z], out, s) => {
  const [xs, ds] = [keepPositive(x as Values, z) as Float32Array, dy as Float32Array];
  const { inChannels, outChannels } = s;
  const [xStep, yStep] = [s.stride * s.groups * inChannels, s.groups * outChannels];
  const both: Pixels = { xs, xStep, ds, yStep };
  const pairs = inChannels - (inChannels % 2);
  const fours = outChannels - (outChannels % 4);
  const sums = zeros(out.length);
  eachRun(s, ({ x: x0, w: w0, y: y0, pixels }) => {
    for (let i = 0; i < pairs; i += 2)
      for (let o = 0, f = w0 + i * yStep; o < fours; o += 4)
        addOuterSums(sums, f + o, f + yStep + o, both, x0 + i, y0 + o, pixels);
    // What is left of an odd number of input channels, and of output channels that do not come in fours.
    for (let i = 0; i < inChannels; i++)
      for (let o = i < pairs ? fours : 0, f = w0 + i * yStep; o < outChannels; o++) {
        let sum = 0;
        for (let p = 0, xi = x0 + i, yi = y0 + o; p < pixels; p++, xi += xStep, yi += yStep)
          sum += (xs[xi] as number) * (ds[yi] as number);
        sums[f + o] = (sums[f + o] as number) + sum;
      }
  });
  out.set(sums);
};
