/**
 * How the blocks of a depthwise bank are cut into strips for streams (depthwise-stream). All that differs from bank to bank
 * but not in the code - sides, channels, dilations, where blocks begin - is handed over as uniforms: a network's many banks
 * then need few pipelines, each of which takes a software adapter long to compile.
 */
import type { DepthwiseShape, PlacedBlock } from "./depthwise-cpu";
import { outChannels, place } from "./depthwise-plan";
import { type Picture, planStrips, reciprocal, type StreamBlock, type StripPlan } from "./depthwise-stream";

export interface Planned {
  readonly b: PlacedBlock;
  readonly stream: StreamBlock;
  readonly plan: StripPlan;
  /** Blocks of one key share their code. */
  readonly key: string;
}

export interface Bank {
  readonly input: Picture;
  readonly output: Picture;
  readonly stride: number;
  /** Products that a step of one code may have: more channels at once save loads, but take longer to compile. */
  readonly taps: number;
  /** Columns of a strip, at most. */
  readonly tile: 4 | 8;
  readonly pad?: (b: PlacedBlock) => number;
}

export function planBlocks(s: DepthwiseShape, { input, output, stride, taps, tile, pad = (b) => b.pad }: Bank) {
  const planned = place(s.blocks).map((b): Planned => {
    const ratio = b.outChannels / b.inChannels;
    const group = [4, 3, 2].find((n) => ratio % n === 0 && n * b.kernel ** 2 <= taps) ?? 1;
    const stream = { kernel: b.kernel, dilation: b.dilation, pad: pad(b), group };
    const plan = planStrips(stream, input, output, stride, tile);
    return { b, stream, plan, key: [b.kernel, group, plan.rate, plan.tile, plan.ragged].join() };
  });
  const codes = [...new Set(planned.map(({ key }) => key))].map((key) => {
    const same = planned.filter((p) => p.key === key);
    const { stream, plan } = same[0] as Planned;
    // What holds for all of the blocks is known; the rest is tested.
    const columns = plan.columns.map((c, i) => (same.every((p) => p.plan.columns[i] === c) ? c : "edge"));
    return { key, stream, plan: { ...plan, columns } };
  });
  const known = codes.map(({ key, plan }) => `${key}:${plan.columns.map((c) => c[0]).join("")}`).join("_");
  return {
    planned,
    codes,
    codeOf: (p: Planned) => codes.findIndex(({ key }) => key === p.key),
    /** Names the code of all blocks within a pipeline's key. */
    variant: `${stride}_${known}`,
  };
}

const picture = (height: number, width: number, channels: number): Picture => ({ height, width, channels });
export const inputOf = (s: DepthwiseShape) => picture(s.height, s.width, s.channels);
export const outputOf = (s: DepthwiseShape) => picture(s.outHeight, s.outWidth, outChannels(s));

/** What an invocation knows of its block. */
export interface Entry {
  readonly code: number;
  /** The block's first invocation. */
  readonly first: number;
  readonly cells: number;
  readonly chunk: number;
  /** Channels, or groups of them: neighbouring invocations differ in these. */
  readonly units: number;
  readonly dilation: number;
  readonly pad: number;
  readonly spread: number;
  readonly perSpread: number;
  readonly perStep: number;
  readonly strips: number;
  readonly inChannels: number;
  readonly inOffset: number;
  readonly outChannels: number;
  readonly outOffset: number;
  readonly filterOffset: number;
}

/** What strips read of a block. */
export const stripNumbers = ({ b, stream, plan }: Planned) => ({
  dilation: b.dilation,
  pad: stream.pad,
  spread: plan.spread,
  perSpread: reciprocal(plan.spread),
  perStep: reciprocal(b.dilation * plan.rate),
  strips: plan.strips,
  filterOffset: b.filterOffset,
});

/** The same, and where its channels lie. */
export const numbersOf = (planned: Planned) => ({
  ...stripNumbers(planned),
  inChannels: planned.b.inChannels,
  inOffset: planned.b.inOffset,
  outChannels: planned.b.outChannels,
  outOffset: planned.b.outOffset,
});

/** Tables hold a multiple of this many entries: banks of fewer blocks then share the code of larger ones. */
const TABLE = 4;
const NEVER = 2 ** 30;

/** The entries as uniforms, and code that declares the numbers of the one that `test` (of its index) chooses last. */
export function table(entries: readonly Entry[], test: (i: number) => string) {
  const [head] = entries as readonly [Entry];
  const spare = (TABLE - (entries.length % TABLE)) % TABLE;
  const all = [...entries, ...Array.from({ length: spare }, () => ({ ...head, first: NEVER }))];
  const names = Object.keys(head) as (keyof Entry)[];
  return {
    size: all.length,
    params: Object.fromEntries(all.flatMap((entry, i) => names.map((name) => [`${name}${i}`, entry[name]]))),
    code: `${names.map((name) => `var ${name} = 0;`).join(" ")}
      ${all.map((_, i) => `if (${test(i)}) { ${names.map((name) => `${name} = uniforms.${name}${i};`).join(" ")} }`).join("\n")}`,
  };
}

/** Chooses the entry by the invocation's index. */
export const byIndex = (i: number) => `index >= uniforms.first${i}`;

/** Rows that an invocation should make of one filter, and invocations worth having. */
const [ROWS, INVOCATIONS] = [24, 512];

/** How many strips of pictures, called cells, an invocation takes: several where pictures are small and channels many. */
export function shareCells(s: DepthwiseShape, { plan }: Planned, output: Picture, units: number) {
  const cells = s.batch * plan.strips;
  const wanted = Math.max(1, Math.floor(ROWS / output.height));
  const chunk = Math.max(1, Math.min(wanted, Math.floor((cells * units) / INVOCATIONS)));
  return { cells, chunk, chunks: Math.ceil(cells / chunk) };
}

/** Code that runs `body` for chunk c of the cells, n being the picture and strip the strip of each; a loop if `several`. */
export const eachCell = (several: boolean, body: string) =>
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
export const severalCells = (entries: readonly Entry[]) => entries.some(({ chunk }) => chunk > 1);
