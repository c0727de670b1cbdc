/**
 * Unpacks the pages of parquet. None takes more memory or time than the page's header claims, and a page that holds another
 * number of bytes than it claims is refused: the library's unpackers go on past the end, in silence.
 */
import { Gunzip } from "fflate";
import { decompress } from "fzstd";
import { compressors } from "hyparquet-compressors";
import { BrotliOutput } from "hyparquet-compressors/src/brotli.streams.js";
import { PAGE_LIMIT } from "./parquet-pages";

type Unpack = (input: Uint8Array, length: number) => Uint8Array;

function wrongLength(): Error {
  return new Error("A page holds another number of bytes than it claims.");
}

/** The decoder enlarges its output to what the data ask for; here it ends instead. */
const outputs = new WeakMap<object, Uint8Array>();
Object.defineProperty(BrotliOutput.prototype, "buffer", {
  get(this: object) {
    return outputs.get(this);
  },
  set(this: object, bytes: Uint8Array) {
    if (outputs.has(this)) throw wrongLength();
    outputs.set(this, bytes);
  },
});

/** What a piece unpacks to stays small. */
const PIECE = 1 << 14;

function gunzip(input: Uint8Array, length: number): Uint8Array {
  const output = new Uint8Array(length);
  let at = 0;
  const stream = new Gunzip((bytes) => {
    if (at + bytes.length > length) throw wrongLength();
    output.set(bytes, at);
    at += bytes.length;
  });
  for (let from = 0; from < input.length; from += PIECE) {
    stream.push(input.subarray(from, from + PIECE), from + PIECE >= input.length);
  }
  if (at !== length) throw wrongLength();
  return output;
}

/** How many bytes a block of LZ4 holds. Source: https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md */
function lz4Length(block: Uint8Array): number {
  let total = 0;
  let at = 0;
  const more = (length: number) => {
    if (length < 15) return length;
    let sum = length;
    let byte = 255;
    while (byte === 255) {
      byte = block[at++] ?? 0;
      sum += byte;
    }
    return sum;
  };
  while (at < block.length) {
    const token = block[at++] ?? 0;
    const literals = more(token >> 4);
    at += literals;
    total += literals;
    if (at >= block.length) break;
    at += 2;
    total += more(token & 15) + 4;
  }
  return total;
}

/** The blocks of Hadoop's frames, each after both of its lengths; null when it is none. */
function hadoopBlocks(input: Uint8Array): { block: Uint8Array; length: number }[] | null {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  const blocks = [];
  for (let at = 0; at < input.length; ) {
    if (at + 8 > input.length) return null;
    const [length, packed] = [view.getUint32(at), view.getUint32(at + 4)];
    const block = input.subarray(at + 8, at + 8 + packed);
    if (block.length < packed) return null;
    blocks.push({ block, length });
    at += 8 + packed;
  }
  return blocks;
}

function unpackLz4Block(block: Uint8Array, length: number): Uint8Array {
  if (lz4Length(block) !== length) throw wrongLength();
  // The library knows no empty block, as the dictionary of an empty column is.
  if (length === 0) return new Uint8Array();
  return compressors.LZ4_RAW?.(block, length) ?? new Uint8Array();
}

function unpackLz4(input: Uint8Array, length: number): Uint8Array {
  const blocks = hadoopBlocks(input);
  // Old writers left the frames out.
  if (!blocks) return unpackLz4Block(input, length);
  if (blocks.reduce((sum, block) => sum + block.length, 0) !== length) throw wrongLength();
  const output = new Uint8Array(length);
  let at = 0;
  for (const { block, length: own } of blocks) {
    output.set(unpackLz4Block(block, own), at);
    at += own;
  }
  return output;
}

const UNPACK: Readonly<Record<string, Unpack>> = {
  ...compressors,
  GZIP: gunzip,
  ZSTD: (input, length) => decompress(input, new Uint8Array(length)),
  LZ4: unpackLz4,
  LZ4_RAW: unpackLz4Block,
};

/** By the names of the format, for the library. */
export const UNPACKERS: Readonly<Record<string, Unpack>> = Object.fromEntries(
  Object.entries(UNPACK).map(([name, unpack]) => [
    name,
    (input: Uint8Array, length: number) => {
      if (length > PAGE_LIMIT) throw new Error("A page is too large.");
      return unpack(input, length);
    },
  ]),
);
