/** Convolutions on the CPU: the readable reference, sums in double precision and rounded once. */
import type { KernelBody, Values } from "../gpu/kernel";

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
  /** Sums are kept in double precision: they are rounded once, as a reference should be. */
  readonly values: Values | Float64Array;
  start: number;
  readonly row: number;
  readonly column: number;
}

/**
 * c += a·b for a [rows, inner], b [inner, columns], with a's and c's columns next to each other. Two columns by four inner
 * terms at a time: eight numbers of b stay in registers while the rows go by.
 */
function addProduct(c: Matrix, a: Matrix, b: Matrix, rows: number, inner: number, columns: number): void {
  const [cs, as, bs] = [c.values, a.values, b.values];
  const value = (i: number, j: number) =>
    i < inner && j < columns ? (bs[b.start + i * b.row + j * b.column] as number) : 0;
  for (let j = 0; j < columns; j += 2) {
    const pair = j + 1 < columns;
    for (let i = 0; i < inner; i += 4) {
      const [b00, b10, b20, b30] = [value(i, j), value(i + 1, j), value(i + 2, j), value(i + 3, j)];
      const [b01, b11, b21, b31] = [value(i, j + 1), value(i + 1, j + 1), value(i + 2, j + 1), value(i + 3, j + 1)];
      const left = inner - i;
      for (let r = 0, p = a.start + i, q = c.start + j; r < rows; r++, p += a.row, q += c.row) {
        const a0 = as[p] as number;
        const a1 = left > 1 ? (as[p + 1] as number) : 0;
        const a2 = left > 2 ? (as[p + 2] as number) : 0;
        const a3 = left > 3 ? (as[p + 3] as number) : 0;
        cs[q] = (cs[q] as number) + a0 * b00 + a1 * b10 + a2 * b20 + a3 * b30;
        if (pair) cs[q + 1] = (cs[q + 1] as number) + a0 * b01 + a1 * b11 + a2 * b21 + a3 * b31;
      }
    }
  }
}

/** x where the mask is positive, zero elsewhere. */
const masked = (x: Values, z: Values | undefined): Values =>
  z ? x.map((v: number, i: number) => ((z[i] as number) > 0 ? v : 0)) : x;

export const cpuForward: KernelBody<ConvolutionShape>["cpu"] = ([x, w, z], out, s) => {
  const [inAll, outAll] = [s.groups * s.inChannels, s.groups * s.outChannels];
  const a: Matrix = { values: masked(x as Values, z), start: 0, row: s.stride * inAll, column: 1 };
  const b: Matrix = { values: w as Values, start: 0, row: outAll, column: 1 };
  const c: Matrix = { values: new Float64Array(out.length), start: 0, row: outAll, column: 1 };
  eachRun(s, (run) => {
    [a.start, b.start, c.start] = [run.x, run.w, run.y];
    addProduct(c, a, b, run.pixels, s.inChannels, s.outChannels);
  });
  out.set(c.values);
};

export const cpuGradX: KernelBody<ConvolutionShape>["cpu"] = ([dy, w, z], out, s) => {
  const [inAll, outAll] = [s.groups * s.inChannels, s.groups * s.outChannels];
  const a: Matrix = { values: dy as Values, start: 0, row: outAll, column: 1 };
  // The filter, transposed.
  const b: Matrix = { values: w as Values, start: 0, row: 1, column: outAll };
  const c: Matrix = { values: new Float64Array(out.length), start: 0, row: s.stride * inAll, column: 1 };
  eachRun(s, (run) => {
    [a.start, b.start, c.start] = [run.y, run.w, run.x];
    addProduct(c, a, b, run.pixels, s.outChannels, s.inChannels);
  });
  out.set(c.values);
  if (z) out.set(masked(out, z));
};

export const cpuGradW: KernelBody<ConvolutionShape>["cpu"] = ([x, dy, z], out, s) => {
  const [xs, ds] = [masked(x as Values, z), dy as Values];
  const { inChannels, outChannels } = s;
  const [xStep, yStep] = [s.stride * s.groups * inChannels, s.groups * outChannels];
  const fours = outChannels - (outChannels % 4);
  const sums = new Float64Array(out.length);
  eachRun(s, ({ x: x0, w: w0, y: y0, pixels }) => {
    for (let i = 0, wi = w0; i < inChannels; i++, wi += yStep) {
      // Four output channels at a time: each pixel of x is read once for four products.
      for (let o = 0; o < fours; o += 4) {
        let [a, b, c, d] = [0, 0, 0, 0];
        for (let p = 0, xi = x0 + i, yi = y0 + o; p < pixels; p++, xi += xStep, yi += yStep) {
          const v = xs[xi] as number;
          a += v * (ds[yi] as number);
          b += v * (ds[yi + 1] as number);
          c += v * (ds[yi + 2] as number);
          d += v * (ds[yi + 3] as number);
        }
        const f = wi + o;
        sums[f] = (sums[f] as number) + a;
        sums[f + 1] = (sums[f + 1] as number) + b;
        sums[f + 2] = (sums[f + 2] as number) + c;
        sums[f + 3] = (sums[f + 3] as number) + d;
      }
      for (let o = fours; o < outChannels; o++) {
        let sum = 0;
        for (let p = 0, xi = x0 + i, yi = y0 + o; p < pixels; p++, xi += xStep, yi += yStep)
          sum += (xs[xi] as number) * (ds[yi] as number);
        sums[wi + o] = (sums[wi + o] as number) + sum;
      }
    }
  });
  out.set(sums);
};
