/**
 * The plain way of a depthwise bank on WebGPU: strips in registers (depthwise-stream). Few invocations with much work
 * each, made for adapters on which a load costs many times a product; depthwise-fine is for the others.
 */
import type { GpuBody } from "../gpu/kernel";
import type { DepthwiseShape, PlacedBlock } from "./depthwise-cpu";
import { choose, outChannels, place, range, reading, shapeKey } from "./depthwise-plan";
import {
  type Picture,
  planStrips,
  type StreamBlock,
  type StripPlan,
  streamFilter,
  streamStrip,
} from "./depthwise-stream";

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

function planBlocks(
  s: DepthwiseShape,
  input: Picture,
  output: Picture,
  stride: number,
  pad: (b: PlacedBlock) => number,
) {
  const planned = place(s.blocks).map((b): Planned => {
    const ratio = b.outChannels / b.inChannels;
    const group = [4, 3, 2].find((n) => ratio % n === 0) ?? 1;
    const stream = { kernel: b.kernel, dilation: b.dilation, pad: pad(b), group };
    const plan = planStrips(stream, input, output, stride);
    return { b, stream, plan, key: [b.kernel, group, plan.rate, plan.tile, plan.ragged, ...plan.columns].join() };
  });
  return { planned, keys: [...new Set(planned.map(({ key }) => key))] };
}

const numbersOf = ({ b, stream, plan }: Planned) => ({
  dilation: b.dilation,
  pad: stream.pad,
  spread: plan.spread,
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

export const tiledForward: GpuBody<DepthwiseShape> = ([x, w, z], s, run) => {
  if (!x || !w) throw new Error("Depthwise needs x and w.");
  const { how, inputs, functions } = reading(x, z);
  const [input, output] = [inputOf(s), outputOf(s)];
  const { planned, keys } = planBlocks(s, input, output, s.stride, (b) => b.pad);
  let count = 0;
  const entries = planned.map((p) => {
    const entry = { test: `index >= ${count}`, numbers: { ...numbersOf(p), code: keys.indexOf(p.key), first: count } };
    count += (s.batch * p.plan.strips * p.b.outChannels) / p.stream.group;
    return entry;
  });
  const codes = keys.map((key, i) => {
    const { stream, plan } = planned.find((p) => p.key === key) as Planned;
    const weight = (j: string, t: string) => `w[filterOffset + (${t}) * outChannels + local + ${j} * inChannels]`;
    return `if (code == ${i}) {
      let local = (unit / inChannels) * inChannels * ${stream.group} + unit % inChannels;
      let inBase = n * ${s.height * s.width * s.channels} + inOffset + unit % inChannels;
      let outBase = n * ${s.outHeight * s.outWidth * output.channels} + outOffset + local;
      ${streamFilter({ block: stream, weight })}
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
      })}
    }`;
  });
  return run({
    name: "Depthwise",
    variant: `${how}_${s.batch}_${shapeKey(s)}`,
    inputs: { ...inputs, w },
    params: {},
    functions,
    body: `${choose(entries)}
      let cells = strips * ${s.batch};
      let unit = (index - first) / cells;
      let strip = (index - first) % cells % strips;
      let n = (index - first) % cells / strips;
      ${codes.join("\n")}`,
    count,
    shape: [s.batch, s.outHeight, s.outWidth, output.channels],
    workgroup: WORKGROUP,
  });
};

/** Whether the gradient of x can be computed in strips: a strided one is no convolution of dy. */
export const fitsTiledGradX = (s: DepthwiseShape) => s.stride === 1 && fitsTiles(s);

/**
 * The convolution of dy with the filter turned round. Where blocks share input channels, an invocation owns a channel of a
 * picture and adds block after block to it; else it owns a strip.
 */
export const tiledGradX: GpuBody<DepthwiseShape> = ([dy, w, z], s, run) => {
  if (!dy || !w) throw new Error("DepthwiseGradX needs dy and w.");
  const [input, output] = [outputOf(s), inputOf(s)];
  const { planned, keys } = planBlocks(s, input, output, 1, (b) => b.dilation * (b.kernel - 1) - b.pad);
  const covered = range(s.channels).map((c) =>
    planned.filter(({ b }) => c >= b.inOffset && c < b.inOffset + b.inChannels),
  );
  const alone = covered.every((blocks) => blocks.length === 1);
  const sums = !alone || planned.some(({ b, stream }) => b.outChannels > b.inChannels * stream.group);
  const holds = (b: PlacedBlock) => `ic >= ${b.inOffset} && ic < ${b.inOffset + b.inChannels}`;
  let count = 0;
  const entries = planned.map((p, i) => {
    const test = alone ? `index >= ${count}` : `block == ${i}`;
    const entry = { test, numbers: { ...numbersOf(p), code: keys.indexOf(p.key), first: count } };
    count += alone ? s.batch * p.plan.strips * p.b.inChannels : 0;
    return entry;
  });
  if (!alone) count = s.batch * s.channels;
  const masked = (at: string, value: string) => (z ? `select(0.0, ${value}, z[${at}] > 0.0)` : value);
  const write = (at: string, value: string) =>
    sums
      ? `{ let at = ${at}; var v = ${value}; if (!fresh) { v += result[at]; } ${z ? "if (closing) { v = select(0.0, v, z[at] > 0.0); }" : ""} result[at] = v; }`
      : `{ let at = ${at}; result[at] = ${masked("at", value)}; }`;
  const codes = keys.map((key, i) => {
    const { stream, plan } = planned.find((p) => p.key === key) as Planned;
    const taps = stream.kernel ** 2;
    const weight = (j: string, t: string) =>
      `w[filterOffset + (${taps - 1} - (${t})) * outChannels + local + ${j} * inChannels]`;
    const code = `
      ${streamFilter({ block: stream, weight })}
      ${alone ? "{" : "for (var strip = 0; strip < strips; strip++) {"}
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
      })}
      }`;
    return `if (code == ${i}) {
      let unit = ic - inOffset;
      let outBase = n * ${s.height * s.width * s.channels} + ic;
      for (var local = unit; local < outChannels; local += inChannels * ${stream.group}) {
        let inBase = n * ${s.outHeight * s.outWidth * input.channels} + outOffset + local;
        ${sums ? `let fresh = ${alone ? "" : "block == begin && "}local == unit; ` : ""}
        ${sums && z ? `let closing = ${alone ? "" : "block == end && "}local + inChannels * ${stream.group} >= outChannels;` : ""}
        ${code}
      }
    }`;
  });
  const body = alone
    ? `${choose(entries)}
      let cells = strips * ${s.batch};
      let ic = inOffset + (index - first) / cells;
      let strip = (index - first) % cells % strips;
      let n = (index - first) % cells / strips;
      ${codes.join("\n")}`
    : `let ic = index / ${s.batch};
      let n = index % ${s.batch};
      // The first and the last block that read the channel.
      var begin = -1;
      var end = -1;
      ${planned.map(({ b }, i) => `if (${holds(b)}) { begin = select(begin, ${i}, begin < 0); end = ${i}; }`).join("\n")}
      if (end < 0) {
        for (var p = 0; p < ${s.height * s.width}; p++) { result[(n * ${s.height * s.width} + p) * ${s.channels} + ic] = 0.0; }
      }
      for (var block = 0; block < ${planned.length}; block++) {
        ${choose(entries)}
        if (ic >= inOffset && ic < inOffset + inChannels) {
          ${codes.join("\n")}
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
