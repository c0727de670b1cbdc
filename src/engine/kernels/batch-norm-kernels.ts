/**
 * The passes over pixels that batch norm and its derivatives are made of. Sums over pixels are left in parts, one for each
 * chunk of pixels, where they are few: the kernel that reads them joins them, which spares a dispatch.
 */
import { defineKernel, type Values } from "../gpu/kernel";
import { type Dispatch, vectorFor } from "../gpu/program";
import type { Tensor, TensorInfo } from "../gpu/tensorflow";
import { chunkCount, sumChunks } from "./reduce";

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
}

/** Block `from` of the normalised values was added to block `to` of the mix, times a weight of the matrix or once. */
export interface MixedGradient {
  readonly blocks: number;
  readonly outBlocks: number;
  readonly taps: readonly { readonly from: number; readonly to: number; readonly weight: number | null }[];
}

/** More pixels than these are worth a dispatch that joins the parts. */
const FEW_ROWS = 8192;
const ROWS_OF_PART = 128;
/** Pixels of an invocation that has to join parts first. */
const ROWS_OF_INVOCATION = 32;

export function rowsOf(x: Tensor): Rows {
  const channels = x.shape[x.shape.length - 1] ?? 1;
  const rows = x.size / channels;
  return { shape: x.shape, rows, channels, parts: rows > FEW_ROWS ? 1 : Math.ceil(rows / ROWS_OF_PART) };
}

/** Few invocations in small workgroups, so that they spread over the processors. */
const workgroupFor = (count: number) => ({ workgroup: count < 512 ? 16 : 64 });

type Run = (d: Dispatch) => TensorInfo;

/** The mixed gradient at every element, on the CPU. */
function spread(dy: Values, weights: Values, s: Rows, m: MixedGradient): Float32Array {
  const out = new Float32Array(s.rows * s.channels);
  const width = s.channels / m.blocks;
  for (const { from, to, weight } of m.taps) {
    const w = weight === null ? 1 : (weights[weight] as number);
    for (let p = 0; p < s.rows; p++)
      for (let c = 0; c < width; c++) {
        const at = p * s.channels + from * width + c;
        out[at] = (out[at] as number) + w * (dy[(p * m.outBlocks + to) * width + c] as number);
      }
  }
  return out;
}

/** WGSL that reads the gradient at element i of channel c: what it needs first, and the value. */
function readGradient(s: Rows) {
  const m = s.mixed;
  if (!m) return { functions: "", before: "", dy: "dy[i]", variant: "", params: {} };
  const ofBlock = Array.from({ length: m.blocks }, (_, b) => m.taps.filter((t) => t.from === b));
  const terms = Array.from({ length: Math.max(...ofBlock.map((taps) => taps.length)) }, (_, t) => t);
  const table = (name: string, values: readonly number[]) =>
    `const ${name} = array<i32, ${values.length}>(${values.join(", ")});`;
  const functions = terms.map(
    (t) =>
      table(
        `TO${t}`,
        ofBlock.map((taps) => taps[t]?.to ?? 0),
      ) +
      table(
        `BY${t}`,
        ofBlock.map((taps) => (taps[t] ? (taps[t].weight ?? -1) : -2)),
      ),
  );
  const before = terms.map(
    (t) => `
      let o${t} = TO${t}[block] * uniforms.width + c % uniforms.width;
      let by${t} = BY${t}[block];
      let w${t} = select(f32(by${t} + 2), weights[max(by${t}, 0)], by${t} >= 0);`,
  );
  const dy = terms.map((t) => `w${t} * dy[(i / uniforms.c) * (${m.outBlocks} * uniforms.width) + o${t}]`).join(" + ");
  return {
    functions: functions.join("\n"),
    before: `let block = c / uniforms.width; ${before.join("")}`,
    dy: `(${dy})`,
    variant: JSON.stringify(m).replaceAll(/[^0-9a-z]+/g, "_"),
    params: { width: s.channels / m.blocks / vectorFor(s.channels / m.blocks) },
  };
}
/** Floats of an element: four where the channels of a block come in fours. */
const vectorOf = (s: Rows) => vectorFor(s.channels / (s.mixed?.blocks ?? 1));

/** A pass that writes sums, [parts, k, C]; `body` sees c, part and parts, and loops over `EACH_OF_PART`. */
function sumPass(
  run: Run,
  name: string,
  inputs: Readonly<Record<string, TensorInfo>>,
  k: number,
  s: Rows,
  body: string,
): { readonly sums: TensorInfo; readonly parts: number } {
  const vector = vectorOf(s);
  const c = s.channels / vector;
  const parts = s.rows > FEW_ROWS ? chunkCount(s.rows, c) : s.parts;
  const read = readGradient(s);
  const sums = run({
    name,
    variant: read.variant,
    inputs,
    params: { rows: s.rows, c, statParts: s.parts, ...read.params },
    functions: read.functions,
    scalars: ["weights"],
    body: `let c = index % uniforms.c; let part = index / uniforms.c; ${body}`,
    count: parts * c,
    ...workgroupFor(parts * c),
    shape: [parts, k, s.channels],
    vector,
  });
  return { sums, parts };
}
const EACH_OF_PART = "for (var i = index; i < uniforms.rows * uniforms.c; i += uniforms.count)";

/** Mean and rate = 1/√(variance + ε) of channel c from the parts in `stats`, by Chan's rule. */
const JOIN_STATISTICS = `
  var mean = T(0.0);
  var squares = T(0.0);
  var seen = 0.0;
  for (var k = 0; k < uniforms.statParts; k++) {
    let n = f32((uniforms.rows - k + uniforms.statParts - 1) / uniforms.statParts);
    let d = stats[2 * k * uniforms.c + c] - mean;
    let all = seen + n;
    mean += d * (n / all);
    squares += stats[(2 * k + 1) * uniforms.c + c] + d * d * (seen * n / all);
    seen = all;
  }
  let rate = 1.0 / sqrt(squares / f32(uniforms.rows) + ${EPSILON});`;

/** Means t0, t1, ... over pixels of channel c, from the parts in `sums`. */
const joinMeans = (k: number) => {
  const each = (line: (j: number) => string) => Array.from({ length: k }, (_, j) => line(j)).join(" ");
  return `
    ${each((j) => `var t${j} = T(0.0);`)}
    for (var k = 0; k < uniforms.sumParts; k++) { ${each((j) => `t${j} += sums[(k * ${k} + ${j}) * uniforms.c + c];`)} }
    ${each((j) => `t${j} /= f32(uniforms.rows);`)}`;
};

/** A pass that joins parts and then writes each of its pixels i. */
function pixelPass(
  run: Run,
  name: string,
  inputs: Readonly<Record<string, TensorInfo>>,
  s: Rows,
  sumParts: number,
  before: string,
  value: string,
): TensorInfo {
  const vector = vectorOf(s);
  const c = s.channels / vector;
  const read = readGradient(s);
  const groups = Math.ceil(s.rows / (s.parts === 1 ? 4 : ROWS_OF_INVOCATION));
  return run({
    name,
    variant: value + read.variant,
    inputs,
    params: { rows: s.rows, c, statParts: s.parts, sumParts, ...read.params },
    functions: read.functions,
    scalars: ["weights"],
    body: `
      let c = index % uniforms.c;
      ${JOIN_STATISTICS}
      ${before}
      for (var i = index; i < uniforms.rows * uniforms.c; i += uniforms.count) {
        let y = (x[i] - mean) * rate;
        result[i] = ${value};
      }`,
    count: groups * c,
    ...workgroupFor(groups * c),
    shape: s.shape,
    vector,
  });
}

/** Mean and rate of each channel, on the CPU. */
function joined(stats: Values, s: Rows): { readonly mean: Float64Array; readonly rate: Float64Array } {
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

/** Calls visit(element, channel, normalised value). */
function eachValue(x: Values, stats: Values, s: Rows, visit: (i: number, c: number, y: number) => void): void {
  const { mean, rate } = joined(stats, s);
  for (let i = 0, c = 0; i < x.length; i++) {
    visit(i, c, ((x[i] as number) - (mean[c] as number)) * (rate[c] as number));
    if (++c === s.channels) c = 0;
  }
}

/** [parts, 2, C]: mean and sum of squared deviations of each part. */
export const statistics = defineKernel<Rows>("SearchlightBatchStatistics", {
  shape: (s) => [s.parts, 2, s.channels],
  cpu: ([x], out, s) => {
    const [xs, n] = [x as Values, s.channels];
    const step = s.parts * n;
    for (let part = 0; part < s.parts; part++)
      for (let c = 0; c < n; c++) {
        let sum = 0;
        for (let i = part * n + c; i < xs.length; i += step) sum += xs[i] as number;
        const mean = sum / Math.ceil((s.rows - part) / s.parts);
        let squares = 0;
        for (let i = part * n + c; i < xs.length; i += step) squares += ((xs[i] as number) - mean) ** 2;
        out[2 * part * n + c] = mean;
        out[(2 * part + 1) * n + c] = squares;
      }
  },
  gpu: ([x], s, run) => {
    if (!x) throw new Error("BatchStatistics needs x.");
    const vector = vectorFor(s.channels);
    const c = s.channels / vector;
    const parts = s.rows > FEW_ROWS ? chunkCount(s.rows, c) : s.parts;
    const partial = run({
      name: "BatchStatistics",
      inputs: { x },
      params: { rows: s.rows, c, parts },
      body: `
        let c = index % uniforms.c;
        let part = index / uniforms.c;
        var sum = T(0.0);
        ${EACH_OF_PART} { sum += x[i]; }
        let mean = sum / f32((uniforms.rows - part + uniforms.parts - 1) / uniforms.parts);
        var squares = T(0.0);
        ${EACH_OF_PART} { let d = x[i] - mean; squares += d * d; }
        result[2 * part * uniforms.c + c] = mean;
        result[(2 * part + 1) * uniforms.c + c] = squares;`,
      count: parts * c,
      ...workgroupFor(parts * c),
      shape: [parts, 2, s.channels],
      vector,
    });
    if (parts === s.parts) return partial;
    return run({
      name: "BatchStatisticsJoin",
      inputs: { stats: partial },
      params: { rows: s.rows, c, statParts: parts },
      body: `
        let c = index;
        ${JOIN_STATISTICS.slice(0, JOIN_STATISTICS.indexOf("let rate"))}
        result[c] = mean;
        result[uniforms.c + c] = squares;`,
      count: c,
      shape: [1, 2, s.channels],
      vector,
    });
  },
});

/** y, or y·scale + shift. Inputs: x, statistics, and scale and shift when affine. */
export const normalise = defineKernel<Rows>("SearchlightBatchNormalise", {
  shape: (s) => s.shape,
  cpu: ([x, stats, scale, shift], out, s) =>
    eachValue(x as Values, stats as Values, s, (i, c, y) => {
      out[i] = scale && shift ? y * (scale[c] as number) + (shift[c] as number) : y;
    }),
  gpu: ([x, stats, scale, shift], s, run) => {
    if (!x || !stats) throw new Error("BatchNormalise needs x and statistics.");
    if (!scale || !shift) return pixelPass(run, "BatchNormalise", { x, stats }, s, 0, "", "y");
    const before = "let a = scale[c]; let b = shift[c];";
    return pixelPass(run, "BatchNormAffine", { x, stats, scale, shift }, s, 0, before, "y * a + b");
  },
});

/** [parts, 2, C]: Σ dy and Σ dy·y of each part. Inputs: dy, x, statistics, and the mix's weights when mixed. */
export const gradientSums = defineKernel<Rows>("SearchlightBatchNormGradSums", {
  shape: (s) => [s.parts, 2, s.channels],
  cpu: ([dy, x, stats, weights], out, s) => {
    const ds = s.mixed ? spread(dy as Values, weights as Values, s, s.mixed) : (dy as Values);
    const sums = new Float64Array(out.length);
    eachValue(x as Values, stats as Values, s, (i, c, y) => {
      const at = 2 * (Math.floor(i / s.channels) % s.parts) * s.channels + c;
      const d = ds[i] as number;
      sums[at] = (sums[at] as number) + d;
      sums[at + s.channels] = (sums[at + s.channels] as number) + d * y;
    });
    out.set(sums);
  },
  gpu: ([dy, x, stats, weights], s, run) => {
    if (!dy || !x || !stats) throw new Error("BatchNormGradSums needs dy, x and statistics.");
    const read = readGradient(s);
    const { sums, parts } = sumPass(
      run,
      weights ? "BatchNormMixedGradSums" : "BatchNormGradSums",
      { x, stats, dy, ...(weights ? { weights } : {}) },
      2,
      s,
      `${JOIN_STATISTICS} ${read.before}
      var s0 = T(0.0); var s1 = T(0.0);
      ${EACH_OF_PART} { let d = ${read.dy}; s0 += d; s1 += d * ((x[i] - mean) * rate); }
      result[2 * part * uniforms.c + c] = s0;
      result[(2 * part + 1) * uniforms.c + c] = s1;`,
    );
    return parts === s.parts ? sums : sumChunks(run, sums, parts, [1, 2, s.channels]);
  },
});

/** Row `row` of the gradient's sums, joined, [C]: the gradient of the shift (row 0) or of the scale (row 1). */
export const joinSums = defineKernel<Rows & { readonly row: 0 | 1 }>("SearchlightBatchNormJoinSums", {
  shape: (s) => [s.channels],
  cpu: ([sums], out, s) => {
    for (let c = 0; c < s.channels; c++) {
      let sum = 0;
      for (let k = 0; k < s.parts; k++) sum += (sums as Values)[(2 * k + s.row) * s.channels + c] as number;
      out[c] = sum;
    }
  },
  gpu: ([sums], s, run) => {
    if (!sums) throw new Error("BatchNormJoinSums needs sums.");
    const vector = vectorFor(s.channels);
    return run({
      name: "BatchNormJoinSums",
      inputs: { sums },
      params: { c: s.channels / vector, row: s.row, parts: s.parts },
      body: `
        var sum = T(0.0);
        for (var k = 0; k < uniforms.parts; k++) { sum += sums[(2 * k + uniforms.row) * uniforms.c + index]; }
        result[index] = sum;`,
      count: s.channels / vector,
      shape: [s.channels],
      vector,
    });
  },
});

/** B(scale·dy). Inputs: dy, x, statistics, the gradient's sums, and the scale when affine or the mix's weights when mixed. */
export const gradientX = defineKernel<Rows>("SearchlightBatchNormGrad", {
  shape: (s) => s.shape,
  cpu: ([dy, x, stats, sums, extra], out, s) => {
    const ds = s.mixed ? spread(dy as Values, extra as Values, s, s.mixed) : (dy as Values);
    const scale = s.mixed ? undefined : extra;
    const { rate } = joined(stats as Values, s);
    const means = new Float64Array(2 * s.channels);
    for (let j = 0; j < (sums as Values).length; j++) {
      const at = j % means.length;
      means[at] = (means[at] as number) + ((sums as Values)[j] as number) / s.rows;
    }
    eachValue(x as Values, stats as Values, s, (i, c, y) => {
      const d = (ds[i] as number) - (means[c] as number) - y * (means[s.channels + c] as number);
      out[i] = (rate[c] as number) * (scale ? (scale[c] as number) : 1) * d;
    });
  },
  gpu: ([dy, x, stats, sums, extra], s, run) => {
    if (!dy || !x || !stats || !sums) throw new Error("BatchNormGrad needs dy, x, statistics and sums.");
    const read = readGradient(s);
    const kind = s.mixed ? "Mixed" : extra ? "Affine" : "";
    const inputs = { x, stats, dy, sums, ...(extra ? { [s.mixed ? "weights" : "scale"]: extra } : {}) };
    const factor = `let factor = rate${kind === "Affine" ? " * scale[c]" : ""};`;
    const before = `${joinMeans(2)} ${read.before} ${factor}`;
    return pixelPass(run, `BatchNorm${kind}Grad`, inputs, s, s.parts, before, `factor * (${read.dy} - t0 - y * t1)`);
  },
});

/** ∂⟨g, B(scale·dy)⟩/∂x. Inputs: g, dy, x, statistics, and scale when affine. */
export const secondX = defineKernel<Rows>("SearchlightBatchNormGradGrad", {
  shape: (s) => s.shape,
  cpu: ([g, dy, x, stats, scale], out, s) => {
    const [gs, ds] = [g as Values, dy as Values];
    const { rate } = joined(stats as Values, s);
    const zeros = () => new Float64Array(s.channels);
    const [meanG, meanD, a, b, meanGD] = [zeros(), zeros(), zeros(), zeros(), zeros()];
    eachValue(x as Values, stats as Values, s, (i, c, y) => {
      const [gi, di] = [(gs[i] as number) / s.rows, ds[i] as number];
      meanG[c] = (meanG[c] as number) + gi;
      meanD[c] = (meanD[c] as number) + di / s.rows;
      a[c] = (a[c] as number) + gi * y;
      b[c] = (b[c] as number) + (di * y) / s.rows;
      meanGD[c] = (meanGD[c] as number) + gi * di;
    });
    eachValue(x as Values, stats as Values, s, (i, c, y) => {
      const [mg, md, ac, bc] = [meanG[c] as number, meanD[c] as number, a[c] as number, b[c] as number];
      const k = (meanGD[c] as number) - mg * md - 3 * ac * bc;
      const sum = bc * ((gs[i] as number) - mg) + ac * ((ds[i] as number) - md) + y * k;
      out[i] = -((rate[c] as number) ** 2) * (scale ? (scale[c] as number) : 1) * sum;
    });
  },
  gpu: ([g, dy, x, stats, scale], s, run) => {
    if (!g || !dy || !x || !stats) throw new Error("BatchNormGradGrad needs g, dy, x and statistics.");
    const terms = ["g[i]", "dy[i]", "g[i] * y", "dy[i] * y", "g[i] * dy[i]"];
    const partial = sumPass(
      run,
      "BatchNormGradGradSums",
      { x, stats, dy, g },
      terms.length,
      s,
      `${JOIN_STATISTICS}
      ${terms.map((_, j) => `var s${j} = T(0.0);`).join(" ")}
      ${EACH_OF_PART} { let y = (x[i] - mean) * rate; ${terms.map((term, j) => `s${j} += ${term};`).join(" ")} }
      ${terms.map((_, j) => `result[(part * ${terms.length} + ${j}) * uniforms.c + c] = s${j};`).join("\n")}`,
    );
    const sums =
      partial.parts === s.parts
        ? partial.sums
        : sumChunks(run, partial.sums, partial.parts, [1, terms.length, s.channels]);
    const before = `${joinMeans(5)} let k = t4 - t0 * t1 - 3.0 * t2 * t3;
      let factor = -rate * rate${scale ? " * scale[c]" : ""};`;
    const value = "factor * (t3 * (g[i] - t0) + t2 * (dy[i] - t1) + y * k)";
    const name = scale ? "BatchNormAffineGradGrad" : "BatchNormGradGrad";
    const inputs = { x, stats, dy, g, sums, ...(scale ? { scale } : {}) };
    return pixelPass(run, name, inputs, s, s.parts, before, value);
  },
});
