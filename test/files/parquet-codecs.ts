/** Packs the pages of parquet, in every way that the format knows and readers meet. */
import zlib from "node:zlib";
import { compress, init } from "@bokuweb/zstd-wasm";
import { snappyCompress } from "hyparquet-writer/src/snappy.js";

await init();

export type Codec = "UNCOMPRESSED" | "SNAPPY" | "GZIP" | "BROTLI" | "ZSTD" | "LZ4" | "LZ4_RAW";

/** Packs the bytes of a page. */
export const PACK: Readonly<Record<Codec, (bytes: Uint8Array) => Uint8Array>> = {
  UNCOMPRESSED: (bytes) => bytes,
  SNAPPY: (bytes) => snappyCompress(bytes),
  GZIP: (bytes) => zlib.gzipSync(bytes),
  BROTLI: (bytes) => zlib.brotliCompressSync(bytes, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 5 } }),
  ZSTD: (bytes) => compress(bytes, 3),
  LZ4: (bytes) => hadoopFrame(bytes.length, lz4Block(bytes)),
  LZ4_RAW: lz4Block,
};
export const CODECS = Object.keys(PACK) as Codec[];

/** Lengths of 15 and more go on in further bytes. */
function lz4Length(length: number): number[] {
  return length < 15 ? [] : [...new Array<number>(Math.floor((length - 15) / 255)).fill(255), (length - 15) % 255];
}

/** One block of LZ4: https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md. Takes the last place with the same four bytes. */
function lz4Block(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  const seen = new Map<number, number>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let from = 0;
  const sequence = (to: number, match: number) => {
    out.push((Math.min(15, to - from) << 4) | Math.min(15, Math.max(0, match - 4)), ...lz4Length(to - from));
    for (let i = from; i < to; i++) out.push(bytes[i] ?? 0);
  };
  // A block ends with five literals at least, and no match begins in the last twelve bytes.
  for (let at = 0; at < bytes.length - 12; ) {
    const four = view.getUint32(at);
    const found = seen.get(four);
    seen.set(four, at);
    if (found === undefined || at - found > 0xffff) {
      at++;
      continue;
    }
    let match = 4;
    while (at + match < bytes.length - 5 && bytes[found + match] === bytes[at + match]) match++;
    sequence(at, match);
    out.push((at - found) & 255, (at - found) >> 8, ...lz4Length(match - 4));
    at += match;
    from = at;
  }
  sequence(bytes.length, 0);
  return Uint8Array.from(out);
}

/** Hadoop's frame of one block: both lengths, big-endian. */
function hadoopFrame(unpacked: number, block: Uint8Array): Uint8Array {
  const frame = new Uint8Array(8 + block.length);
  new DataView(frame.buffer).setUint32(0, unpacked);
  new DataView(frame.buffer).setUint32(4, block.length);
  frame.set(block, 8);
  return frame;
}
