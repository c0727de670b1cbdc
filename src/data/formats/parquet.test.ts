/** Parquet in every packing, both page versions, plain and by dictionary; pages that unpack to more than they claim. */
import { readFileSync } from "node:fs";
import zlib from "node:zlib";
import { compress } from "@bokuweb/zstd-wasm";
import { describe, expect, it } from "vitest";
import { pngs } from "../../../test/files/encoded";
import { CODECS } from "../../../test/files/parquet-codecs";
import { type Form, parquetPages } from "../../../test/files/parquet-pages";
import { DataError } from "../../domain/dataset";
import { resizePictures } from "../resize";
import { makeShapes } from "../shapes";
import { UNPACKERS } from "./parquet-codecs";
import { readPictures } from "./read";
import { memorySource } from "./source";

const SHAPES = makeShapes({ seed: 3, count: 20 });
// Some pictures stand in the dictionary once and in the column twice.
SHAPES.pixels.copyWithin(15 * 3072, 0, 3 * 3072);
const LABELS = [...SHAPES.labels];
const PNGS = pngs(SHAPES);

const FORMS: Form[] = CODECS.flatMap((codec) =>
  ([1, 2] as const).flatMap((version) =>
    (["plain", "dictionary", "mixed"] as const).map((encoding): Form => ({ codec, version, encoding })),
  ),
);

const read = (file: Uint8Array<ArrayBuffer>) => readPictures([memorySource("train.parquet", file)]);

describe("every packing", () => {
  it.each(FORMS)("$codec, data pages $version, $encoding", async (form) => {
    const pictures = await read(parquetPages(PNGS, LABELS, form));
    expect([...pictures.labels]).toEqual(LABELS);
    expect(Buffer.compare(pictures.pixels, SHAPES.pixels)).toBe(0);
  });
});

/** 12 Shapes of 8×8, written by pyarrow 25.0.1: `pq.write_table(table, path, compression=…)`. */
it.each(["brotli", "lz4", "zstd"])("a file of another writer, packed with %s", async (codec) => {
  const shapes = makeShapes({ seed: 3, count: 12 });
  const path = new URL(`../../../test/files/parquet/${codec}.parquet`, import.meta.url);
  const pictures = await read(new Uint8Array(readFileSync(path)));
  expect(pictures.labels).toEqual(shapes.labels);
  expect(Buffer.compare(pictures.pixels, resizePictures(shapes.pixels, shapes.size, 8))).toBe(0);
});

describe("pages that unpack to more than they claim", () => {
  const zeros = new Uint8Array(100e6);
  /** One literal, then a match that goes on. */
  const lz4 = Uint8Array.from([0x1f, 0, 1, 0, ...new Array<number>(400_000).fill(255), 0]);
  const quick = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 } };
  const bombs: readonly (readonly [codec: string, bytes: Uint8Array])[] = [
    ["GZIP", zlib.gzipSync(zeros, { level: 1 })],
    ["BROTLI", zlib.brotliCompressSync(zeros, quick)],
    ["LZ4_RAW", lz4],
    ["LZ4", lz4],
    // The length that its data begin with: 100,000,000.
    ["SNAPPY", Uint8Array.of(0x80, 0xc2, 0xd7, 0x2f, 0, 0)],
  ];
  it.each(bombs)("%s ends before it is unpacked", (codec, bytes) => {
    const before = process.memoryUsage().arrayBuffers;
    expect(() => UNPACKERS[codec]?.(bytes, 1000)).toThrow();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50e6);
  });

  it("ZSTD gives no more than the page claims", () => {
    expect(UNPACKERS.ZSTD?.(compress(zeros.subarray(0, 20e6), 1), 1000)).toHaveLength(1000);
  });

  it("no page may claim more than a page has", () => {
    for (const codec of CODECS.filter((name) => name !== "UNCOMPRESSED")) {
      expect(() => UNPACKERS[codec]?.(new Uint8Array(10), 1e9)).toThrow("too large");
    }
  });
});

it("refuses a damaged page of every packing, or reads whole pictures", async () => {
  for (const codec of CODECS) {
    const file = parquetPages(PNGS, LABELS, { codec, version: 1, encoding: "plain" });
    for (const at of [60, 600, 6000]) {
      const damaged = Uint8Array.from(file);
      damaged.fill(0xa5, at, at + 40);
      const result = await read(damaged).catch((error: unknown) => error);
      if (!(result instanceof DataError)) expect(result).toMatchObject({ size: 32 });
    }
  }
});
