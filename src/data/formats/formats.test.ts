/** Every form, written by the tests themselves and read back: pictures, labels, names, splits. */

import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { type Files, gzip, tar, zip } from "../../../test/files/archives";
import { float32, idx, int64, npy, npz } from "../../../test/files/arrays";
import {
  COARSE,
  cifar100File,
  cifar100Pickle,
  cifarFile,
  cifarPickle,
  FINE,
  namesPickle,
  pickle,
} from "../../../test/files/cifar";
import { jpegs, parquet, png, pngFolder, pngs } from "../../../test/files/encoded";
import { crc32 } from "../../domain/crc32";
import { DataError } from "../../domain/dataset";
import type { RawPictures } from "../pictures";
import { makeShapes } from "../shapes";
import { CIFAR10_NAMES, CIFAR100_COARSE_NAMES, CIFAR100_NAMES } from "./class-names";
import { decodePicture } from "./encoded";
import { readPictures } from "./read";
import { memorySource } from "./source";

const SHAPES = makeShapes({ seed: 3, count: 40 });
const OTHER = makeShapes({ seed: 4, count: 20 });
/** One channel, [count, 32, 32]. */
const GREY = Uint8Array.from({ length: SHAPES.pixels.length / 3 }, (_, i) => SHAPES.pixels[3 * i] ?? 0);
const GREY_RGB = Uint8Array.from(SHAPES.pixels, (_, i) => GREY[Math.floor(i / 3)] ?? 0);

function read(files: Files): Promise<RawPictures> {
  return readPictures(Object.entries(files).map(([path, bytes]) => memorySource(path, Uint8Array.from(bytes))));
}

function expectShapes(pictures: RawPictures, shapes: Pick<RawPictures, "labels" | "pixels"> = SHAPES) {
  expect(pictures.labels).toEqual(shapes.labels);
  // Compared as buffers: many times faster, and as exact.
  expect(Buffer.compare(pictures.pixels, shapes.pixels)).toBe(0);
}

const both = {
  labels: Uint16Array.from([...SHAPES.labels, ...OTHER.labels]),
  pixels: Uint8Array.from([...SHAPES.pixels, ...OTHER.pixels]),
};

describe("CIFAR", () => {
  it.each([
    ["binary", cifarFile(SHAPES)],
    ["pickle", cifarPickle(SHAPES)],
    ["binary in gzip", gzip(cifarFile(SHAPES))],
    ["binary in zip", zip({ "a/b.bin": cifarFile(SHAPES) })],
  ])("10, %s", async (_, bytes) => {
    const pictures = await read({ "any name": bytes });
    expectShapes(pictures);
    expect(pictures).toMatchObject({
      name: "CIFAR-10",
      classNames: CIFAR10_NAMES,
      size: 32,
      ignored: [],
      source: "any name",
    });
  });

  it.each([
    ["binary", cifar100File(SHAPES)],
    ["pickle", cifar100Pickle(SHAPES)],
  ])("100, %s", async (_, bytes) => {
    const pictures = await read({ file: bytes });
    const times = (factor: number) => SHAPES.labels.map((label) => factor * label);
    expectShapes(pictures, { ...SHAPES, labels: times(FINE) });
    expect(pictures.coarse).toEqual({ labels: times(COARSE), classNames: CIFAR100_COARSE_NAMES });
    expect(pictures).toMatchObject({ name: "CIFAR-100", classNames: CIFAR100_NAMES });
  });

  it.each([
    ["the word in its name", "test_batch.bin", cifarFile(OTHER)],
    ["what the pickle says", "b", cifarPickle(OTHER, "testing batch 1 of 1")],
  ])("joins parts in order, and makes a test file the test split by %s", async (_, name, test) => {
    const pictures = await read({ [name]: test, data_batch_1: cifarFile(SHAPES) });
    expectShapes(pictures, both);
    expect(pictures.splitRule).toEqual({ kind: "given", testFrom: 40 });
    expect(pictures.source).toBe(`${name} and 1 more`);
  });

  it("reads a whole archive, with names, a readme and what systems leave behind", async () => {
    const names = [...CIFAR10_NAMES].reverse();
    const files = {
      "cifar/test_batch": cifarPickle(OTHER, "testing batch 1 of 1"),
      "cifar/._data_batch_1": Uint8Array.of(0, 5, 22, 7),
      "cifar/data_batch_1": cifarPickle(SHAPES),
      "cifar/batches.meta": namesPickle(names),
      "cifar/readme.html": new TextEncoder().encode("<p>CIFAR</p>"),
    };
    for (const archive of [gzip(await tar(files)), await tar(files), zip(files)]) {
      const pictures = await read({ "cifar.archive": archive });
      expectShapes(pictures, both);
      expect(pictures).toMatchObject({ classNames: names, splitRule: { kind: "given", testFrom: 40 }, ignored: [] });
    }
    const text = {
      "meta/batches.meta.txt": new TextEncoder().encode(`${names.join("\n")}\n\n`),
      "data.bin": cifarFile(SHAPES),
    };
    expect((await read(text)).classNames).toEqual(names);
  });

  it("tells of a file that is given twice, and takes it once", async () => {
    const pictures = await read({ "a.bin": cifarFile(SHAPES), "b.bin": cifarFile(SHAPES), "c.bin": cifarFile(OTHER) });
    expectShapes(pictures, both);
    expect(pictures.ignored).toEqual([{ count: 40, reason: "b.bin holds the same as a.bin" }]);
  });

  it("refuses parts of two sets", async () => {
    await expect(read({ a: cifarFile(SHAPES), b: cifar100File(SHAPES) })).rejects.toThrow(
      /a is a part of CIFAR-10, b of CIFAR-100/,
    );
  });
});

describe("pickles that are none of CIFAR", () => {
  const global = (name: string) =>
    Uint8Array.from([...`\x80\x02c${name}\n(S'echo'\ntR.`].map((char) => char.charCodeAt(0)));
  it.each([
    ["os.system", global("os\nsystem"), /asks for os\.system, but only NumPy arrays are allowed/],
    ["builtins", global("__builtin__\neval"), /asks for __builtin__\.eval/],
    ["an opcode for objects", Uint8Array.of(0x80, 2, 0x6f, 0x2e), /uses the opcode 0x6f at byte 2/],
    ["a stack that is empty", Uint8Array.of(0x80, 2, 0x65, 0x2e), /is damaged/],
    ["a list", pickle([1, 2, 3]), /holds no dictionary/],
    ["other keys", pickle({ dict: [["weights", 1]] }), /neither data nor label_names, only weights/],
    [
      "a dictionary called as a function",
      Uint8Array.of(0x80, 2, 0x7d, 0x29, 0x52, 0x2e),
      /calls something that is no NumPy array/,
    ],
  ])("are refused: %s", async (_, bytes, message) => {
    await expect(read({ "evil.pkl": Uint8Array.from(bytes) })).rejects.toThrow(DataError);
    await expect(read({ "evil.pkl": Uint8Array.from(bytes) })).rejects.toThrow(message);
  });
});

describe("arrays", () => {
  it("reads .npz, pictures last or first with their channels", async () => {
    expectShapes(await read({ "set.npz": npz([40, 32, 32, 3], SHAPES.pixels, SHAPES.labels) }));
    const planes = cifarFile(SHAPES).filter((_, i) => i % 3073 !== 0);
    const first = await read({ "set.npz": npz([40, 3, 32, 32], planes, SHAPES.labels) });
    expectShapes(first);
    expect(first).toMatchObject({ name: "set", classNames: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"] });
  });

  it("reads .npy pairs, train and test, floats from 0 to 1, and names", async () => {
    const pictures = await read({
      "x_train.npy": npy("<f4", [40, 32, 32, 3], float32(Array.from(SHAPES.pixels, (value) => value / 255))),
      "y_train.npy": npy("<i8", [40, 1], int64(SHAPES.labels)),
      "x_test.npy": npy("|u1", [20, 32, 32, 3], OTHER.pixels),
      "y_test.npy": npy("|u1", [20], Uint8Array.from(OTHER.labels)),
    });
    expectShapes(pictures, both);
    expect(pictures.splitRule).toEqual({ kind: "given", testFrom: 40 });
  });

  it("leaves out pictures that are marked as without a label", async () => {
    const labels = Array.from(SHAPES.labels, (label, i) => (i % 4 === 0 ? -1 : label));
    const pictures = await read({ "set.npz": npz([40, 32, 32, 3], SHAPES.pixels, labels) });
    expect(pictures.labels).toHaveLength(30);
    expect([...pictures.pixels.subarray(0, 3072)]).toEqual([...SHAPES.pixels.subarray(3072, 6144)]);
    expect(pictures.ignored).toEqual([{ count: 10, reason: "no label in labels.npy" }]);
  });

  it.each([
    ["NaN", npy("<f4", [2, 2, 2], float32([0, 0.5, Number.NaN, 1, 0, 0, 0, 0])), /holds NaN at place 3/],
    ["objects", npy("|O", [2, 2, 2], new Uint8Array(8)), /Python objects/],
    ["Fortran order", npy("|u1", [2, 2, 2], new Uint8Array(8), true), /Fortran order/],
    ["a shape that does not fit", npy("|u1", [2, 2, 3], new Uint8Array(8)), /tells of 12 bytes, but 8 bytes follow/],
    ["no pictures", npy("|u1", [0, 2, 2], new Uint8Array()), /holds no pictures/],
    ["oblong pictures", npy("|u1", [2, 2, 1, 3], new Uint8Array(12)), /pictures of 2×1; only square/],
  ])("refuses %s", async (_, images, message) => {
    const files = {
      "x.npy": images,
      "y.npy": npy(
        "|u1",
        [images[0] === 0x93 ? Number(/\((\d+)/.exec(new TextDecoder().decode(images))?.[1]) : 0],
        Uint8Array.of(0, 1).subarray(0, /\(0,/.test(new TextDecoder().decode(images)) ? 0 : 2),
      ),
    };
    await expect(read(files)).rejects.toThrow(message);
  });

  it("says what is missing when there is only half of a pair, and refuses a million classes", async () => {
    await expect(read({ "x.npy": npy("|u1", [2, 4, 4], new Uint8Array(32)) })).rejects.toThrow(/no array of 2 labels/);
    await expect(read({ "y.npy": npy("|u1", [2], new Uint8Array(2)) })).rejects.toThrow(/labels without pictures/);
    const many = npz([2, 4, 4], new Uint8Array(32), [0, 1_000_000]);
    await expect(read({ "many.npz": many })).rejects.toThrow(/labels up to 1,000,000; up to 1,000 classes/);
    const alike = npz([2, 4, 4], new Uint8Array(32), [1, 1]);
    await expect(read({ "one.npz": alike })).rejects.toThrow(/all 2 pictures are of one class, 1/);
  });

  it("reads IDX, packed or not, and repeats grey in three channels", async () => {
    const pictures = await read({
      "t10k-labels-idx1-ubyte.gz": gzip(idx([20], Uint8Array.from(OTHER.labels))),
      "t10k-images-idx3-ubyte.gz": gzip(idx([20, 32, 32], GREY.subarray(0, 20 * 1024))),
      "train-labels-idx1-ubyte": idx([40], Uint8Array.from(SHAPES.labels)),
      "train-images-idx3-ubyte": idx([40, 32, 32], GREY),
    });
    expect(pictures.splitRule).toEqual({ kind: "given", testFrom: 40 });
    expect(pictures.grey).toBe(true);
    expect(Buffer.compare(pictures.pixels.subarray(0, GREY_RGB.length), GREY_RGB)).toBe(0);
  });
});

describe("encoded pictures", () => {
  it("reads a folder, a zip and a tar.gz with one folder for each class", async () => {
    const files = pngFolder(SHAPES);
    const names = [...SHAPES.classNames].sort();
    for (const source of [files, { "s.zip": zip(files) }, { "s.tgz": gzip(await tar(files)) }]) {
      const pictures = await read(source);
      expect(pictures.classNames).toEqual(names);
      const read0 = Array.from(pictures.labels, (label, i) =>
        [names[label], Buffer.from(pictures.pixels.subarray(i * 3072, (i + 1) * 3072)).toString("latin1")].join(),
      );
      const wanted = Array.from(SHAPES.labels, (label, i) =>
        [
          SHAPES.classNames[label],
          Buffer.from(SHAPES.pixels.subarray(i * 3072, (i + 1) * 3072)).toString("latin1"),
        ].join(),
      );
      expect(read0.sort()).toEqual(wanted.sort());
    }
  });

  it("takes folders called train and test for splits, and counts broken pictures", async () => {
    const pictures = await read({
      ...pngFolder(SHAPES, "set/train"),
      ...pngFolder(OTHER, "set/test"),
      "set/train/disc/x.png": pngs(SHAPES)[0]?.slice(0, 60) ?? new Uint8Array(),
    });
    expect(pictures.splitRule).toEqual({ kind: "given", testFrom: 40 });
    expect(pictures.ignored).toEqual([{ count: 1, reason: "damaged or no square picture" }]);
    expect(pictures.name).toBe("set");
  });

  it("refuses a single picture, and pictures of different sizes", async () => {
    const [one = new Uint8Array()] = pngs(SHAPES);
    await expect(read({ "photo.png": one })).rejects.toThrow(/photo\.png is a single picture/);
    const small = pngs(makeShapes({ seed: 1, count: 1 }))[0] ?? new Uint8Array();
    const other = new Uint8Array(await sharp(small).resize(16, 16).png().toBuffer());
    await expect(read({ "a/1.png": small, "b/2.png": other })).rejects.toThrow(
      /differ in size: 1\.png has 32×32, 2\.png has 16×16/,
    );
  });

  it("reads parquet with PNG and JPEG, with the names of the hub", async () => {
    const labels = [...SHAPES.labels];
    const exact = await read({ "train.parquet": parquet(pngs(SHAPES), { label: labels }, SHAPES.classNames) });
    expectShapes(exact);
    expect(exact.classNames).toEqual(SHAPES.classNames);
    const encoded = await jpegs(SHAPES);
    const lossy = await read({ "train.parquet": parquet(encoded, { label: labels }) });
    // Reference: sharp, which decodes with libjpeg-turbo as well.
    const wanted = await Promise.all(encoded.map((bytes) => sharp(bytes).raw().toBuffer()));
    expect(Buffer.compare(lossy.pixels, Buffer.concat(wanted))).toBe(0);
  });

  it("reads fine and coarse labels of parquet", async () => {
    const times = (factor: number) => Array.from(SHAPES.labels, (label) => factor * label);
    const pictures = await read({ p: parquet(pngs(SHAPES), { fine_label: times(FINE), coarse_label: times(COARSE) }) });
    expect([...pictures.labels]).toEqual(times(FINE));
    expect([...(pictures.coarse?.labels ?? [])]).toEqual(times(COARSE));
    expect(pictures.name).toBe("CIFAR-100");
  });

  it("takes the palette beside true colours for the hint that it is", async () => {
    const plain = png(SHAPES.pixels.slice(0, 3072), 32);
    // After the signature and the header: 256 colours, of which no pixel is made.
    const body = new TextEncoder().encode("PLTE".padEnd(4 + 768, "x"));
    const chunk = Buffer.alloc(4 + body.length + 4);
    chunk.writeUInt32BE(768);
    chunk.set(body, 4);
    chunk.writeUInt32BE(crc32(body), 4 + body.length);
    const hinted = Uint8Array.from([...plain.subarray(0, 33), ...chunk, ...plain.subarray(33)]);
    expect(Buffer.compare((await decodePicture("h.png", hinted)).rgb, SHAPES.pixels.slice(0, 3072))).toBe(0);
  });

  it("gives stored bytes: no premultiplied alpha, no profile, every depth", async () => {
    const raw = { width: 4, height: 4, channels: 4 as const };
    const rgba = Uint8Array.from({ length: 64 }, (_, i) => (i % 4 === 3 ? (i * 5) % 256 : (i * 37) % 256));
    const withAlpha = await sharp(rgba, { raw }).png().toBuffer();
    const { rgb } = await decodePicture("a.png", Uint8Array.from(withAlpha));
    expect([...rgb]).toEqual([...rgba].filter((_, i) => i % 4 !== 3));
    const palette = await sharp(SHAPES.pixels.slice(0, 3072), { raw: { width: 32, height: 32, channels: 3 } })
      .png({ palette: true, colours: 8 })
      .toBuffer();
    const expected = await sharp(palette).removeAlpha().raw().toBuffer();
    expect(Buffer.compare((await decodePicture("p.png", Uint8Array.from(palette))).rgb, expected)).toBe(0);
    const bits = Uint8Array.from({ length: 64 }, (_, i) => (i % 3 === 0 ? 255 : 0));
    const oneBit = await sharp(bits, { raw: { width: 8, height: 8, channels: 1 } })
      .toColourspace("b-w")
      .png({ palette: true, colours: 2 })
      .toBuffer();
    expect([...(await decodePicture("b.png", Uint8Array.from(oneBit))).rgb].filter((_, i) => i % 3 === 0)).toEqual([
      ...bits,
    ]);
  });
});
