/**
 * Batch normalisation in train mode without scale and shift: y = (x − m)/√(v + ε) for each channel over all pixels, v
 * biased. Twice differentiable. With r = 1/√(v + ε), ⟨·⟩ the mean over pixels, y the normalised input:
 *   B(dy)  = r (dy − ⟨dy⟩ − y⟨dy·y⟩)                                     gradient of x
 *   ∂⟨g, B(dy)⟩/∂dy = B(g)
 *   ∂⟨g, B(dy)⟩/∂x  = −r² (b(g − ⟨g⟩) + a(dy − ⟨dy⟩) + y(⟨g·dy⟩ − ⟨g⟩⟨dy⟩ − 3ab)),  a = ⟨g·y⟩, b = ⟨dy·y⟩
 */
import { defineKernel, type Values } from "../gpu/kernel";
import { type Dispatch, vectorFor } from "../gpu/program";
import { type Tensor, type TensorInfo, tf } from "../gpu/tensorflow";
import { chunkCount, sumChunks } from "./reduce";

export const EPSILON = 1e-5;

interface Rows {
  readonly shape: readonly number[];
  /** Pixels: N·H·W. */
  readonly rows: number;
  readonly channels: number;
}

function rowsOf(x: Tensor): Rows {
  const channels = x.shape[x.shape.length - 1] ?? 1;
  return { shape: x.shape, rows: x.size / channels, channels };
}

/** [2, C]: mean and 1/√(variance + ε). Partial means and squared deviations of pixel chunks are joined by Chan's rule. */
const statistics = defineKernel<Rows>("SearchlightBatchStatistics", {
  shape: (s) => [2, s.channels],
  cpu: ([x], out, s) => {
    const xs = x as Values;
    for (let c = 0; c < s.channels; c++) {
      let sum = 0;
      for (let i = c; i < xs.length; i += s.channels) sum += xs[i] as number;
      const mean = sum / s.rows;
      let squares = 0;
      for (let i = c; i < xs.length; i += s.channels) squares += ((xs[i] as number) - mean) ** 2;
      out[c] = mean;
      out[s.channels + c] = 1 / Math.sqrt(squares / s.rows + EPSILON);
    }
  },
  gpu: ([x], s, run) => {
    if (!x) throw new Error("BatchStatistics needs x.");
    const vector = vectorFor(s.channels);
    const c = s.channels / vector;
    const chunks = chunkCount(s.rows, c);
    const perChunk = Math.ceil(s.rows / chunks);
    const params = { rows: s.rows, c, perChunk };
    const partial = run({
      name: "BatchStatisticsPartial",
      inputs: { x },
      params,
      body: `
        let c = index % uniforms.c;
        let first = (index / uniforms.c) * uniforms.perChunk;
        let last = min(first + uniforms.perChunk, uniforms.rows);
        var sum = T(0.0);
        for (var r = first; r < last; r++) { sum += x[r * uniforms.c + c]; }
        let mean = sum / f32(max(last - first, 1));
        var squares = T(0.0);
        for (var r = first; r < last; r++) { let d = x[r * uniforms.c + c] - mean; squares += d * d; }
        result[2 * index] = mean;
        result[2 * index + 1] = squares;`,
      count: chunks * c,
      shape: [chunks, s.channels, 2],
      vector,
    });
    return run({
      name: "BatchStatistics",
      inputs: { partial },
      params: { ...params, chunks },
      body: `
        var mean = T(0.0);
        var squares = T(0.0);
        var seen = 0.0;
        for (var k = 0; k < uniforms.chunks; k++) {
          let n = f32(clamp(uniforms.rows - k * uniforms.perChunk, 0, uniforms.perChunk));
          if (n == 0.0) { continue; }
          let i = 2 * (k * uniforms.c + index);
          let d = partial[i] - mean;
          let all = seen + n;
          mean += d * n / all;
          squares += partial[i + 1] + d * d * seen * n / all;
          seen = all;
        }
        result[index] = mean;
        result[uniforms.c + index] = 1.0 / sqrt(squares / f32(uniforms.rows) + ${EPSILON});`,
      count: c,
      shape: [2, s.channels],
      vector,
    });
  },
});

const normalise = defineKernel<Rows>("SearchlightBatchNormalise", {
  shape: (s) => s.shape,
  cpu: ([x, stats], out, s) => {
    const [xs, st, n] = [x as Values, stats as Values, s.channels];
    for (let i = 0, c = 0; i < out.length; i++) {
      out[i] = ((xs[i] as number) - (st[c] as number)) * (st[n + c] as number);
      if (++c === n) c = 0;
    }
  },
  gpu: ([x, stats], s, run) => {
    if (!x || !stats) throw new Error("BatchNormalise needs x and stats.");
    return run({
      name: "BatchNormalise",
      inputs: { x, stats },
      params: { c: s.channels / vectorFor(s.channels) },
      body: `let c = index % uniforms.c;
        result[index] = (x[index] - stats[c]) * stats[uniforms.c + c];`,
      count: (s.rows * s.channels) / vectorFor(s.channels),
      shape: s.shape,
      vector: vectorFor(s.channels),
    });
  },
});

/** Means over pixels of products, [k, C], on the GPU: `terms` are WGSL expressions in i (element), c and y (normalised x). */
function channelMeans(
  run: (d: Dispatch) => TensorInfo,
  name: string,
  inputs: Readonly<Record<string, TensorInfo>>,
  terms: readonly string[],
  s: Rows,
): { readonly sums: TensorInfo } {
  const k = terms.length;
  const vector = vectorFor(s.channels);
  const channels = s.channels / vector;
  const chunks = chunkCount(s.rows, channels);
  const partial = run({
    name,
    inputs,
    params: { rows: s.rows, c: channels, perChunk: Math.ceil(s.rows / chunks) },
    body: `
      let c = index % uniforms.c;
      let chunk = index / uniforms.c;
      let last = min((chunk + 1) * uniforms.perChunk, uniforms.rows);
      let mean = stats[c];
      let rate = stats[uniforms.c + c];
      ${terms.map((_, j) => `var s${j} = T(0.0);`).join("\n")}
      for (var r = chunk * uniforms.perChunk; r < last; r++) {
        let i = r * uniforms.c + c;
        let y = (x[i] - mean) * rate;
        ${terms.map((term, j) => `s${j} += ${term};`).join("\n")}
      }
      ${terms.map((_, j) => `result[(chunk * ${k} + ${j}) * uniforms.c + c] = s${j} / f32(uniforms.rows);`).join("\n")}`,
    count: chunks * channels,
    shape: [chunks, k, s.channels],
    vector,
  });
  return { sums: sumChunks(run, partial, chunks, [k, s.channels]) };
}

const gradientKernel = defineKernel<Rows>("SearchlightBatchNormGrad", {
  shape: (s) => s.shape,
  cpu: ([dy, x, stats], out, s) => {
    const [ds, xs, st, n] = [dy as Values, x as Values, stats as Values, s.channels];
    const [meanD, meanDY] = [new Float64Array(n), new Float64Array(n)];
    for (let i = 0, c = 0; i < out.length; i++) {
      const d = (ds[i] as number) / s.rows;
      meanD[c] = (meanD[c] as number) + d;
      meanDY[c] = (meanDY[c] as number) + d * ((xs[i] as number) - (st[c] as number)) * (st[n + c] as number);
      if (++c === n) c = 0;
    }
    for (let i = 0, c = 0; i < out.length; i++) {
      const rate = st[n + c] as number;
      const y = ((xs[i] as number) - (st[c] as number)) * rate;
      out[i] = rate * ((ds[i] as number) - (meanD[c] as number) - y * (meanDY[c] as number));
      if (++c === n) c = 0;
    }
  },
  gpu: ([dy, x, stats], s, run) => {
    if (!dy || !x || !stats) throw new Error("BatchNormGrad needs dy, x and stats.");
    const { sums } = channelMeans(run, "BatchNormGradMeans", { x, stats, dy }, ["dy[i]", "dy[i] * y"], s);
    return run({
      name: "BatchNormGrad",
      inputs: { x, stats, dy, sums },
      params: { c: s.channels / vectorFor(s.channels) },
      body: `let c = index % uniforms.c;
        let rate = stats[uniforms.c + c];
        let y = (x[index] - stats[c]) * rate;
        result[index] = rate * (dy[index] - sums[c] - y * sums[uniforms.c + c]);`,
      count: (s.rows * s.channels) / vectorFor(s.channels),
      shape: s.shape,
      vector: vectorFor(s.channels),
    });
  },
});

const secondKernel = defineKernel<Rows>("SearchlightBatchNormGradGrad", {
  shape: (s) => s.shape,
  cpu: ([g, dy, x, stats], out, s) => {
    const [gs, ds, xs, st, n] = [g as Values, dy as Values, x as Values, stats as Values, s.channels];
    const [meanG, meanD, a, b, meanGD] = Array.from({ length: 5 }, () => new Float64Array(n)) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    for (let i = 0, c = 0; i < out.length; i++) {
      const [gi, di] = [(gs[i] as number) / s.rows, ds[i] as number];
      const y = ((xs[i] as number) - (st[c] as number)) * (st[n + c] as number);
      meanG[c] = (meanG[c] as number) + gi;
      meanD[c] = (meanD[c] as number) + di / s.rows;
      a[c] = (a[c] as number) + gi * y;
      b[c] = (b[c] as number) + (di * y) / s.rows;
      meanGD[c] = (meanGD[c] as number) + gi * di;
      if (++c === n) c = 0;
    }
    for (let i = 0, c = 0; i < out.length; i++) {
      const rate = st[n + c] as number;
      const y = ((xs[i] as number) - (st[c] as number)) * rate;
      const [mg, md, ac, bc] = [meanG[c] as number, meanD[c] as number, a[c] as number, b[c] as number];
      const k = (meanGD[c] as number) - mg * md - 3 * ac * bc;
      out[i] = -rate * rate * (bc * ((gs[i] as number) - mg) + ac * ((ds[i] as number) - md) + y * k);
      if (++c === n) c = 0;
    }
  },
  gpu: ([g, dy, x, stats], s, run) => {
    if (!g || !dy || !x || !stats) throw new Error("BatchNormGradGrad needs g, dy, x and stats.");
    const { sums } = channelMeans(
      run,
      "BatchNormGradGradMeans",
      { x, stats, dy, g },
      ["g[i]", "dy[i]", "g[i] * y", "dy[i] * y", "g[i] * dy[i]"],
      s,
    );
    return run({
      name: "BatchNormGradGrad",
      inputs: { x, stats, dy, g, sums },
      params: { c: s.channels / vectorFor(s.channels) },
      body: `let c = index % uniforms.c;
        let rate = stats[uniforms.c + c];
        let y = (x[index] - stats[c]) * rate;
        let mg = sums[c];
        let md = sums[uniforms.c + c];
        let a = sums[2 * uniforms.c + c];
        let b = sums[3 * uniforms.c + c];
        let k = sums[4 * uniforms.c + c] - mg * md - 3.0 * a * b;
        result[index] = -rate * rate * (b * (g[index] - mg) + a * (dy[index] - md) + y * k);`,
      count: (s.rows * s.channels) / vectorFor(s.channels),
      shape: s.shape,
      vector: vectorFor(s.channels),
    });
  },
});

/** B(dy) at x; differentiable once more, in both. The statistics are those of x. */
function gradient(dy: Tensor, x: Tensor, stats: Tensor, s: Rows): Tensor {
  return tf.customGrad((...args) => {
    const [d, v, save] = args as [Tensor, Tensor, tf.GradSaveFunc];
    save([d, v, stats]);
    return {
      value: gradientKernel([d, v, stats], s),
      gradFunc: (g: Tensor, saved: Tensor[]) => {
        const [d1, v1, stats1] = saved as [Tensor, Tensor, Tensor];
        return [gradient(g, v1, stats1, s), secondKernel([g, d1, v1, stats1], s)];
      },
    };
  })(dy, x);
}

/** Normalises each channel of x [..., C] by its batch statistics. */
export function batchNorm(x: Tensor): Tensor {
  const s = rowsOf(x);
  return tf.customGrad((...args) => {
    const [v, save] = args as [Tensor, tf.GradSaveFunc];
    const stats = statistics([v], s);
    save([v, stats]);
    return {
      value: normalise([v, stats], s),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [v1, stats1] = saved as [Tensor, Tensor];
        return gradient(dy, v1, stats1, s);
      },
    };
  })(x);
}

/** Mean and biased variance of each channel, each [C]. */
export function batchStatistics(x: Tensor): { readonly mean: Tensor; readonly variance: Tensor } {
  const [mean, rate] = tf.split(statistics([x], rowsOf(x)), 2, 0) as [Tensor, Tensor];
  return { mean: mean.flatten(), variance: tf.sub(tf.reciprocal(tf.square(rate.flatten())), EPSILON) };
}
