/**
 * Sampled depthwise convolutions on WebGPU: the strips of a bank (depthwise-tiled), in which the pick rather than the
 * invocation's index chooses the block. The slots lie one after the other, so that neighbouring invocations take one way.
 */

import type { GpuBody } from "../gpu/kernel";
import { vectorFor } from "../gpu/program";
import type { TensorInfo } from "../gpu/tensorflow";
import type { Rows } from "./batch-norm-cpu";
import { filterSize, lines, place } from "./depthwise-plan";
import { declarePictures, pictureParams, streamFilter, streamGradW, streamStrip } from "./depthwise-stream";
import { type Entry, eachCell, numbersOf, planBlocks, severalCells, shareCells, table } from "./depthwise-strips";
import { gateCode, gateParams, only, PICK_OF, rowParams } from "./gate";
import { joinStatistics, rateOf } from "./join-statistics";
import { maskedInput } from "./masked-input";
import { bankOf, constantsOf, inShape, outShape, type SampledDepthwise } from "./sampled-depthwise-shape";
import { stridedSampledGradX } from "./sampled-depthwise-strided";

const WORKGROUP = 16;
/** Products of a step: one channel at a time, so any filter fits. */
const TAPS = 25;

const floorOf = (rectify: boolean) => (rectify ? 0 : -(2 ** 23));
/** Batch norm's numbers of each slot's channels: rows [edges, 4 + 2·C] as in sampled-mix-fused. */
type Norms = TensorInfo | undefined;
const READ = (at: string) => `max(x[${at}], lowest)`;
const READ_NORM = (at: string) => `max((x[${at}] - mean) * rate, lowest)`;
/** Declares mean and rate of the slot's channel. */
const declareNorm = `let norms0 = slot * (4 + 2 * units) + 4 + unit; let mean = norms[norms0]; let rate = norms[norms0 + units];`;
const picture = (height: number, width: number, channels: number) => ({ height, width, channels });
const inputOf = (s: SampledDepthwise) => picture(s.height, s.width, s.channels);
const outputOf = (s: SampledDepthwise) => picture(s.outHeight, s.outWidth, s.channels);
const sizeOf = (s: SampledDepthwise, p: { readonly height: number; readonly width: number }) =>
  s.batch * p.height * p.width * s.channels;

/** Code that declares the numbers of the block of `pick`; `cells` is 0 where it is none. */
const chosen = (s: SampledDepthwise) => (i: number) => (i < s.gate.ops.length ? `pick == ${s.gate.ops[i]}` : "false");

/** Names the operations within a pipeline's key. */
const opsKey = (s: SampledDepthwise) => s.gate.ops.join(".");

/** Code that finds an invocation's slot and runs `body`, which sees chunk c of its cells and the channel, where it is used. */
const inSlot = (s: SampledDepthwise, blocks: ReturnType<typeof table>, body: string) => `
  let slot = index / uniforms.perSlot;
  let pick = pickOf(slot);
  ${only(
    s.gate.ops.map((op) => `pick == ${op}`).join(" || "),
    `let rest = index - slot * uniforms.perSlot;
    ${blocks.code}
    let c = rest / units;
    let unit = rest - c * units;
    let taps = filterOffset + slot * units + unit;
    ${only("c * chunk < cells", body)}`,
  )}`;

/** A convolution of each slot: of x by its filter, or, with stride 1, of dy by the filter turned round. */
function eachSlot(
  name: string,
  from:
    | { readonly x: TensorInfo; readonly rectify: boolean; readonly norms?: Norms }
    | { readonly dy: TensorInfo; readonly z: TensorInfo | undefined; readonly norms?: Norms },
  w: TensorInfo,
  picks: TensorInfo,
  s: SampledDepthwise,
  run: Parameters<GpuBody<SampledDepthwise>>[2],
): TensorInfo {
  const back = "dy" in from;
  const { source, target, weight, planned, codes, codeOf, variant } = back ? plannedBack(s) : plannedForward(s, 8);
  const shares = planned.map((p) => shareCells(bankOf(s), p, target, s.channels));
  const entries = planned.map((p, i): Entry => {
    const { cells, chunk } = shares[i] as (typeof shares)[number];
    return { ...numbersOf(p), cells, chunk, units: s.channels, code: codeOf(p), first: 0 };
  });
  const perSlot = Math.max(...shares.map(({ chunks }) => chunks)) * s.channels;
  const several = severalCells(entries);
  const blocks = table(entries, chosen(s));
  const shared = s.shared && !back;
  const z = back ? from.z : undefined;
  const { norms } = from;
  const value = (v: string) => (z ? `select(0.0, ${v}, z[at] > ${norms ? "mean" : "0.0"})` : v);
  const code = codes.map(({ stream, plan }, i) => {
    const read = weight(stream.kernel ** 2);
    return only(
      `code == ${i}`,
      `
      ${streamFilter({ block: stream, weight: read })}
      ${eachCell(
        several,
        `
      let inBase = ${shared ? "" : "slot * uniforms.inSize +"} n * sourceHeight * sourceRow + unit;
      let outBase = slot * uniforms.outSize + n * targetHeight * targetRow + unit;
      ${streamStrip({
        block: stream,
        plan,
        stride: back ? 1 : s.stride,
        weight: read,
        read: back ? (at) => `dy[${at}]` : norms ? READ_NORM : READ,
        write: (at, v) => `{ let at = ${at}; result[at] = ${value(v)}; }`,
        gather: back,
      })}`,
      )}`,
    );
  });
  return run({
    name,
    variant: [shared, z ? "z" : "", norms ? "norm" : "", several, blocks.size, opsKey(s), variant].join("_"),
    inputs: {
      ...(back ? { dy: from.dy } : { x: from.x }),
      ...{ w, picks },
      ...(z ? { z } : {}),
      ...(norms ? { norms } : {}),
    },
    params: {
      perSlot,
      floor: floorOf(!back && from.rectify),
      inSize: sizeOf(s, source),
      outSize: sizeOf(s, target),
      ...pictureParams(source, target),
      ...rowParams(s.gate.rows),
      ...blocks.params,
    },
    functions: PICK_OF,
    body: inSlot(
      s,
      blocks,
      `${declarePictures}
      let lowest = bitcast<f32>(uniforms.floor);
      ${norms ? declareNorm : ""}
      ${code.join("\n")}`,
    ),
    count: s.gate.rows.length * perSlot,
    shape: back ? inShape(s) : outShape(s),
    workgroup: WORKGROUP,
  });
}

function plannedForward(s: SampledDepthwise, tile: 4 | 8) {
  const [source, target] = [inputOf(s), outputOf(s)];
  const plan = planBlocks(bankOf(s), { input: source, output: target, stride: s.stride, taps: TAPS, tile });
  const weight = (_: number) => (_j: string, t: string) => `w[taps + (${t}) * outChannels]`;
  return { source, target, weight, ...plan };
}

function plannedBack(s: SampledDepthwise) {
  const [source, target] = [outputOf(s), inputOf(s)];
  const plan = planBlocks(bankOf(s), {
    input: source,
    output: target,
    stride: 1,
    taps: TAPS,
    tile: 8,
    pad: (b) => b.dilation * (b.kernel - 1) - b.pad,
  });
  const weight = (taps: number) => (_j: string, t: string) => `w[taps + (${taps - 1} - (${t})) * outChannels]`;
  return { source, target, weight, ...plan };
}

export const sampledForward: GpuBody<SampledDepthwise> = (inputs, s, run) => {
  const [input, w] = inputs;
  const { z, picks } = constantsOf(inputs);
  if (!input || !w) throw new Error("SampledDepthwise needs x and w.");
  return eachSlot("SampledDepthwise", maskedInput(input, z, run), w, picks, s, run);
};

/** All edges share the input: an invocation owns a channel of a picture and adds slot after slot to it. */
const sharedGradX: GpuBody<SampledDepthwise> = (inputs, s, run) => {
  const [dy, w] = inputs;
  const { z, picks } = constantsOf(inputs);
  if (!dy || !w) throw new Error("SampledDepthwiseGradX needs dy and w.");
  const { source, target, weight, planned, codes, codeOf, variant } = plannedBack(s);
  const entries = planned.map((p): Entry => {
    const { strips } = p.plan;
    return { ...numbersOf(p), cells: strips, chunk: strips, units: s.channels, code: codeOf(p), first: 0 };
  });
  const blocks = table(entries, chosen(s));
  const code = codes.map(({ stream, plan }, i) => {
    const read = weight(stream.kernel ** 2);
    return only(
      `code == ${i}`,
      `
      ${streamFilter({ block: stream, weight: read })}
      let inBase = slot * uniforms.inSize + n * sourceHeight * sourceRow + unit;
      let outBase = n * targetHeight * targetRow + unit;
      for (var strip = 0; strip < strips; strip++) {
        ${streamStrip({
          block: stream,
          plan,
          stride: 1,
          weight: read,
          read: (at) => `dy[${at}]`,
          write: (at, value) =>
            `{ let at = ${at}; var v = ${value}; if (!fresh) { v += result[at]; } result[at] = v; }`,
          gather: true,
        })}
      }`,
    );
  });
  const eachPixel = (what: string) => `for (var p = 0; p < targetHeight * targetWidth; p++) {
    let at = (n * targetHeight * targetWidth + p) * targetStep + unit; ${what} }`;
  return run({
    name: "SampledDepthwiseGradX",
    variant: [z ? "z" : "", "shared", blocks.size, opsKey(s), variant].join("_"),
    inputs: { dy, w, picks, ...(z ? { z } : {}) },
    params: {
      inSize: sizeOf(s, source),
      edges: s.gate.rows.length,
      ...pictureParams(source, target),
      ...rowParams(s.gate.rows),
      ...blocks.params,
    },
    functions: PICK_OF,
    body: `
      ${declarePictures}
      let n = index / targetStep;
      let unit = index - n * targetStep;
      var fresh = true;
      for (var slot = 0; slot < uniforms.edges; slot++) {
        let pick = pickOf(slot);
        ${blocks.code}
        if (cells == 0) { continue; }
        let taps = filterOffset + slot * units + unit;
        ${code.join("\n")}
        fresh = false;
      }
      if (fresh) { ${eachPixel("result[at] = 0.0;")} }
      ${z ? eachPixel("if (!(z[at] > 0.0)) { result[at] = 0.0; }") : ""}`,
    count: s.batch * s.channels,
    shape: inShape(s),
    workgroup: 4,
  });
};

export const sampledGradX: GpuBody<SampledDepthwise> = (inputs, s, run) => {
  const [dy, w] = inputs;
  const { z, picks } = constantsOf(inputs);
  if (!dy || !w) throw new Error("SampledDepthwiseGradX needs dy and w.");
  if (!s.shared) return eachSlot("SampledDepthwiseGradX", { dy, z }, w, picks, s, run);
  if (s.stride === 1) return sharedGradX(inputs, s, run);
  return stridedSampledGradX(inputs, s, run);
};

/** The three of slots that are normalised and rectified as they are read. Inputs: x, filter, picks, norms. */
export const normForward: GpuBody<SampledDepthwise> = ([x, w, picks, norms], s, run) => {
  if (!x || !w || !picks || !norms) throw new Error("SampledDepthwise needs x, w, picks and norms.");
  return eachSlot("SampledDepthwise", { x, rectify: true, norms }, w, picks, s, run);
};

/** Joins the parts of the slots' statistics. Inputs: picks, statistics. */
export const slotNormsGpu: GpuBody<Rows> = ([picks, stats], s, run) => {
  if (!picks || !stats || !s.slots) throw new Error("SlotNorms needs picks and statistics of slots.");
  const edges = s.slots.rows.length;
  return run({
    name: "SlotNorms",
    inputs: { picks, stats },
    params: { c: s.channels, parts: s.parts, rows: s.rows, ...gateParams(s.slots) },
    functions: gateCode(s.slots),
    body: `
      let slot = index / uniforms.c;
      let c = index - slot * uniforms.c;
      ${only(
        "used(slot)",
        `var mean = 0.0;
        ${joinStatistics({
          stats: "stats",
          parts: "uniforms.parts",
          rows: "uniforms.rows",
          slots: "uniforms.edges",
          slot: "slot",
          width: "uniforms.c",
          channel: "c",
        })}
        let to = slot * (4 + 2 * uniforms.c) + 4 + c;
        result[to] = mean;
        result[to + uniforms.c] = ${rateOf("uniforms.rows")};`,
      )}`,
    count: edges * s.channels,
    shape: [edges, 4 + 2 * s.channels],
    workgroup: 16,
  });
};

/** Inputs: dy, filter, x, picks, norms. */
export const normGradX: GpuBody<SampledDepthwise> = ([dy, w, x, picks, norms], s, run) => {
  if (!dy || !w || !x || !picks || !norms) throw new Error("SampledDepthwiseGradX needs dy, w, x, picks and norms.");
  return eachSlot("SampledDepthwiseGradX", { dy, z: x, norms }, w, picks, s, run);
};

/** Inputs: x, dy, picks, norms. */
export const normGradW: GpuBody<SampledDepthwise> = ([x, dy, picks, norms], s, run) => {
  if (!x || !dy || !picks || !norms) throw new Error("SampledDepthwiseGradW needs x, dy, picks and norms.");
  return eachGradW({ x, rectify: true, norms }, dy, picks, s, run);
};

/** Invocations worth having; more chunks only cost a longer second pass. */
const GRADW_INVOCATIONS = 512;
const MOST_TAPS = 25;

export const sampledGradW: GpuBody<SampledDepthwise> = (inputs, s, run) => {
  const [input, dy] = inputs;
  const { z, picks } = constantsOf(inputs);
  if (!input || !dy) throw new Error("SampledDepthwiseGradW needs x and dy.");
  return eachGradW(maskedInput(input, z, run), dy, picks, s, run);
};

/** As the bank's: an invocation sums a channel's taps over a chunk of strips. Then chunks are summed, and the rest is zero. */
function eachGradW(
  { x, rectify, norms }: { readonly x: TensorInfo; readonly rectify: boolean; readonly norms?: Norms },
  dy: TensorInfo,
  picks: TensorInfo,
  s: SampledDepthwise,
  run: Parameters<GpuBody<SampledDepthwise>>[2],
): TensorInfo {
  const bank = bankOf(s);
  const { source, target, planned, codes, codeOf, variant } = plannedForward(s, 4);
  const edges = s.gate.rows.length;
  const most = Math.min(...planned.map(({ plan }) => s.batch * plan.strips));
  const chunks = Math.min(most, Math.ceil(GRADW_INVOCATIONS / (edges * s.channels)));
  const entries = planned.map((p): Entry => {
    const cells = s.batch * p.plan.strips;
    const chunk = Math.ceil(cells / chunks);
    return { ...numbersOf(p), cells, chunk, units: s.channels, code: codeOf(p), first: 0 };
  });
  const perSlot = chunks * s.channels;
  const several = severalCells(entries);
  const blocks = table(entries, chosen(s));
  const code = codes.map(({ stream, plan }, i) => {
    const taps = stream.kernel ** 2;
    return only(
      `code == ${i}`,
      `
      ${lines(taps, (t) => `var g0_${t} = 0.0;`)}
      ${eachCell(
        several,
        `
        let inBase = ${s.shared ? "" : "slot * uniforms.inSize +"} n * sourceHeight * sourceRow + unit;
        let outBase = slot * uniforms.outSize + n * targetHeight * targetRow + unit;
        ${streamGradW({ block: stream, plan, stride: s.stride, read: norms ? READ_NORM : READ, readGradient: (at) => `dy[${at}]` })}`,
      )}
      let to = (c * uniforms.edges + slot) * ${MOST_TAPS} * units + unit;
      ${lines(taps, (t) => `result[to + ${t} * units] = g0_${t};`)}`,
    );
  });
  const partial = run({
    name: "SampledDepthwiseGradW",
    variant: [s.shared, norms ? "norm" : "", several, blocks.size, opsKey(s), variant].join("_"),
    inputs: { x, dy, picks, ...(norms ? { norms } : {}) },
    params: {
      floor: floorOf(rectify),
      edges,
      inSize: sizeOf(s, source),
      outSize: sizeOf(s, target),
      ...pictureParams(source, target),
      perSlot,
      ...rowParams(s.gate.rows),
      ...blocks.params,
    },
    functions: PICK_OF,
    body: inSlot(
      s,
      blocks,
      `${declarePictures}
      let lowest = bitcast<f32>(uniforms.floor);
      ${norms ? declareNorm : ""}
      ${code.join("\n")}`,
    ),
    count: edges * perSlot,
    shape: [chunks, edges, MOST_TAPS, s.channels],
    workgroup: WORKGROUP,
  });
  const vector = vectorFor(s.channels);
  const starts = place(bank.blocks).map(({ filterOffset }) => filterOffset / (edges * s.channels));
  return run({
    name: "SampledDepthwiseGradWSum",
    variant: `${opsKey(s)}_${starts.join(".")}`,
    inputs: { partial, picks },
    params: { ...rowParams(s.gate.rows), edges, units: s.channels / vector, chunks },
    functions: PICK_OF,
    body: `
      let tap = index / uniforms.edges;
      let slot = index - tap * uniforms.edges;
      var op = -1;
      var start = 0;
      ${starts.map((start, i) => `if (tap >= ${start}) { op = ${s.gate.ops[i]}; start = ${start}; }`).join("\n")}
      let picked = pickOf(slot) == op;
      let to = index * uniforms.units;
      for (var unit = select(0, uniforms.units, picked); unit < uniforms.units; unit++) { result[to + unit] = T(0.0); }
      for (var unit = select(uniforms.units, 0, picked); unit < uniforms.units; unit++) {
        var sum = T(0.0);
        for (var c = 0; c < uniforms.chunks; c++) {
          sum += partial[((c * uniforms.edges + slot) * ${MOST_TAPS} + tap - start) * uniforms.units + unit];
        }
        result[to + unit] = sum;
      }`,
    count: filterSize(bank) / s.channels,
    shape: [filterSize(bank)],
    vector,
    scalars: ["picks"],
  });
}
