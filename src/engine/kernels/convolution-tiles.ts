/** How a convolution is cut into register tiles: a model of the machine's time chooses their size. */
import type { ConvolutionShape } from "./convolution-cpu";

/** What an adapter is like, for the choice of a tile. */
export interface Machine {
  /** Time of loading an element over the time of a multiply-add of an element. */
  readonly load: number;
  /** Invocations that keep it busy. */
  readonly invocations: number;
  /** Target elements of an invocation, at most: they stay in registers. */
  readonly registers: number;
  /** Length of a kernel's text, at most, in multiply-adds: compilers take their time. Twice that where there is much to do. */
  readonly code: number;
}

export const range = (n: number) => Array.from({ length: n }, (_, i) => i);
export const lines = (n: number, line: (i: number) => string) => range(n).map(line).join("\n");
/** 4 where channels come in fours. */
export const widthOf = (channels: number): 1 | 4 => (channels % 4 === 0 ? 4 : 1);

/** A gather from [batch, sourceHeight, sourceWidth, groups·sourceChannels] to [batch, height, width, groups·channels]. */
export interface Gather {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly sourceHeight: number;
  readonly sourceWidth: number;
  readonly sourceChannels: number;
  readonly groups: number;
  readonly kernel: number;
  /** Source pixels per target pixel, and target pixels per source pixel: one of them is 1. */
  readonly step: number;
  readonly spread: number;
  /** Tap k of target pixel p reads source pixel p·step + k − pad, or (p + pad − k) / spread where that is whole. */
  readonly pad: number;
  readonly transposed: boolean;
  /** Whether a tap may fall outside the source. */
  readonly borders: boolean;
}

/** Pixels of a 1×1 convolution are alike: one long row. */
export const isFlat = (s: ConvolutionShape) => s.kernel === 1 && s.stride === 1 && s.pad === 0;

export function forwardGather(s: ConvolutionShape): Gather {
  const flat = isFlat(s);
  const pixels = s.batch * s.height * s.width;
  return {
    batch: flat ? 1 : s.batch,
    height: flat ? 1 : s.outHeight,
    width: flat ? pixels : s.outWidth,
    channels: s.outChannels,
    sourceHeight: flat ? 1 : s.height,
    sourceWidth: flat ? pixels : s.width,
    sourceChannels: s.inChannels,
    groups: s.groups,
    kernel: s.kernel,
    step: s.stride,
    spread: 1,
    pad: s.pad,
    transposed: false,
    borders: s.pad > 0,
  };
}

export function gradientGather(s: ConvolutionShape): Gather {
  const back = forwardGather(s);
  return {
    ...back,
    height: back.sourceHeight,
    width: back.sourceWidth,
    channels: s.inChannels,
    sourceHeight: back.height,
    sourceWidth: back.width,
    sourceChannels: s.outChannels,
    step: 1,
    spread: s.stride,
    transposed: true,
    borders: !isFlat(s),
  };
}

export interface Tile {
  readonly columns: number;
  readonly rows: number;
  /** Target elements next to each other in a pixel. */
  readonly elements: number;
}

/** Where a tile's pixels find their source for a tap: pixel and offset from the tile's first source pixel. */
export function reads(g: Gather, pixels: number, tap: number): { pixel: number; offset: number }[] {
  if (!g.transposed) return range(pixels).map((pixel) => ({ pixel, offset: pixel * g.step + tap }));
  return range(pixels)
    .filter((pixel) => (((pixel + g.pad - tap) % g.spread) + g.spread) % g.spread === 0)
    .map((pixel) => ({ pixel, offset: (pixel + g.pad - tap) / g.spread }));
}

export const offsetsOf = (g: Gather, pixels: number) => [
  ...new Set(range(g.kernel).flatMap((tap) => reads(g, pixels, tap).map((r) => r.offset))),
];

export const tilesOf = (g: Gather, tile: Tile) => ({
  across: Math.ceil(g.width / tile.columns),
  down: Math.ceil(g.height / tile.rows),
});

const POWERS = [1, 2, 4, 8, 16] as const;

/** Multiply-adds of a call that are worth a long text. */
const MUCH = 2 ** 22;

/** Longest text for a convolution. */
export function codeLimit(s: ConvolutionShape, machine: Machine): number {
  const work = s.batch * s.outHeight * s.outWidth * s.kernel ** 2 * s.groups * s.inChannels * s.outChannels;
  return work < MUCH ? machine.code : 2 * machine.code;
}

/** Text of a load and of a store, in multiply-adds. */
export const LOAD_CODE = 4;
export const STORE_CODE = 3;

/** The tile of least modelled time: an invocation's multiply-adds and loads, times invocations that must take turns. */
export function chooseTile(g: Gather, machine: Machine, limit: number): Tile {
  const target = widthOf(g.channels);
  const source = widthOf(g.sourceChannels);
  const elements = g.channels / target;
  let best: Tile = { columns: g.spread, rows: g.spread, elements: 1 };
  let bestTime = Number.POSITIVE_INFINITY;
  const steps = g.sourceChannels / source;
  for (const columns of POWERS)
    for (const rows of POWERS)
      for (const wide of [1, 2, 3, 4, 8]) {
        if (columns > Math.max(g.width, g.spread) || rows > Math.max(g.height, g.spread)) continue;
        if (columns % g.spread !== 0 || rows % g.spread !== 0 || elements % wide !== 0) continue;
        const tile = { columns, rows, elements: wide };
        const cells = columns * rows * wide;
        const { across, down } = tilesOf(g, tile);
        const invocations = (g.batch * across * down * g.groups * elements) / wide;
        // Of one row of taps.
        const products = (g.kernel / g.spread ** 2) * cells * source;
        const sourceLoads = (rows / g.spread) * offsetsOf(g, columns).length;
        const loads = sourceLoads + g.kernel * wide * (g.transposed ? target : source);
        // Rows of taps are a loop where all pixels read alike.
        const texts = g.spread === 1 ? 1 : g.kernel;
        const text = texts * (products + LOAD_CODE * loads) + STORE_CODE * cells;
        if (cells > machine.registers || (text > limit && cells > g.spread ** 2)) continue;
        const once = machine.load * (cells + 4);
        const time =
          (g.kernel * steps * (products + machine.load * loads) + once) *
          Math.max(1, invocations / machine.invocations);
        if (time < bestTime) [best, bestTime] = [tile, time];
      }
  return best;
}
