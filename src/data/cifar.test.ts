import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cifarFile, shapesShard } from "../../test/cifar-file";
import { DataError } from "../domain/dataset";
import { CIFAR_CLASSES, CIFAR_RECORD, readCifar10 } from "./cifar";
import { readShard } from "./load";
import type { RawPictures } from "./pictures";
import { makeShapes } from "./shapes";
import { classCounts } from "./statistics";

const NAME = "data_batch_1.bin";

describe("readCifar10", () => {
  it("gives back the pictures and labels that were written", () => {
    const shapes = makeShapes({ seed: 3, count: 23 });
    const read = readCifar10(NAME, cifarFile(shapes).buffer);
    expect(read.labels).toEqual(shapes.labels);
    expect(read.pixels).toEqual(shapes.pixels);
    expect(read).toMatchObject({ size: 32, classNames: CIFAR_CLASSES, source: NAME, splitRule: { kind: "order" } });
  });

  it("turns planes of red, green and blue into pixels", () => {
    const file = new Uint8Array(CIFAR_RECORD);
    file[0] = 9;
    file[1 + 33] = 10; // red of row 1, column 1
    file[1 + 1024 + 33] = 20;
    file[1 + 2048 + 33] = 30;
    const { pixels, labels } = readCifar10(NAME, file.buffer);
    expect([...labels]).toEqual([9]);
    expect([...pixels.subarray(33 * 3, 34 * 3)]).toEqual([10, 20, 30]);
    expect(pixels.reduce((sum, value) => sum + value, 0)).toBe(60);
  });
});

function startingWith(...head: (string | number)[]): Uint8Array<ArrayBuffer> {
  const bytes = head.flatMap((part) => (typeof part === "string" ? Array.from(part, (c) => c.charCodeAt(0)) : [part]));
  const file = new Uint8Array(CIFAR_RECORD);
  file.set(bytes);
  return file;
}

function withByte(file: Uint8Array<ArrayBuffer>, at: number, value: number | string): Uint8Array<ArrayBuffer> {
  if (typeof value === "number") file[at] = value;
  else file.set(new TextEncoder().encode(value), at);
  return file;
}

/** Each case names what the message must say. */
const BAD_FILES: readonly [title: string, file: Uint8Array<ArrayBuffer>, ...says: RegExp[]][] = [
  ["an empty file", new Uint8Array(0), /is empty/, /data_batch_1\.bin/],
  ["a single byte", new Uint8Array(1), /has 1 byte,/, /nearest whole size is 3,073 bytes \(1 record\)/],
  [
    "one byte missing",
    shapesShard(3).slice(0, -1),
    /9,218 bytes/,
    /2 records and 3,072 bytes more/,
    /9,219 bytes \(3 records\)/,
  ],
  ["one byte too many", new Uint8Array(3074 * 2 + 3072), /9,220 bytes/, /9,219 bytes \(3 records\)/],
  ["a CIFAR-100 shard", new Uint8Array(3074 * 5), /15,370 bytes/, /CIFAR-100/],
  ["a label of 10", withByte(shapesShard(5), 0, 10), /record 1 of 5/, /label 10/, /0 to 9/],
  ["a wrong label further on", withByte(shapesShard(5), 3 * CIFAR_RECORD, 200), /record 4 of 5/, /label 200/],
  ["a wrong label at the end", withByte(shapesShard(5), 4 * CIFAR_RECORD, 255), /record 5 of 5/, /label 255/],
  ["a gzip archive", startingWith(0x1f, 0x8b, 8), /gzip/, /[Uu]npack/],
  ["a zip archive", startingWith("PK\x03\x04"), /zip/, /[Uu]npack/],
  ["a bzip2 archive", startingWith("BZh9"), /bzip2/, /[Uu]npack/],
  ["an xz archive", startingWith(0xfd, "7zXZ", 0), /xz/, /[Uu]npack/],
  ["a 7-Zip archive", startingWith("7z", 0xbc, 0xaf), /7-Zip/, /[Uu]npack/],
  ["a tar archive", withByte(shapesShard(1), 257, "ustar"), /tar/, /[Uu]npack/],
  ["a pickle of protocol 2", startingWith(0x80, 2, "}q"), /pickle/, /binary version/],
  ["a pickle of protocol 4", startingWith(0x80, 4, 0x95), /pickle/, /binary version/],
  ["a PNG picture", startingWith(0x89, "PNG\r\n"), /PNG/, /Only CIFAR-10/],
  ["a JPEG picture", startingWith(0xff, 0xd8, 0xff, 0xe0), /JPEG/, /Only CIFAR-10/],
  ["a GIF picture", startingWith("GIF89a"), /GIF/, /Only CIFAR-10/],
  ["a WebP picture", startingWith("RIFF"), /WebP/, /Only CIFAR-10/],
  ["a NumPy array", startingWith(0x93, "NUMPY"), /NumPy/, /Only CIFAR-10/],
  ["a Parquet file", startingWith("PAR1"), /Parquet/, /Only CIFAR-10/],
  ["an HDF5 file", startingWith(0x89, "HDF\r\n"), /HDF5/, /Only CIFAR-10/],
  ["an error page of a server", startingWith("<!DOCTYPE html>"), /web page/, /download/],
  ["a JSON file", startingWith('{"a":1}'), /JSON/, /Only CIFAR-10/],
];

describe("readShard refuses", () => {
  it.each(BAD_FILES)("%s", (_title, file, ...says) => {
    const message = messageOf(() => readShard("dropped.bin", file.buffer));
    expect(message).toMatch(/^dropped\.bin/);
    for (const part of says) expect(message).toMatch(part);
  });

  it("every file cut at a place that is not the end of a record", () => {
    const file = shapesShard(4);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: file.length - 1 }), (length) => {
        const cut = file.slice(0, length).buffer;
        if (length > 0 && length % CIFAR_RECORD === 0) {
          expect(readShard("cut.bin", cut).labels).toHaveLength(length / CIFAR_RECORD);
        } else {
          expect(() => readShard("cut.bin", cut)).toThrow(DataError);
        }
      }),
      { seed: 1, examples: [[0], [1], [CIFAR_RECORD - 1], [CIFAR_RECORD], [CIFAR_RECORD + 1], [3074]] },
    );
  });

  it("nothing but with a DataError, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        expect(() => readShard("noise", new Uint8Array(bytes).buffer)).toThrow(DataError);
      }),
      { seed: 1 },
    );
  });
});

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof DataError) return error.message;
    throw error;
  }
  throw new Error("Nothing was thrown.");
}

/** Sum of each channel over all pictures. */
function channelSums({ pixels }: Pick<RawPictures, "pixels">): number[] {
  const sums = [0, 0, 0];
  for (const [i, value] of pixels.entries()) sums[i % 3] = (sums[i % 3] ?? 0) + value;
  return sums;
}

const DATA_DIR = path.resolve(process.env.DATA_DIR ?? "../shared/data");

function readReal(...file: string[]): RawPictures {
  return readShard(file.at(-1) ?? "", new Uint8Array(readFileSync(path.join(DATA_DIR, ...file))).buffer);
}

interface Expected {
  cifar10: { train_labels: number[] };
  first_train_pixel_rgb: number[];
  channel_sums_rgb: { train: number[] };
}

if (existsSync(DATA_DIR)) {
  console.log(`Real CIFAR-10 files of ${DATA_DIR} are tested as well.`);
  describe("real CIFAR-10 files", () => {
    it("data_batch_1.bin has 1,000 pictures of each class", () => {
      const shard = readReal("cifar10", "data_batch_1.bin");
      expect(classCounts(shard.labels, 10)).toEqual(new Array(10).fill(1000));
    });

    it("the small shard has the labels and channel sums of expected.json", () => {
      const expected = JSON.parse(readFileSync(path.join(DATA_DIR, "formats", "expected.json"), "utf8")) as Expected;
      const shard = readReal("formats", "cifar10_data_batch_1.bin");
      expect([...shard.labels]).toEqual(expected.cifar10.train_labels);
      expect([...shard.pixels.subarray(0, 3)]).toEqual(expected.first_train_pixel_rgb);
      expect(channelSums(shard)).toEqual(expected.channel_sums_rgb.train);
    });

    it.each([
      ["cifar-10-binary.tar.gz", /gzip/],
      ["cifar10_py_data_batch_1", /pickle/],
      ["cifar100_train.bin", /CIFAR-100/],
      ["cifar10_train.parquet", /Parquet/],
      ["images_labels.npz", /npz/],
    ])("%s is recognised and refused", (file, says) => {
      expect(() => readReal("formats", file)).toThrow(says);
    });
  });
} else {
  console.log(`No real CIFAR-10 files at ${DATA_DIR}: only files written here are tested.`);
}
