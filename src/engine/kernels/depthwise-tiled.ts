/**
 * The plain way of a depthwise bank on WebGPU: strips in registers (depthwise-stream). Few invocations with much work
 * each, made for adapters on which a load costs many times a product; depthwise-fine is for the others.
 */
import type { GpuBody } from "../gpu/kernel";
import type { DepthwiseShape } from "./depthwise-cpu";
import { filterSize, lines, range } from "./depthwise-plan";
import { declarePictures, pictureParams, streamFilter, streamGradW, streamStrip } from "./depthwise-stream";
import {
  byIndex,
  type Entry,
  eachCell,
  inputOf,
  numbersOf,
  outputOf,
  planBlocks,
  severalCells,
  shareCells,
  table,
} from "./depthwise-strips";
import { maskedInput } from "./masked-input";
import { sumChunks } from "./reduce";

/** Invocations of a workgroup: small, since blocks differ in work and the workgroups are few. */
const WORKGROUP = 16;

/** Whether the strips can compute a bank; the pad must not add rows that no tap inside the picture reaches. */
export function fitsTiles(s: DepthwiseShape): boolean {
  return s.blocks.every(
    (b) => b.pad <= b.dilation * (b.kernel - 1) && (s.stride % b.dilation === 0 || b.dilation % s.stride === 0),
  );
}

const MOST_TAPS = { forward: 25, gradX: 25, gradW: 9 } as const;

/** x is read as max(x, floor), the floor being 0 or −∞, whose bits are a uniform: one code for both. */
const floorOf = (rectify: boolean) => (rectify ? 0 : -(2 ** 23));
const declareFloor = "let lowest = bitcast<f32>(uniforms.floor);";
const read = (at: string) => `max(x[${at}], lowest)`;

export const tiledForward: GpuBody<DepthwiseShape> = ([input, w, z], s, run) => {
  if (!input || !w) throw new Error("Depthwise needs x and w.");
  const { x, rectify } = maskedInput(input, z, run);
  const [source, target] = [inputOf(s), outputOf(s)];
  const { planned, codes, codeOf, variant } = planBlocks(s, {
    input: source,
    output: target,
    stride: s.stride,
    taps: MOST_TAPS.forward,
    tile: 8,
  });
  let count = 0;
  const entries = planned.map((p): Entry => {
    const units = p.b.outChannels / p.stream.group;
    const { chunks, ...shares } = shareCells(s, p, target, units);
    const entry = { ...numbersOf(p), ...shares, units, code: codeOf(p), first: count };
    count += chunks * units;
    return entry;
  });
  const several = severalCells(entries);
  const blocks = table(entries, byIndex);
  const code = codes.map(({ stream, plan }, i) => {
    const weight = (j: string, t: string) => `w[filterOffset + (${t}) * outChannels + local + ${j} * inChannels]`;
    return `if (code == ${i}) {
      let local = (unit / inChannels) * inChannels * ${stream.group} + unit % inChannels;
      ${streamFilter({ block: stream, weight })}
      ${eachCell(
        several,
        `
      let inBase = n * sourceHeight * sourceRow + inOffset + unit % inChannels;
      let outBase = n * targetHeight * targetRow + outOffset + local;
      ${streamStrip({
        block: stream,
        plan,
        stride: s.stride,
        weight,
        read,
        write: (at, value, j) => `store(${at} + ${j} * inChannels, ${value});`,
        gather: false,
      })}`,
      )}
    }`;
  });
  return run({
    name: "Depthwise",
    variant: `${several}_${blocks.size}_${variant}`,
    inputs: { x, w },
    params: { floor: floorOf(rectify), ...pictureParams(source, target), ...blocks.params },
    body: `${blocks.code}
      ${declarePictures}
      ${declareFloor}
      let c = (index - first) / units;
      let unit = index - first - c * units;
      ${code.join("\n")}`,
    count,
    shape: [s.batch, s.outHeight, s.outWidth, target.channels],
    workgroup: WORKGROUP,
  });
};

/** Runs of channels that no block reads, as offset and length. */
function unread(s: DepthwiseShape): { readonly inOffset: number; readonly inChannels: number }[] {
  const free = range(s.channels).filter((c) => s.blocks.every((b) => c < b.inOffset || c >= b.inOffset + b.inChannels));
  const starts = free.filter((c) => !free.includes(c - 1));
  const ends = free.filter((c) => !free.includes(c + 1));
  return starts.map((inOffset, i) => ({ inOffset, inChannels: (ends[i] as number) + 1 - inOffset }));
}

/**
 * With stride 1, the convolution of dy with the filter turned round. Where blocks share input channels, an invocation owns
 * a channel of a picture and adds block after block to it; else it owns a strip, or a row of a channel that none reads.
 */
export const tiledGradX: GpuBody<DepthwiseShape> = ([dy, w, z], s, run) => {
  if (!dy || !w) throw new Error("DepthwiseGradX needs dy and w.");
  const [source, target] = [outputOf(s), inputOf(s)];
  const reads = (c: number) => s.blocks.filter((b) => c >= b.inOffset && c < b.inOffset + b.inChannels).length;
  const apart = range(s.channels).every((c) => reads(c) <= 1);
  const { planned, codes, codeOf, variant } = planBlocks(s, {
    input: source,
    output: target,
    stride: 1,
    taps: MOST_TAPS.gradX,
    tile: apart ? 8 : 4,
    pad: (b) => b.dilation * (b.kernel - 1) - b.pad,
  });
  const alone = apart && planned.every(({ b, stream }) => b.outChannels <= b.inChannels * stream.group);
  let count = 0;
  const entries = planned.map((p): Entry => {
    const { chunks, ...shares } = alone
      ? shareCells(s, p, target, p.b.inChannels)
      : { cells: s.batch * p.plan.strips, chunk: p.plan.strips, chunks: s.batch };
    const units = p.b.inChannels;
    const entry = { ...numbersOf(p), ...shares, units, code: codeOf(p), first: count };
    count += alone ? chunks * units : 0;
    return entry;
  });
  const zeros = alone ? unread(s) : [];
  for (const channels of zeros) {
    const units = channels.inChannels;
    entries.push({ ...(entries[0] as Entry), ...channels, units, code: codes.length, first: count });
    count += s.batch * units;
  }
  if (!alone) count = s.batch * s.channels;
  const blocks = table(entries, alone ? byIndex : (i) => `block == ${i}`);
  const write = (at: string, value: string) =>
    !alone
      ? `{ let at = ${at}; var v = ${value}; if (!fresh) { v += result[at]; } result[at] = v; }`
      : `{ let at = ${at}; store(at, ${z ? `select(0.0, ${value}, z[at] > 0.0)` : value}); }`;
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
      let inBase = n * sourceHeight * sourceRow + outOffset + local;
      let outBase = n * targetHeight * targetRow + ic;
      ${streamStrip({
        block: stream,
        plan,
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
        ${alone ? "" : "let fresh = block == begin && local == unit;"}
        ${strips}
      }
    }`;
  });
  const zero = (start: string, pixels: string) =>
    `for (var p = 0; p < ${pixels}; p++) { ${alone ? `store((${start} + p) * targetStep + ic, 0.0);` : `result[(${start} + p) * targetStep + ic] = 0.0;`} }`;
  const holds = (i: number) =>
    `${i} < uniforms.blocks && ic >= uniforms.inOffset${i} && ic < uniforms.inOffset${i} + uniforms.inChannels${i}`;
  const body = alone
    ? `${blocks.code}
      ${declarePictures}
      let c = (index - first) / units;
      let ic = inOffset + index - first - c * units;
      ${code.join("\n")}
      ${zeros.length > 0 ? `if (code == ${codes.length}) { ${zero("c * targetHeight * targetWidth", "targetHeight * targetWidth")} }` : ""}`
    : `${declarePictures}
      let c = index / targetStep;
      let ic = index - c * targetStep;
      // The first block that reads the channel.
      var begin = -1;
      ${lines(blocks.size, (i) => `if (${holds(i)}) { begin = select(begin, ${i}, begin < 0); }`)}
      if (begin < 0) { ${zero("c * targetHeight * targetWidth", "targetHeight * targetWidth")} }
      for (var block = 0; block < uniforms.blocks; block++) {
        ${blocks.code}
        if (ic >= inOffset && ic < inOffset + inChannels) {
          ${code.join("\n")}
        }
      }
      ${
        z
          ? `for (var p = 0; p < targetHeight * targetWidth; p++) {
              let at = (c * targetHeight * targetWidth + p) * targetStep + ic;
              if (!(z[at] > 0.0)) { result[at] = 0.0; }
            }`
          : ""
      }`;
  return run({
    name: "DepthwiseGradX",
    variant: [z ? "z" : "", alone, several, zeros.length > 0, blocks.size, variant].join("_"),
    inputs: z ? { dy, w, z } : { dy, w },
    params: { ...pictureParams(source, target), blocks: planned.length, ...blocks.params },
    body,
    count,
    shape: [s.batch, s.height, s.width, s.channels],
    workgroup: alone ? WORKGROUP : 4,
  });
};

/** Invocations worth having; more chunks only cost a longer second pass. */
const GRADW_INVOCATIONS = 512;

/** Each invocation sums the taps of a channel over a chunk of the strips of all pictures; then the chunks are summed. */
export const tiledGradW: GpuBody<DepthwiseShape> = ([input, dy, z], s, run) => {
  if (!input || !dy) throw new Error("DepthwiseGradW needs x and dy.");
  const { x, rectify } = maskedInput(input, z, run);
  const [source, target] = [inputOf(s), outputOf(s)];
  const { planned, codes, codeOf, variant } = planBlocks(s, {
    input: source,
    output: target,
    stride: s.stride,
    taps: MOST_TAPS.gradW,
    tile: 4,
  });
  const units = planned.reduce((sum, { b, stream }) => sum + b.outChannels / stream.group, 0);
  const most = Math.min(...planned.map(({ plan }) => s.batch * plan.strips));
  const chunks = Math.min(most, Math.ceil(GRADW_INVOCATIONS / units));
  let count = 0;
  const entries = planned.map((p): Entry => {
    const cells = s.batch * p.plan.strips;
    const units = p.b.outChannels / p.stream.group;
    const shares = { cells, chunk: Math.ceil(cells / chunks), units };
    const entry = { ...numbersOf(p), ...shares, code: codeOf(p), first: count };
    count += chunks * units;
    return entry;
  });
  const several = severalCells(entries);
  const blocks = table(entries, byIndex);
  const code = codes.map(({ stream, plan }, i) => {
    const { kernel: K, group: m } = stream;
    // One row of taps at a time, for the compiler's sake.
    const store = `for (var ky = 0; ky < ${K}; ky++) {
      let to = c * uniforms.size + filterOffset + ky * ${K} * outChannels + local;
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
        let inBase = n * sourceHeight * sourceRow + inOffset + unit % inChannels;
        let outBase = n * targetHeight * targetRow + outOffset + local;
        ${streamGradW({
          block: stream,
          plan,
          stride: s.stride,
          read,
          readGradient: (at, j) => `dy[${at} + ${j} * inChannels]`,
        })}`,
      )}
      ${store}
    }`;
  });
  const partial = run({
    name: "DepthwiseGradW",
    variant: `${several}_${blocks.size}_${variant}`,
    inputs: { x, dy },
    params: { floor: floorOf(rectify), size: filterSize(s), ...pictureParams(source, target), ...blocks.params },
    body: `${blocks.code}
      ${declarePictures}
      ${declareFloor}
      let c = (index - first) / units;
      let unit = index - first - c * units;
      ${code.join("\n")}`,
    count,
    shape: [chunks, filterSize(s)],
    workgroup: WORKGROUP,
  });
  return sumChunks(run, partial, chunks, [filterSize(s)]);
};
