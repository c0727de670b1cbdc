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
  eachSlotOfRows,
  type Rows,
} from "./batch-norm-cpu";
import { type Gate, gateCode, gateParams, launched, slotsOf } from "./gate";
import { joinStatistics, rateOf } from "./join-statistics";
import { chunkCount, sumChunks } from "./reduce";

export type { Rows } from "./batch-norm-cpu";

/** More pixels than these are worth a dispatch that joins the parts. */
const FEW_ROWS = 8192;
const ROWS_OF_PART = 256;
/** Pixels of an invocation, which joins the parts first: the more parts, the more pixels should share that. */
const [ROWS_OF_INVOCATION, FEW_ROWS_OF_INVOCATION] = [64, 8];
/** Elements of a turn of a loop that sums. */
const UNROLLED = 4;

export function rowsOf(x: Tensor): Rows {
  const channels = x.shape[x.shape.length - 1] ?? 1;
  const rows = x.size / channels;
  return { shape: x.shape, rows, channels, parts: rows > FEW_ROWS ? 1 : Math.ceil(rows / ROWS_OF_PART) };
}

/** As `rowsOf`, of each slot of x [slots, ..., C]. */
export function slotRowsOf(x: Tensor, gate: Gate): Rows {
  const slots = slotsOf(gate);
  const channels = x.shape[x.shape.length - 1] ?? 1;
  const rows = x.size / channels / slots;
  return { shape: x.shape, rows, channels, parts: rows > FEW_ROWS ? 1 : Math.ceil(rows / ROWS_OF_PART), slots: gate };
}

const slotCount = (s: Rows) => (s.slots ? slotsOf(s.slots) : 1);

/** The invocations of a slot, and code that declares slot, the invocation's place in it and the slot's first element. */
function slotInvocations(s: Rows, perSlot: number, picks: TensorInfo | undefined) {
  if (!s.slots)
    return {
      inputs: {},
      params: { perSlot, slots: 1 },
      functions: "",
      code: "let slot = 0; let local = index; let base = 0; let end = uniforms.rows * uniforms.c; let stride = uniforms.perSlot;",
      variant: "",
      count: perSlot,
      slots: null,
    };
  if (!picks) throw new Error("Batch norm of slots needs picks.");
  return {
    inputs: { picks },
    params: { perSlot, ...gateParams(s.slots) },
    functions: gateCode(s.slots),
    ...launched(s.slots, picks, perSlot),
    code: `let inUse = index / uniforms.perSlot;
      let slot = slotIn(inUse);
      if (slot == uniforms.slots) { return; }
      let local = index - inUse * uniforms.perSlot;
      let base = slot * uniforms.rows * uniforms.c; let end = base + uniforms.rows * uniforms.c; let stride = uniforms.perSlot;`,
    variant: s.slots.kind,
  };
}

/** Few invocations in small workgroups, so that they spread over the processors. */
const workgroupFor = (count: number) => ({ workgroup: count < 512 ? 16 : 64 });
const slotsFrom = ({ count, slots }: ReturnType<typeof slotInvocations>) => ({
  count,
  ...workgroupFor(count),
  ...(slots && { slots }),
});

type Run = (d: Dispatch) => TensorInfo;

/** Operations of a pass, so many for each value. */
const perValue = (operations: number) => (s: Rows) => operations * s.rows * s.channels;

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

/** The reference, slot by slot where there are slots: `of` are the tensors' parts. */
function bySlot(
  s: Rows,
  picks: Values | undefined,
  tensors: readonly (Values | undefined)[],
  compute: (slot: Parameters<Parameters<typeof eachSlotOfRows>[3]>[0], of: readonly Values[]) => void,
): void {
  if (s.slots) {
    eachSlotOfRows(s, s.slots, picks as Values, (slot) =>
      compute(
        slot,
        tensors.map((t) => slot.of(t as Values)),
      ),
    );
    return;
  }
  const whole = {
    of: (v: Values) => v,
    takeParts: (v: Values) => v,
    putParts: (from: Values, to: Values) => to.set(from),
  };
  compute(whole, tensors as readonly Values[]);
}

/** Floats of an element: four where the channels of a block come in fours. */
const vectorOf = (s: Rows) => vectorFor(s.channels / (s.mixed?.blocks ?? 1));

/** A pass that writes sums, [parts, k, C]; `body` sees c, part and parts, and loops by `eachOfPart`. */
function sumPass(
  run: Run,
  name: string,
  inputs: Readonly<Record<string, TensorInfo>>,
  k: number,
  s: Rows,
  body: string,
  picks?: TensorInfo,
): { readonly sums: TensorInfo; readonly parts: number } {
  const vector = vectorOf(s);
  const c = s.channels / vector;
  const parts = s.rows > FEW_ROWS ? chunkCount(s.rows, c) : s.parts;
  const read = readGradient(s);
  const at = slotInvocations(s, parts * c, picks);
  const sums = run({
    name,
    variant: read.variant + at.variant,
    inputs: { ...inputs, ...at.inputs },
    params: { rows: s.rows, c, statParts: s.parts, ...read.params, ...at.params },
    functions: read.functions + at.functions,
    scalars: ["weights", "picks"],
    body: `${at.code} let c = local % uniforms.c; let part = local / uniforms.c;
      let to = (part * uniforms.slots + slot) * ${k} * uniforms.c + c; ${body}`,
    ...slotsFrom(at),
    shape: [parts, slotCount(s), k, s.channels],
    vector,
  });
  return { sums, parts };
}
/** WGSL that runs `body` for each element i of the part; `unrolled` where it only reads: stores gain nothing. */
function eachOfPart(body: string, unrolled = false): string {
  const block = (at: string) => `{ let i = ${at}; ${body} }`;
  const ahead = unrolled ? UNROLLED - 1 : 0;
  const many = Array.from({ length: ahead + 1 }, (_, k) => block(`at + ${k} * stride`)).join(" ");
  return `{ var at = base + local;
    ${unrolled ? `for (; at < end - ${ahead} * stride; at += ${ahead + 1} * stride) { ${many} }` : ""}
    for (; at < end; at += stride) ${block("at")} }`;
}

/** Mean and squares of channel c from the parts in `stats`. */
const JOIN_STATISTICS = `
  var mean = T(0.0);
  ${joinStatistics({
    stats: "stats",
    parts: "uniforms.statParts",
    rows: "uniforms.rows",
    slots: "uniforms.slots",
    slot: "slot",
    width: "uniforms.c",
    channel: "c",
  })}`;
const DECLARE_RATE = `let rate = ${rateOf("uniforms.rows")};`;

/** Means t0, t1, ... over pixels of channel c, from the parts in `sums`. */
const joinMeans = (k: number) => {
  const each = (line: (j: number) => string) => Array.from({ length: k }, (_, j) => line(j)).join(" ");
  return `
    ${each((j) => `var t${j} = T(0.0);`)}
    for (var k = 0; k < uniforms.sumParts; k++) { ${each((j) => `t${j} += sums[((k * uniforms.slots + slot) * ${k} + ${j}) * uniforms.c + c];`)} }
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
  picks?: TensorInfo,
): TensorInfo {
  const vector = vectorOf(s);
  const c = s.channels / vector;
  const read = readGradient(s);
  const groups = Math.ceil(s.rows / (s.parts === 1 ? FEW_ROWS_OF_INVOCATION : ROWS_OF_INVOCATION));
  const at = slotInvocations(s, groups * c, picks);
  return run({
    name,
    variant: value + read.variant + at.variant,
    inputs: { ...inputs, ...at.inputs },
    params: { rows: s.rows, c, statParts: s.parts, sumParts, ...read.params, ...at.params },
    functions: read.functions + at.functions,
    scalars: ["weights", "picks"],
    body: `
      ${at.code}
      let c = local % uniforms.c;
      ${JOIN_STATISTICS}
      ${DECLARE_RATE}
      ${before}
      ${eachOfPart(`let y = (x[i] - mean) * rate; store(i, ${value});`)}`,
    ...slotsFrom(at),
    shape: s.shape,
    vector,
  });
}

/** [parts, 2, C]: mean and sum of squared deviations of each part. */
export const statistics = defineKernel<Rows>("SearchlightBatchStatistics", {
  operations: perValue(5),
  shape: (s) => [s.parts, slotCount(s), 2, s.channels],
  cpu: ([x, picks], out, s) =>
    bySlot(s, picks, [x], (slot, [own]) => {
      const stats = new Float32Array(s.parts * 2 * s.channels);
      cpuStatistics(own as Values, stats, s);
      slot.putParts(stats, out, 2);
    }),
  gpu: ([x, picks], s, run) => {
    if (!x) throw new Error("BatchStatistics needs x.");
    const { sums: partial, parts } = sumPass(
      run,
      "BatchStatistics",
      { x },
      2,
      s,
      // In two passes: sums about another value than the mean round too much for what hangs on them.
      `
        var sum = T(0.0);
        ${eachOfPart("sum += x[i];", true)}
        let parts = uniforms.perSlot / uniforms.c;
        let mean = sum / f32((uniforms.rows - part + parts - 1) / parts);
        var squares = T(0.0);
        ${eachOfPart("let d = x[i] - mean; squares += d * d;", true)}
        result[to] = mean;
        result[to + uniforms.c] = squares;`,
      picks,
    );
    if (parts === s.parts) return partial;
    const vector = vectorFor(s.channels);
    const slots = slotCount(s);
    return run({
      name: "BatchStatisticsJoin",
      inputs: { stats: partial },
      params: { rows: s.rows, c: s.channels / vector, statParts: parts, slots },
      body: `
        let slot = index / uniforms.c;
        let c = index - slot * uniforms.c;
        ${JOIN_STATISTICS}
        result[index + slot * uniforms.c] = mean;
        result[index + (slot + 1) * uniforms.c] = squares;`,
      count: (slots * s.channels) / vector,
      shape: [1, slots, 2, s.channels],
      vector,
    });
  },
});

/** y, or y·scale + shift. Inputs: x, statistics, and scale and shift when affine. */
export const normalise = defineKernel<Rows>("SearchlightBatchNormalise", {
  operations: perValue(2),
  shape: (s) => s.shape,
  cpu: (inputs, out, s) => {
    const [x, stats, ...rest] = inputs as [Values, Values, ...Values[]];
    const [scale, shift] = s.slots ? [] : rest;
    bySlot(s, rest[0], [x, out], (slot, [own, to]) =>
      cpuNormalise(own as Values, slot.takeParts(stats, 2), scale, shift, to as Values, s),
    );
  },
  gpu: (inputs, s, run) => {
    const [x, stats, ...rest] = inputs;
    if (!x || !stats) throw new Error("BatchNormalise needs x and statistics.");
    const [scale, shift] = s.slots ? [] : rest;
    if (!scale || !shift) return pixelPass(run, "BatchNormalise", { x, stats }, s, 0, "", "y", rest[0]);
    const before = "let a = scale[c]; let b = shift[c];";
    return pixelPass(run, "BatchNormAffine", { x, stats, scale, shift }, s, 0, before, "y * a + b");
  },
});

/** [parts, 2, C]: Σ dy and Σ dy·y of each part. Inputs: dy, x, statistics, and the mix's weights when mixed. */
export const gradientSums = defineKernel<Rows>("SearchlightBatchNormGradSums", {
  operations: perValue(5),
  shape: (s) => [s.parts, slotCount(s), 2, s.channels],
  cpu: (inputs, out, s) => {
    const [dy, x, stats, extra] = inputs as [Values, Values, Values, Values?];
    bySlot(s, extra, [dy, x], (slot, [d, v]) => {
      const sums = new Float32Array(s.parts * 2 * s.channels);
      cpuGradientSums(d as Values, v as Values, slot.takeParts(stats, 2), s.slots ? undefined : extra, sums, s);
      slot.putParts(sums, out, 2);
    });
  },
  gpu: ([dy, x, stats, extra], s, run) => {
    if (!dy || !x || !stats) throw new Error("BatchNormGradSums needs dy, x and statistics.");
    const [weights, picks] = s.slots ? [undefined, extra] : [extra, undefined];
    const read = readGradient(s);
    const { sums, parts } = sumPass(
      run,
      weights ? "BatchNormMixedGradSums" : "BatchNormGradSums",
      { x, stats, dy, ...(weights ? { weights } : {}) },
      2,
      s,
      `${JOIN_STATISTICS}
      ${DECLARE_RATE} ${read.before}
      var s0 = T(0.0); var s1 = T(0.0);
      ${eachOfPart(`let d = ${read.dy}; s0 += d; s1 += d * ((x[i] - mean) * rate);`, true)}
      result[to] = s0;
      result[to + uniforms.c] = s1;`,
      picks,
    );
    return parts === s.parts ? sums : sumChunks(run, sums, parts, [1, slotCount(s), 2, s.channels]);
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
  operations: perValue(6),
  shape: (s) => s.shape,
  cpu: (inputs, out, s) => {
    const [dy, x, stats, sums, extra] = inputs as [Values, Values, Values, Values, Values?];
    const scale = s.slots ? undefined : extra;
    bySlot(s, extra, [dy, x, out], (slot, [d, v, to]) =>
      cpuGradientX(d as Values, v as Values, slot.takeParts(stats, 2), slot.takeParts(sums, 2), scale, to as Values, s),
    );
  },
  gpu: ([dy, x, stats, sums, last], s, run) => {
    if (!dy || !x || !stats || !sums) throw new Error("BatchNormGrad needs dy, x, statistics and sums.");
    const [extra, picks] = s.slots ? [undefined, last] : [last, undefined];
    const read = readGradient(s);
    const kind = s.mixed ? "Mixed" : extra ? "Affine" : "";
    const inputs = { x, stats, dy, sums, ...(extra ? { [s.mixed ? "weights" : "scale"]: extra } : {}) };
    const factor = `let factor = rate${kind === "Affine" ? " * scale[c]" : ""};`;
    const before = `${joinMeans(2)} ${read.before} ${factor}`;
    const value = `factor * (${read.dy} - t0 - y * t1)`;
    return pixelPass(run, `BatchNorm${kind}Grad`, inputs, s, s.parts, before, value, picks);
  },
});

/** ∂⟨g, B(scale·dy)⟩/∂x. Inputs: g, dy, x, statistics, and scale when affine. */
export const secondX = defineKernel<Rows>("SearchlightBatchNormGradGrad", {
  operations: perValue(22),
  shape: (s) => s.shape,
  cpu: (inputs, out, s) => {
    const [g, dy, x, stats, extra] = inputs as [Values, Values, Values, Values, Values?];
    const scale = s.slots ? undefined : extra;
    bySlot(s, extra, [g, dy, x, out], (slot, [gs, ds, xs, to]) =>
      cpuSecondX(gs as Values, ds as Values, xs as Values, slot.takeParts(stats, 2), scale, to as Values, s),
    );
  },
  gpu: ([g, dy, x, stats, last], s, run) => {
    if (!g || !dy || !x || !stats) throw new Error("BatchNormGradGrad needs g, dy, x and statistics.");
    const [scale, picks] = s.slots ? [undefined, last] : [last, undefined];
    const terms = ["gi", "di", "gi * y", "di * y", "gi * di"];
    const partial = sumPass(
      run,
      "BatchNormGradGradSums",
      { x, stats, dy, g },
      terms.length,
      s,
      `${JOIN_STATISTICS}
      ${DECLARE_RATE}
      ${terms.map((_, j) => `var s${j} = T(0.0);`).join(" ")}
      ${eachOfPart(`let y = (x[i] - mean) * rate; let gi = g[i]; let di = dy[i]; ${terms.map((term, j) => `s${j} += ${term};`).join(" ")}`, true)}
      ${terms.map((_, j) => `result[to + ${j} * uniforms.c] = s${j};`).join("\n")}`,
      picks,
    );
    const sums =
      partial.parts === s.parts
        ? partial.sums
        : sumChunks(run, partial.sums, partial.parts, [1, slotCount(s), terms.length, s.channels]);
    const before = `${joinMeans(5)} let k = t4 - t0 * t1 - 3.0 * t2 * t3;
      let factor = -rate * rate${scale ? " * scale[c]" : ""};`;
    const value = "factor * (t3 * (g[i] - t0) + t2 * (dy[i] - t1) + y * k)";
    const name = scale ? "BatchNormAffineGradGrad" : "BatchNormGradGrad";
    const inputs = { x, stats, dy, g, sums, ...(scale ? { scale } : {}) };
    return pixelPass(run, name, inputs, s, s.parts, before, value, picks);
  },
});
