/**
 * The passes over pixels that batch norm and its derivatives are made of. Sums over pixels are left in parts, one for each
 * chunk of pixels, where they are few: the kernel that reads them joins them, which spares a dispatch.
 */
import { defineKernel, type Values } from "../gpu/kernel";
import { type Dispatch, vectorFor } from "../gpu/program";
import type { Tensor, TensorInfo } from "../gpu/tensorflow";
import {
  cpuGradientSums,
  cpuGradientX,
  cpuNormalise,
  cpuSecondX,
  cpuStatistics,
  EPSILON,
  type Rows,
} from "./batch-norm-cpu";
import { chunkCount, sumChunks } from "./reduce";

export type { Rows } from "./batch-norm-cpu";

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
        store(i, ${value});
      }`,
    count: groups * c,
    ...workgroupFor(groups * c),
    shape: s.shape,
    vector,
  });
}

/** [parts, 2, C]: mean and sum of squared deviations of each part. */
export const statistics = defineKernel<Rows>("SearchlightBatchStatistics", {
  shape: (s) => [s.parts, 2, s.channels],
  cpu: ([x], out, s) => cpuStatistics(x as Values, out, s),
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
  cpu: ([x, stats, scale, shift], out, s) => cpuNormalise(x as Values, stats as Values, scale, shift, out, s),
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
  cpu: ([dy, x, stats, weights], out, s) =>
    cpuGradientSums(dy as Values, x as Values, stats as Values, weights, out, s),
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
  cpu: ([dy, x, stats, sums, extra], out, s) =>
    cpuGradientX(dy as Values, x as Values, stats as Values, sums as Values, extra, out, s),
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
  cpu: ([g, dy, x, stats, scale], out, s) =>
    cpuSecondX(g as Values, dy as Values, x as Values, stats as Values, scale, out, s),
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
