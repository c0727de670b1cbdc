/**
 * The plain way of a depthwise bank on WebGPU: strips in registers (depthwise-stream). Few invocations with much work
 * each, made for adapters on which a load costs many times a product; depthwise-fine is for the others.
 */
import type { GpuBody } from "../gpu/kernel";
import type { DepthwiseShape, PlacedBlock } from "./depthwise-cpu";
import { choose, filterSize, lines, outChannels, place, range, reading, shapeKey } from "./depthwise-plan";
import {
  type Picture,
  planStrips,
  reciprocal,
  type StreamBlock,
  type StripPlan,
  streamFilter,
  streamGradW,
  streamStrip,
} from "./depthwise-stream";
import { sumChunks } from "./reduce";

/** Invocations of a workgroup: small, since blocks differ in work and the workgroups are few. */
const WORKGROUP = 16;

/** Whether the strips can compute a bank; the pad must not add rows that no tap inside the picture reaches. */
export function fitsTiles(s: DepthwiseShape): boolean {
  return s.blocks.every(
    (b) => b.pad <= b.dilation * (b.kernel - 1) && (s.stride % b.dilation === 0 || b.dilation % s.stride === 0),
  );
}

interface Planned {
  readonly b: PlacedBlock;
  readonly stream: StreamBlock;
  readonly plan: StripPlan;
  /** Blocks of one key share their code. */
  readonly key: string;
}

/** Products that a step of one code may have: more channels at once save loads, but take longer to compile. */
const MOST_TAPS = { forward: 25, gradX: 25, gradW: 9 } as const;

interface Bank {
  readonly input: Picture;
  readonly output: Picture;
  readonly stride: number;
  readonly taps: number;
  readonly pad?: (b: PlacedBlock) => number;
}

function planBlocks(s: DepthwiseShape, { input, output, stride, taps, pad = (b) => b.pad }: Bank) {
  const planned = place(s.blocks).map((b): Planned => {
    const ratio = b.outChannels / b.inChannels;
    const group = [4, 3, 2].find((n) => ratio % n === 0 && n * b.kernel ** 2 <= taps) ?? 1;
    const stream = { kernel: b.kernel, dilation: b.dilation, pad: pad(b), group };
    const plan = planStrips(stream, input, output, stride);
    return { b, stream, plan, key: [b.kernel, group, plan.rate, plan.tile, plan.ragged].join() };
  });
  const codes = [...new Set(planned.map(({ key }) => key))].map((key) => {
    const same = planned.filter((p) => p.key === key);
    const { stream, plan } = same[0] as Planned;
    // What holds for all of the blocks is known; the rest is tested.
    const columns = plan.columns.map((c, i) => (same.every((p) => p.plan.columns[i] === c) ? c : "edge"));
    return { key, stream, plan: { ...plan, columns } };
  });
  return { planned, codes, codeOf: (p: Planned) => codes.findIndex(({ key }) => key === p.key) };
}

const numbersOf = ({ b, stream, plan }: Planned) => ({
  dilation: b.dilation,
  pad: stream.pad,
  spread: plan.spread,
  perSpread: reciprocal(plan.spread),
  perStep: reciprocal(b.dilation * plan.rate),
  strips: plan.strips,
  inChannels: b.inChannels,
  inOffset: b.inOffset,
  outChannels: b.outChannels,
  outOffset: b.outOffset,
  filterOffset: b.filterOffset,
});

const picture = (height: number, width: number, channels: number): Picture => ({ height, width, channels });
const inputOf = (s: DepthwiseShape) => picture(s.height, s.width, s.channels);
const outputOf = (s: DepthwiseShape) => picture(s.outHeight, s.outWidth, outChannels(s));

/** Rows that an invocation should make of one filter, and invocations worth having. */
const [ROWS, INVOCATIONS] = [24, 512];

/** How many strips of pictures, called cells, an invocation takes: several where pictures are small and channels many. */
function shareCells(s: DepthwiseShape, { plan }: Planned, output: Picture, units: number) {
  const cells = s.batch * plan.strips;
  const wanted = Math.max(1, Math.floor(ROWS / output.height));
  const chunk = Math.max(1, Math.min(wanted, Math.floor((cells * units) / INVOCATIONS)));
  return { cells, chunk, chunks: Math.ceil(cells / chunk) };
}

/** Code that runs `body` for chunk c of the cells, n being the picture and strip the strip of each; a loop if `several`. */
const eachCell = (several: boolean, body: string) =>
  several
    ? `var n = c * chunk / strips;
      var strip = c * chunk - n * strips;
      for (var cell = c * chunk; cell < min(c * chunk + chunk, cells); cell++) {
        ${body}
        strip++;
        if (strip == strips) { strip = 0; n++; }
      }`
    : `let n = c / strips;
      let strip = c - n * strips;
      ${body}`;

/** Whether an invocation of some block takes several cells. */
const severalCells = (entries: readonly { readonly numbers: { readonly chunk: number } }[]) =>
  entries.some(({ numbers }) => numbers.chunk > 1);

export const tiledForward: GpuBody<DepthwiseShape> = ([x, w, z], s, run) => {
  if (!x || !w) throw new Error("Depthwise needs x and w.");
  const { how, inputs, functions } = reading(x, z);
  const [input, output] = [inputOf(s), outputOf(s)];
  const { planned, codes, codeOf } = planBlocks(s, { input, output, stride: s.stride, taps: MOST_TAPS.forward });
  let count = 0;
  const entries = planned.map((p) => {
    const shares = shareCells(s, p, output, p.b.outChannels / p.stream.group);
    const entry = { test: `index >= ${count}`, numbers: { ...numbersOf(p), ...shares, code: codeOf(p), first: count } };
    count += (shares.chunks * p.b.outChannels) / p.stream.group;
    return entry;
  });
  const several = severalCells(entries);
  const code = codes.map(({ stream, plan }, i) => {
    const weight = (j: string, t: string) => `w[filterOffset + (${t}) * outChannels + local + ${j} * inChannels]`;
    return `if (code == ${i}) {
      let local = (unit / inChannels) * inChannels * ${stream.group} + unit % inChannels;
      ${streamFilter({ block: stream, weight })}
      ${eachCell(
        several,
        `
      let inBase = n * ${s.height * s.width * s.channels} + inOffset + unit % inChannels;
      let outBase = n * ${s.outHeight * s.outWidth * output.channels} + outOffset + local;
      ${streamStrip({
        block: stream,
        plan,
        input,
        output,
        stride: s.stride,
        weight,
        read: (at) => `load(${at})`,
        write: (at, value, j) => `result[${at} + ${j} * inChannels] = ${value};`,
        gather: false,
      })}`,
      )}
    }`;
  });
  return run({
    name: "Depthwise",
    variant: `${how}_${s.batch}_${shapeKey(s)}`,
    inputs: { ...inputs, w },
    params: {},
    functions,
    body: `${choose(entries)}
      let unit = (index - first) / chunks;
      let c = (index - first) % chunks;
      ${code.join("\n")}`,
    count,
    shape: [s.batch, s.outHeight, s.outWidth, output.channels],
    workgroup: WORKGROUP,
  });
};

/**
 * With stride 1, the convolution of dy with the filter turned round. Where blocks share input channels, an invocation owns a channel of a
 * picture and adds block after block to it; else it owns a strip.
 */
export const tiledGradX: GpuBody<DepthwiseShape> = ([dy, w, z], s, run) => {
  if (!dy || !w) throw new Error("DepthwiseGradX needs dy and w.");
  const [input, output] = [outputOf(s), inputOf(s)];
  const { planned, codes, codeOf } = planBlocks(s, {
    input,
    output,
    stride: 1,
    taps: MOST_TAPS.gradX,
    pad: (b) => b.dilation * (b.kernel - 1) - b.pad,
  });
  const covered = range(s.channels).map((c) =>
    planned.filter(({ b }) => c >= b.inOffset && c < b.inOffset + b.inChannels),
  );
  const alone = covered.every((blocks) => blocks.length === 1);
  const sums = !alone || planned.some(({ b, stream }) => b.outChannels > b.inChannels * stream.group);
  const holds = (b: PlacedBlock) => `ic >= ${b.inOffset} && ic < ${b.inOffset + b.inChannels}`;
  let count = 0;
  const entries = planned.map((p, i) => {
    const test = alone ? `index >= ${count}` : `block == ${i}`;
    const shares = alone
      ? shareCells(s, p, output, p.b.inChannels)
      : { cells: s.batch * p.plan.strips, chunk: p.plan.strips, chunks: s.batch };
    const entry = { test, numbers: { ...numbersOf(p), ...shares, code: codeOf(p), first: count } };
    count += alone ? shares.chunks * p.b.inChannels : 0;
    return entry;
  });
  if (!alone) count = s.batch * s.channels;
  const masked = (at: string, value: string) => (z ? `select(0.0, ${value}, z[${at}] > 0.0)` : value);
  const write = (at: string, value: string) =>
    sums
      ? `{ let at = ${at}; var v = ${value}; if (!fresh) { v += result[at]; } ${z ? "if (closing) { v = select(0.0, v, z[at] > 0.0); }" : ""} result[at] = v; }`
      : `{ let at = ${at}; result[at] = ${masked("at", value)}; }`;
  const several = severalCells(entries);
  const code = codes.map(({ stream, plan }, i) => {
    const taps = stream.kernel ** 2;
    const weight = (j: string, t: string) =>
      `w[filterOffset + (${taps - 1} - (${t})) * outChannels + local + ${j} * inChannels]`;
    const strips = `
      ${streamFilter({ block: stream, weight })}
      ${eachCell(
        several,
        `
      let inBase = n * ${s.outHeight * s.outWidth * input.channels} + outOffset + local;
      let outBase = n * ${s.height * s.width * s.channels} + ic;
      ${streamStrip({
        block: stream,
        plan,
        input,
        output,
        stride: 1,
        weight,
        read: (at, j) => `dy[${at} + ${j} * inChannels]`,
        write,
        gather: true,
      })}`,
      )}`;
    return `if (code == ${i}) {
      let unit = ic - inOffset;
      for (var local = unit; local < outChannels; local += inChannels * ${stream.group}) {
        ${sums ? `let fresh = ${alone ? "" : "block == begin && "}local == unit; ` : ""}
        ${sums && z ? `let closing = ${alone ? "" : "block == end && "}local + inChannels * ${stream.group} >= outChannels;` : ""}
        ${strips}
      }
    }`;
  });
  const body = alone
    ? `${choose(entries)}
      let ic = inOffset + (index - first) / chunks;
      let c = (index - first) % chunks;
      ${code.join("\n")}`
    : `let ic = index / ${s.batch};
      let c = index % ${s.batch};
      // The first and the last block that read the channel.
      var begin = -1;
      var end = -1;
      ${planned.map(({ b }, i) => `if (${holds(b)}) { begin = select(begin, ${i}, begin < 0); end = ${i}; }`).join("\n")}
      if (end < 0) {
        for (var p = 0; p < ${s.height * s.width}; p++) { result[(c * ${s.height * s.width} + p) * ${s.channels} + ic] = 0.0; }
      }
      for (var block = 0; block < ${planned.length}; block++) {
        ${choose(entries)}
        if (ic >= inOffset && ic < inOffset + inChannels) {
          ${code.join("\n")}
        }
      }`;
  return run({
    name: "DepthwiseGradX",
    variant: `${z ? "z" : ""}_${s.batch}_${shapeKey(s)}`,
    inputs: z ? { dy, w, z } : { dy, w },
    params: {},
    body,
    count,
    shape: [s.batch, s.height, s.width, s.channels],
    workgroup: alone ? WORKGROUP : 4,
  });
};

/** Invocations worth having; more chunks only cost a longer second pass. */
const GRADW_INVOCATIONS = 512;

/** Each invocation sums the taps of a channel over a chunk of the strips of all pictures; then the chunks are summed. */
export const tiledGradW: GpuBody<DepthwiseShape> = ([x, dy, z], s, run) => {
  if (!x || !dy) throw new Error("DepthwiseGradW needs x and dy.");
  const { how, inputs, functions } = reading(x, z);
  const [input, output] = [inputOf(s), outputOf(s)];
  const { planned, codes, codeOf } = planBlocks(s, { input, output, stride: s.stride, taps: MOST_TAPS.gradW });
  const units = planned.reduce((sum, { b, stream }) => sum + b.outChannels / stream.group, 0);
  const most = Math.min(...planned.map(({ plan }) => s.batch * plan.strips));
  const chunks = Math.min(most, Math.ceil(GRADW_INVOCATIONS / units));
  let count = 0;
  const entries = planned.map((p) => {
    const cells = s.batch * p.plan.strips;
    const shares = { cells, chunk: Math.ceil(cells / chunks) };
    const numbers = { ...numbersOf(p), ...shares, code: codeOf(p), first: count };
    const entry = { test: `index >= ${count}`, numbers };
    count += (chunks * p.b.outChannels) / p.stream.group;
    return entry;
  });
  const several = severalCells(entries);
  const code = codes.map(({ stream, plan }, i) => {
    const { kernel: K, group: m } = stream;
    // One row of taps at a time, for the compiler's sake.
    const store = `for (var ky = 0; ky < ${K}; ky++) {
      let to = c * ${filterSize(s)} + filterOffset + ky * ${K} * outChannels + local;
      ${lines(m, (j) =>
        lines(K * K, (t) =>
          t < K
            ? `result[to + ${t} * outChannels + ${j} * inChannels] = g${j}_${t}; g${j}_${t} = g${j}_${t + K};`
            : t < K * K - K
              ? `g${j}_${t} = g${j}_${t + K};`
              : "",
        ),
      )}
    }`;
    return `if (code == ${i}) {
      let local = (unit / inChannels) * inChannels * ${m} + unit % inChannels;
      ${lines(m, (j) => lines(K * K, (t) => `var g${j}_${t} = 0.0;`))}
      ${eachCell(
        several,
        `
        let inBase = n * ${s.height * s.width * s.channels} + inOffset + unit % inChannels;
        let outBase = n * ${s.outHeight * s.outWidth * output.channels} + outOffset + local;
        ${streamGradW({
          block: stream,
          plan,
          input,
          output,
          stride: s.stride,
          read: (at) => `load(${at})`,
          readGradient: (at, j) => `dy[${at} + ${j} * inChannels]`,
        })}`,
      )}
      ${store}
    }`;
  });
  const partial = run({
    name: "DepthwiseGradW",
    variant: `${how}_${s.batch}_${shapeKey(s)}`,
    inputs: { ...inputs, dy },
    params: {},
    functions,
    body: `${choose(entries)}
      let unit = (index - first) / ${chunks};
      let c = (index - first) % ${chunks};
      ${code.join("\n")}`,
    count,
    shape: [chunks, filterSize(s)],
    workgroup: WORKGROUP,
  });
  return sumChunks(run, partial, chunks, [filterSize(s)]);
};
