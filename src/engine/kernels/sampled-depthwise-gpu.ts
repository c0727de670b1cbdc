/**
 * Sampled depthwise convolutions on WebGPU: the strips of a bank (depthwise-tiled), in which the pick rather than the
 * invocation's index chooses the block. The slots lie one after the other, so that neighbouring invocations take one way.
 */

import type { GpuBody } from "../gpu/kernel";
import { vectorFor } from "../gpu/program";
import type { TensorInfo } from "../gpu/tensorflow";
import type { Rows } from "./batch-norm-cpu";
import { filterSize, lines, place } from "./depthwise-plan";
import {
  declarePictures,
  type Picture,
  pictureParams,
  type StreamBlock,
  type StripPlan,
  streamFilter,
  streamGradW,
  streamStrip,
} from "./depthwise-stream";
import { eachCell, type Planned, planBlocks, shareCells, stripNumbers } from "./depthwise-strips";
import { bitsOf, gateCode, gateParams, launched, only, rowParams, SLOT_AT } from "./gate";
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
const declareNorm = `let norms0 = slot * (4 + 2 * uniforms.units) + 4 + unit; let mean = norms[norms0]; let rate = norms[norms0 + uniforms.units];`;
const picture = (height: number, width: number, channels: number) => ({ height, width, channels });
const inputOf = (s: SampledDepthwise) => picture(s.height, s.width, s.channels);
const outputOf = (s: SampledDepthwise) => picture(s.outHeight, s.outWidth, s.channels);
const sizeOf = (s: SampledDepthwise, p: { readonly height: number; readonly width: number }) =>
  s.batch * p.height * p.width * s.channels;

/** The convolutions of one code, and the numbers that it reads of the picked one. */
interface Coded {
  readonly stream: StreamBlock;
  readonly plan: StripPlan;
  readonly ops: readonly number[];
  readonly blocks: readonly Planned[];
}

/** The bank's codes, each with its convolutions. */
function coded(s: SampledDepthwise, { planned, codes, codeOf }: ReturnType<typeof planBlocks>): Coded[] {
  return codes.map(({ stream, plan }, i) => {
    const blocks = planned.filter((p) => codeOf(p) === i);
    return { stream, plan, blocks, ops: blocks.map((p) => s.gate.ops[planned.indexOf(p)] as number) };
  });
}

type Numbers = Readonly<Record<string, number>>;

/** Uniforms with the numbers of each convolution, their names ending in `suffix`, and code that declares those of `pick`. */
function chosenNumbers(ops: readonly number[], all: readonly Numbers[], suffix = "") {
  const names = Object.keys(all[0] ?? {});
  const uniform = (name: string, i: number) => `${name}${suffix}_${i}`;
  const chosen = (name: string) =>
    ops
      .slice(1)
      .reduce(
        (code, op, i) => `select(${code}, uniforms.${uniform(name, i + 1)}, pick == ${op})`,
        `uniforms.${uniform(name, 0)}`,
      );
  return {
    params: Object.fromEntries(all.flatMap((own, i) => names.map((name) => [uniform(name, i), own[name] as number]))),
    code: names.map((name) => `let ${name} = ${chosen(name)};`).join("\n"),
  };
}

/** Names what a code is made of within a pipeline's key. */
const codeKey = ({ stream, plan, ops }: Coded, stride: number) =>
  [stream.kernel, plan.tile, plan.rate, plan.ragged, plan.columns.map((c) => c[0]).join(""), stride, ...ops].join(".");

/** Code that finds an invocation's slot, among those that pick one of `ops`, and runs `body` for chunk c of its cells and a channel; chunks may lie beyond the last cell. */
const inSlot = (ops: readonly number[], numbers: string, body: string) => `
  let inUse = index / uniforms.perSlot;
  let slot = slotAt(inUse, ${bitsOf(ops)});
  ${only(
    "slot < uniforms.edges",
    `let pick = pickOf(slot);
    let rest = index - inUse * uniforms.perSlot;
    ${numbers}
    let c = rest / uniforms.units;
    let unit = rest - c * uniforms.units;
    let taps = filterOffset + slot * uniforms.units + unit;
    ${body}`,
  )}`;

/** Uniforms of slots' edges, channels and pictures. */
const slotParams = (s: SampledDepthwise, source: Picture, target: Picture) => ({
  inSize: sizeOf(s, source),
  outSize: sizeOf(s, target),
  ...pictureParams(source, target),
  ...rowParams(s.gate.rows),
  edges: s.gate.rows.length,
  units: s.channels,
  outChannels: s.gate.rows.length * s.channels,
});

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
  const { source, target, weight, planned } = back ? plannedBack(s) : plannedForward(s, 8);
  const shared = s.shared && !back;
  const z = back ? from.z : undefined;
  const { norms } = from;
  const value = (v: string) => (z ? `select(0.0, ${v}, z[at] > ${norms ? "mean" : "0.0"})` : v);
  let result: TensorInfo | null = null;
  for (const code of coded(s, planned)) {
    const { stream, plan, ops, blocks } = code;
    const shares = blocks.map((p) => shareCells(bankOf(s), p, target, s.channels));
    const several = shares.some(({ chunk }) => chunk > 1);
    const perSlot = Math.max(...shares.map(({ chunks }) => chunks)) * s.channels;
    const numbers = chosenNumbers(
      ops,
      blocks.map((p, i) => ({ ...stripNumbers(p), cells: shares[i]?.cells ?? 0, chunk: shares[i]?.chunk ?? 1 })),
    );
    const read = weight(stream.kernel ** 2);
    result = run({
      name,
      variant: [shared, z ? "z" : "", norms ? "norm" : "", several, codeKey(code, s.stride)].join("_"),
      inputs: {
        ...(back ? { dy: from.dy } : { x: from.x }),
        ...{ w, picks },
        ...(z ? { z } : {}),
        ...(norms ? { norms } : {}),
      },
      params: {
        perSlot,
        floor: floorOf(!back && from.rectify),
        ...slotParams(s, source, target),
        ...numbers.params,
      },
      functions: SLOT_AT,
      body: inSlot(
        ops,
        numbers.code,
        only(
          "c * chunk < cells",
          `${declarePictures}
        let lowest = bitcast<f32>(uniforms.floor);
        ${norms ? declareNorm : ""}
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
        ),
      ),
      ...launched({ ...s.gate, ops }, picks, perSlot),
      shape: back ? inShape(s) : outShape(s),
      workgroup: WORKGROUP,
      ...(result && { into: result }),
    });
  }
  if (!result) throw new Error("A bank needs a convolution.");
  return result;
}

function plannedForward(s: SampledDepthwise, tile: 4 | 8) {
  const [source, target] = [inputOf(s), outputOf(s)];
  const plan = planBlocks(bankOf(s), { input: source, output: target, stride: s.stride, taps: TAPS, tile });
  const weight = (_: number) => (_j: string, t: string) => `w[taps + (${t}) * uniforms.outChannels]`;
  return { source, target, weight, planned: plan };
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
  const weight = (taps: number) => (_j: string, t: string) => `w[taps + (${taps - 1} - (${t})) * uniforms.outChannels]`;
  return { source, target, weight, planned: plan };
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
  const { source, target, weight, planned } = plannedBack(s);
  const codes = coded(s, planned);
  const numbers = codes.map(({ ops, blocks }, i) => chosenNumbers(ops, blocks.map(stripNumbers), `c${i}`));
  // Code by code, and in each the slots that it serves: software adapters go once through every loop, entered or not.
  const masked = (value: string) => (z ? `select(0.0, ${value}, z[at] > 0.0)` : value);
  const write = (adds: boolean) => (at: string, value: string) =>
    adds
      ? `{ let at = ${at}; result[at] += ${masked(value)}; }`
      : `{ let at = ${at}; var v = ${masked(value)}; if (!fresh) { v += result[at]; } result[at] = v; }`;
  const code = (adds: boolean) =>
    codes.map(({ stream, plan, ops }, i) => {
      const read = weight(stream.kernel ** 2);
      const next = (from: string) => `slotFrom(${from}, ${bitsOf(ops)})`;
      return `for (var slot = ${next("0")}; slot < uniforms.edges; slot = ${next("slot + 1")}) {
      let pick = pickOf(slot);
      ${numbers[i]?.code}
      let taps = filterOffset + slot * uniforms.units + unit;
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
          write: write(adds),
          gather: true,
        })}
      }
      ${adds ? "" : "fresh = false;"}
    }`;
    });
  const declare = `${declarePictures}
    let n = index / targetStep;
    let unit = index - n * targetStep;`;
  return run({
    name: "SampledDepthwiseGradX",
    variant: [z ? "z" : "", "shared", ...codes.map((c) => codeKey(c, 1))].join("_"),
    inputs: { dy, w, picks, ...(z ? { z } : {}) },
    params: {
      ...slotParams(s, source, target),
      ...Object.assign({}, ...numbers.map(({ params }) => params)),
    },
    functions: SLOT_AT,
    body: `${declare}
      var fresh = true;
      ${code(false).join("\n")}
      for (var p = select(targetHeight * targetWidth, 0, fresh); p < targetHeight * targetWidth; p++) {
        result[(n * targetHeight * targetWidth + p) * targetStep + unit] = 0.0;
      }`,
    adding: { body: `${declare} ${code(true).join("\n")}` },
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
    variant: s.slots.kind,
    inputs: { picks, stats },
    params: { c: s.channels, parts: s.parts, rows: s.rows, ...gateParams(s.slots) },
    functions: gateCode(s.slots),
    body: `
      let inUse = index / uniforms.c;
      let slot = slotIn(inUse);
      let c = index - inUse * uniforms.c;
      ${only(
        "slot < uniforms.slots",
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
    ...launched(s.slots, picks, s.channels),
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
  const { source, target, planned } = plannedForward(s, 4);
  const edges = s.gate.rows.length;
  const most = Math.min(...planned.planned.map(({ plan }) => s.batch * plan.strips));
  const chunks = Math.min(most, Math.ceil(GRADW_INVOCATIONS / (edges * s.channels)));
  const perSlot = chunks * s.channels;
  let partial: TensorInfo | null = null;
  for (const code of coded(s, planned)) {
    const { stream, plan, ops, blocks } = code;
    const cells = blocks.map((p) => s.batch * p.plan.strips);
    const several = cells.some((count) => count > chunks);
    const numbers = chosenNumbers(
      ops,
      blocks.map((p, i) => ({
        ...stripNumbers(p),
        cells: cells[i] ?? 0,
        chunk: Math.ceil((cells[i] ?? 0) / chunks),
      })),
    );
    const taps = stream.kernel ** 2;
    partial = run({
      name: "SampledDepthwiseGradW",
      variant: [s.shared, norms ? "norm" : "", several, codeKey(code, s.stride)].join("_"),
      inputs: { x, dy, picks, ...(norms ? { norms } : {}) },
      params: {
        floor: floorOf(rectify),
        perSlot,
        ...slotParams(s, source, target),
        ...numbers.params,
      },
      functions: SLOT_AT,
      body: inSlot(
        ops,
        numbers.code,
        `${declarePictures}
        let lowest = bitcast<f32>(uniforms.floor);
        ${norms ? declareNorm : ""}
        ${
          // Also where there is no cell left: the sum reads all chunks.
          lines(taps, (t) => `var g0_${t} = 0.0;`)
        }
        ${eachCell(
          several,
          `
          let inBase = ${s.shared ? "" : "slot * uniforms.inSize +"} n * sourceHeight * sourceRow + unit;
          let outBase = slot * uniforms.outSize + n * targetHeight * targetRow + unit;
          ${streamGradW({ block: stream, plan, stride: s.stride, read: norms ? READ_NORM : READ, readGradient: (at) => `dy[${at}]` })}`,
        )}
        let to = (c * uniforms.edges + slot) * ${MOST_TAPS} * uniforms.units + unit;
        ${lines(taps, (t) => `result[to + ${t} * uniforms.units] = g0_${t};`)}`,
      ),
      ...launched({ ...s.gate, ops }, picks, perSlot),
      shape: [chunks, edges, MOST_TAPS, s.channels],
      workgroup: WORKGROUP,
      ...(partial && { into: partial }),
    });
  }
  if (!partial) throw new Error("A bank needs a convolution.");
  const vector = vectorFor(s.channels);
  const starts = place(bank.blocks).map(({ filterOffset }) => filterOffset / (edges * s.channels));
  return run({
    name: "SampledDepthwiseGradWSum",
    variant: [s.gate.ops, starts, bank.blocks.map(({ kernel }) => kernel)].map((all) => all.join(".")).join("_"),
    inputs: { partial, picks },
    params: { ...slotParams(s, source, target), units: s.channels / vector, chunks },
    functions: SLOT_AT,
    body: `
      let inUse = index / ${MOST_TAPS};
      let tap = index - inUse * ${MOST_TAPS};
      let slot = slotAt(inUse, ${bitsOf(s.gate.ops)});
      let pick = pickOf(min(slot, uniforms.edges - 1));
      var start = 0;
      var taps = 0;
      ${bank.blocks.map(({ kernel }, i) => `if (pick == ${s.gate.ops[i]}) { start = ${starts[i]}; taps = ${kernel ** 2}; }`).join("\n")}
      let wanted = slot < uniforms.edges && tap < taps;
      let to = ((start + tap) * uniforms.edges + slot) * uniforms.units;
      let source = (slot * ${MOST_TAPS} + tap) * uniforms.units;
      for (var unit = select(uniforms.units, 0, wanted); unit < uniforms.units; unit++) {
        var sum = T(0.0);
        for (var c = 0; c < uniforms.chunks; c++) {
          sum += partial[c * uniforms.edges * ${MOST_TAPS} * uniforms.units + source + unit];
        }
        result[to + unit] = sum;
      }`,
    ...launched(s.gate, picks, MOST_TAPS),
    shape: [filterSize(bank)],
    vector,
    scalars: ["picks"],
    sparse: true,
  });
}
