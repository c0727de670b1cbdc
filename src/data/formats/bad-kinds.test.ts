/**
 * Each kind of bad input in each form that can have it: wrong counts, labels out of range, no pictures, one class, a million
 * classes, pictures of several sizes, claims of gigabytes. Files that are cut off: `bad-cuts.test.ts`; spoiled at random:
 * `bad-files.test.ts`.
 */
import { packTar } from "modern-tar";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { type Files, gzip, tar, zip } from "../../../test/files/archives";
import { float32, idx, int64, npy, npz } from "../../../test/files/arrays";
import { attempt, expectWhole, sources } from "../../../test/files/attempt";
import {
  cifar100File,
  cifar100Pickle,
  cifarFile,
  cifarPickle,
  namesPickle,
  type Pictures,
  pickle,
} from "../../../test/files/cifar";
import { jpegs, parquet, png, pngs } from "../../../test/files/encoded";
import { parquetPages } from "../../../test/files/parquet-pages";
import { bytesOf, changed, placeOf } from "../../../test/files/spoiled";
import { makeShapes } from "../shapes";
import type { FileSource } from "./source";

const SHAPES = makeShapes({ seed: 5, count: 12 });
const LABELS = [...SHAPES.labels];
const GREY = SHAPES.pixels.filter((_, i) => i % 3 === 0);
const PNGS = pngs(SHAPES);
const JPEGS = await jpegs(SHAPES);
const SMALL_PNGS = Array.from({ length: 12 }, (_, i) => png(SHAPES.pixels.slice(768 * i, 768 * (i + 1)), 16));
/** Of one kind. */
const ALIKE = { labels: new Uint16Array(4).fill(3), pixels: SHAPES.pixels.slice(0, 4 * 3072) };
const NONE: Pictures = { labels: new Uint16Array(), pixels: new Uint8Array() };
const MILLION = 1_000_000;

const EMPTY_TAR_GZ = gzip(await tar({ "set/empty.bin": new Uint8Array() }));
const ALIKE_TAR_GZ = gzip(await tar({ data_batch_1: cifarPickle(ALIKE) }));
const MIXED: Files = { "a/1.png": PNGS[0] ?? NONE.pixels, "b/2.png": SMALL_PNGS[1] ?? NONE.pixels };
const MIXED_TAR_GZ = gzip(await tar(MIXED));
const CMYK = new Uint8Array(
  await sharp(JPEGS[0] ?? NONE.pixels)
    .toColourspace("cmyk")
    .jpeg()
    .toBuffer(),
);

const whole = (values: readonly number[]) => npy("<i8", [values.length], int64(values));
/** The number of records in a pickle of 12 pictures: BININT1 12, BININT 3072, TUPLE2. */
const SHAPE = [0x4b, 12, 0x4a, 0, 12, 0, 0, 0x86];
const withRows = (file: Uint8Array, rows: number) => changed(file, placeOf(file, SHAPE) + 1, rows);

/** Counts and sizes of a header of tar, and the sum of its bytes. */
function withTarSize(file: Uint8Array, octal: string): Uint8Array<ArrayBuffer> {
  const copy = changed(file, 124, ...bytesOf(octal.padStart(11, "0")), 0);
  copy.fill(32, 148, 156);
  const sum = copy.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  copy.set(bytesOf(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
  return copy;
}

const batch = { "cifar/data_batch_1": cifarPickle(SHAPES) };
const TAR = await tar(batch);
const TAR_GZ = gzip(TAR);
const ZIP = zip({ "data_batch_1.bin": cifarFile(SHAPES) });
const NPY = npy("|u1", [12, 32, 32, 3], SHAPES.pixels);
const IDX = idx([12, 32, 32], GREY);
const PARQUET = parquet(PNGS, { label: LABELS }, SHAPES.classNames);
const LIST = placeOf(ZIP, [0x50, 0x4b, 1, 2]);

/** What is wrong, in which form, and what the message says. */
type Case = readonly [form: string, files: Files, says: RegExp];

const table = (cases: readonly Case[]) => cases.map(([form, files, says]) => ({ form, files, says }));

async function expectRefused({ files, says }: { readonly files: Files; readonly says: RegExp }): Promise<void> {
  const result = await attempt(sources(files));
  expect(typeof result === "string" ? result : `${result.labels.length} pictures were read.`).toMatch(says);
}

describe("a count that is wrong", () => {
  it.each(
    table([
      ["CIFAR-10 binary", { "b.bin": cifarFile(SHAPES).slice(0, -3072) }, /b\.bin has .* 11 records and 1 byte more/],
      ["CIFAR-100 binary", { "b.bin": cifar100File(SHAPES).slice(0, -100) }, /b\.bin has 36,788 bytes/],
      ["CIFAR-10 pickle, rows", { p: withRows(cifarPickle(SHAPES), 13) }, /shape \(13, 3072\) and 36,864 bytes/],
      ["CIFAR-100 pickle, rows", { p: withRows(cifar100Pickle(SHAPES), 200) }, /shape \(200, 3072\)/],
      [
        "CIFAR-10 pickle, labels",
        {
          p: pickle({
            dict: [
              ["labels", LABELS.slice(1)],
              ["data", { array: SHAPES }],
            ],
          }),
        },
        /p has 12 pictures, but 11 entries in labels/,
      ],
      [
        "CIFAR-100 pickle, coarse labels",
        {
          p: pickle({
            dict: [
              ["fine_labels", LABELS],
              ["coarse_labels", [1]],
              ["data", { array: SHAPES }],
            ],
          }),
        },
        /p has 12 pictures, but 1 entry in coarse_labels/,
      ],
      ["a pickle without labels", { p: pickle({ dict: [["data", { array: SHAPES }]] }) }, /no list of labels/],
      [
        "npz",
        { "s.npz": npz([12, 32, 32, 3], SHAPES.pixels, LABELS.slice(1)) },
        /12 pictures, but there is no array of 12/,
      ],
      [
        "npy",
        { "x.npy": npy("|u1", [13, 32, 32, 3], SHAPES.pixels) },
        /tells of 39,936 bytes, but 36,864 bytes follow/,
      ],
      [
        "IDX",
        { i: idx([13, 32, 32], GREY), l: idx([13], Uint8Array.from([...LABELS, 1])) },
        /IDX header tells of 13,312/,
      ],
      [
        "IDX pair",
        { i: IDX, l: idx([11], Uint8Array.from(LABELS.slice(1))) },
        /12 pictures, but there is no array of 12/,
      ],
      [
        "parquet, values of a column",
        { "p.parquet": parquetPages(PNGS, LABELS.slice(1), { codec: "SNAPPY", version: 1, encoding: "plain" }) },
        /p\.parquet is a Parquet file that is cut off, damaged/,
      ],
      ["zip, files of its list", { "z.zip": changed(ZIP, ZIP.length - 12, 2) }, /its list is not complete/],
      ["tar, bytes of a file", { "t.tar": withTarSize(TAR, "7777777") }, /t\.tar is a tar archive that is cut off/],
      [
        "names of classes",
        { "b.bin": cifarFile(SHAPES), "batches.meta": namesPickle(["a", "b", "c"]) },
        /has the label 9, but names for 3 classes only/,
      ],
    ]),
  )("$form", expectRefused);
});

describe("a label out of range", () => {
  const wrong = (label: number) => LABELS.map((own, i) => (i === 4 ? label : own));
  it.each(
    table([
      ["CIFAR-10 binary", { b: changed(cifarFile(SHAPES), 4 * 3073, 10) }, /record 5 of 12 has the label 10/],
      [
        "CIFAR-100 binary, fine",
        { b: changed(cifar100File(SHAPES), 4 * 3074 + 1, 100) },
        /record 5 of 12 has the label 100/,
      ],
      [
        "CIFAR-100 binary, coarse",
        { b: changed(cifar100File(SHAPES), 4 * 3074, 20) },
        /record 5 of 12 has the label 20/,
      ],
      [
        "CIFAR-10 pickle",
        { p: cifarPickle({ ...SHAPES, labels: Uint16Array.from(wrong(10)) }) },
        /p: record 5 of 12 has no label from 0 to 9 in labels/,
      ],
      [
        "CIFAR-100 pickle, fine",
        { p: cifar100Pickle({ ...SHAPES, labels: Uint16Array.from(wrong(10)) }) },
        /p: record 5 of 12 has no label from 0 to 99 in fine_labels/,
      ],
      [
        "CIFAR-100 pickle, coarse",
        {
          p: pickle({
            dict: [
              ["fine_labels", LABELS],
              ["coarse_labels", wrong(-1)],
              ["data", { array: SHAPES }],
            ],
          }),
        },
        /p: record 5 of 12 has no label from 0 to 19 in coarse_labels/,
      ],
      [
        "npz, below zero",
        { "s.npz": npz([12, 32, 32, 3], SHAPES.pixels, wrong(-2)) },
        /record 5 of 12 has the label -2/,
      ],
      [
        "npy, between two",
        { "x.npy": NPY, "y.npy": npy("<f4", [12], float32(wrong(1.5))) },
        /y\.npy: record 5 of 12 has the label 1\.5/,
      ],
      [
        "npy, no number",
        { "x.npy": NPY, "y.npy": npy("<f4", [12], float32(wrong(Number.POSITIVE_INFINITY))) },
        /y\.npy: record 5 of 12 has the label Infinity/,
      ],
      [
        "npz, coarse",
        { "s.npz": zip({ "x.npy": NPY, "y.npy": whole(LABELS), "y_coarse.npy": whole(wrong(-5)) }) },
        /y_coarse\.npy: record 5 of 12 has the label -5/,
      ],
      [
        "IDX, beside names",
        { i: IDX, l: idx([12], Uint8Array.from(wrong(200))), "names.txt": bytesOf(SHAPES.classNames.join("\n")) },
        /has the label 200, but names for 10 classes only/,
      ],
      [
        "parquet, below zero",
        { "p.parquet": parquet(PNGS, { label: wrong(-3) }) },
        /row 5 has no whole number as its label/,
      ],
      [
        "parquet, beside names",
        { "p.parquet": parquet(PNGS, { label: wrong(10) }, SHAPES.classNames) },
        /has the label 10, but names for 10 classes only/,
      ],
    ]),
  )("$form", expectRefused);
});

describe("numbers that are no pictures", () => {
  const values = (value: number) => float32(Array.from(SHAPES.pixels, (own, i) => (i === 77 ? value : own / 255)));
  const pair = (images: Uint8Array) => ({ "x.npy": images, "y.npy": whole(LABELS) });
  it.each(
    table([
      ["NaN", pair(npy("<f4", [12, 32, 32, 3], values(Number.NaN))), /holds NaN at place 78/],
      ["NaN in npz", { "s.npz": zip(pair(npy("<f4", [12, 32, 32, 3], values(Number.NaN)))) }, /holds NaN at place 78/],
      ["infinity", pair(npy("<f4", [12, 32, 32, 3], values(Number.NEGATIVE_INFINITY))), /holds -Infinity at place 78/],
      ["256", pair(npy("<f4", [12, 32, 32, 3], values(256))), /holds 256 at place 78/],
      ["text", pair(npy("<U1", [12, 8, 8], new Uint8Array(12 * 64 * 4))), /y\.npy holds labels without pictures/],
      ["objects", pair(npy("|O", [12, 8, 8], new Uint8Array(768))), /Python objects/],
      ["IDX of floats", { i: changed(IDX, 2, 13), l: idx([12], Uint8Array.from(LABELS)) }, /numbers other than bytes/],
    ]),
  )("$form", expectRefused);
});

describe("no pictures at all", () => {
  it.each(
    table([
      ["binary", { "b.bin": new Uint8Array() }, /b\.bin is empty/],
      ["several empty files", { "a.bin": new Uint8Array(), "b.bin": new Uint8Array() }, /holds no pictures/],
      ["CIFAR-10 pickle", { p: cifarPickle(NONE) }, /p holds no pictures/],
      ["CIFAR-100 pickle", { p: cifar100Pickle(NONE) }, /p holds no pictures/],
      ["names without batches", { "batches.meta": namesPickle(["a", "b"]) }, /holds no pictures/],
      ["npz", { "s.npz": npz([0, 32, 32, 3], new Uint8Array(), []) }, /holds no pictures/],
      ["IDX", { i: idx([0, 32, 32], new Uint8Array()), l: idx([0], new Uint8Array()) }, /holds no pictures/],
      ["parquet", { "p.parquet": parquet([], { label: [] }) }, /p\.parquet holds no pictures/],
      [
        "parquet without pictures",
        {
          "p.parquet": parquet(
            PNGS.map(() => new Uint8Array()),
            { label: LABELS },
          ),
        },
        /no pictures/,
      ],
      ["gzip", { "g.gz": gzip(new Uint8Array()) }, /holds no pictures/],
      ["tar", { "t.tar.gz": EMPTY_TAR_GZ }, /holds no pictures/],
      ["zip", { "z.zip": zip({ "disc/readme.txt": bytesOf("none") }) }, /holds no pictures/],
      ["a folder", { "set/disc/.DS_Store": bytesOf("x"), "set/ring/Thumbs.db": bytesOf("x") }, /holds no pictures/],
    ]),
  )("$form", expectRefused);
});

describe("one class only", () => {
  const pictures = pngs({ ...SHAPES, ...ALIKE });
  it.each(
    table([
      ["CIFAR-10 binary", { "b.bin": cifarFile(ALIKE) }, /all 4 pictures are of one class, cat/],
      ["CIFAR-100 binary", { "b.bin": cifar100File(ALIKE) }, /all 4 pictures are of one class/],
      ["CIFAR-10 pickle", { p: cifarPickle(ALIKE) }, /one class, cat/],
      ["CIFAR-100 pickle", { p: cifar100Pickle(ALIKE) }, /one class/],
      ["npz", { "s.npz": npz([4, 32, 32, 3], ALIKE.pixels, ALIKE.labels) }, /all 4 pictures are of one class, 3/],
      ["IDX", { i: idx([4, 32, 32], GREY.slice(0, 4096)), l: idx([4], Uint8Array.of(7, 7, 7, 7)) }, /one class, 7/],
      ["parquet", { "p.parquet": parquet(pictures, { label: [3, 3, 3, 3] }, SHAPES.classNames) }, /one class/],
      [
        "a folder",
        { "set/disc/1.png": PNGS[0] ?? NONE.pixels, "set/disc/2.png": PNGS[1] ?? NONE.pixels },
        /one class, disc/,
      ],
      ["tar.gz", { "t.tar.gz": ALIKE_TAR_GZ }, /one class, cat/],
      ["zip", { "z.zip": zip({ "a.bin": cifarFile(ALIKE) }) }, /one class, cat/],
    ]),
  )("$form", expectRefused);
});

describe("a million classes", () => {
  const many = LABELS.map((label, i) => (i === 4 ? MILLION : label));
  const names = Array.from({ length: MILLION }, (_, i) => `c${i}`);
  const [tiny = new Uint8Array()] = [png(Uint8Array.of(1, 2, 3), 1)];
  const folders = Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`set/${i}/a.png`, tiny]));
  it.each(
    table([
      ["npz", { "s.npz": npz([12, 32, 32, 3], SHAPES.pixels, many) }, /labels up to 1,000,000; up to 1,000 classes/],
      [
        "npz, coarse",
        { "s.npz": zip({ "x.npy": NPY, "y.npy": whole(LABELS), "y_coarse.npy": whole(many) }) },
        /y_coarse\.npy has labels up to 1,000,000/,
      ],
      ["parquet", { "p.parquet": parquet(PNGS, { label: many }) }, /labels up to 1,000,000/],
      [
        "parquet, names",
        { "p.parquet": parquet(PNGS, { label: LABELS }, names) },
        /p\.parquet names 1,000,000 classes/,
      ],
      [
        "CIFAR-10 pickle",
        {
          p: pickle({
            dict: [
              ["labels", many],
              ["data", { array: SHAPES }],
            ],
          }),
        },
        /record 5 .* no label/,
      ],
      ["names of a pickle", { "b.bin": cifarFile(SHAPES), m: namesPickle(names) }, /names 1,000,000 classes/],
      ["a folder", folders, /1,001 folders of pictures; up to 1,000/],
      ["zip", { "z.zip": zip(folders) }, /1,001 folders of pictures; up to 1,000/],
    ]),
  )("$form", expectRefused);
});

describe("pictures of several sizes", () => {
  const mixed = PNGS.map((bytes, i) => (i === 4 ? (SMALL_PNGS[i] ?? bytes) : bytes));
  const small = (count: number) => npz([count, 16, 16, 3], SHAPES.pixels.slice(0, 768 * count), LABELS.slice(0, count));
  it.each(
    table([
      [
        "parquet",
        { "p.parquet": parquet(mixed, { label: LABELS }) },
        /differ in size: row 1 of p\.parquet has 32×32, row 5/,
      ],
      ["a folder", MIXED, /differ in size/],
      ["zip", { "z.zip": zip(MIXED) }, /differ in size/],
      ["tar.gz", { "t.tgz": MIXED_TAR_GZ }, /differ in size/],
      ["two npz", { "a.npz": npz([12, 32, 32, 3], SHAPES.pixels, LABELS), "b.npz": small(6) }, /no parts of one set/],
      ["npz beside binary", { "a.bin": cifarFile(SHAPES), "b.npz": small(6) }, /no parts of one set/],
      [
        "IDX pairs",
        {
          "a-images": idx([12, 32, 32], GREY),
          "a-labels": idx([12], Uint8Array.from(LABELS)),
          "b-images": idx([6, 16, 16], GREY.slice(0, 6 * 256)),
          "b-labels": idx([6], Uint8Array.from(LABELS.slice(0, 6))),
        },
        /no parts of one set/,
      ],
      [
        "npy, oblong",
        { "x.npy": npy("|u1", [12, 32, 16, 3], SHAPES.pixels.slice(0, 12 * 1536)), "y.npy": whole(LABELS) },
        /only square/,
      ],
      [
        "IDX, oblong",
        { i: idx([12, 32, 16], GREY.slice(0, 12 * 512)), l: idx([12], Uint8Array.from(LABELS)) },
        /only square/,
      ],
    ]),
  )("$form", expectRefused);
});

/** A file of the disk that is 5 GB long; only its head was written. */
function sparse(path: string, head: Uint8Array): FileSource {
  return {
    path,
    size: 5e9,
    read: async (start, end) => {
      const bytes = new Uint8Array(Math.min(end - start, 1e6));
      if (start < head.length) bytes.set(head.subarray(start, end));
      return bytes;
    },
  };
}

describe("five gigabytes", () => {
  const heads = { "cifar10.bin": cifarFile(SHAPES), TAR, TAR_GZ, ZIP, PARQUET, NPY, IDX, pickle: cifarPickle(SHAPES) };
  it.each(Object.entries(heads))("on the disk: %s", async (name, head) => {
    expect(await attempt([sparse(name, head)])).toMatch(/has 5,000 megabytes; files of up to 2,000 megabytes are read/);
    // As one of several.
    expect(await attempt([...sources({ "a.bin": cifarFile(SHAPES) }), sparse(name, head)])).toMatch(/5,000 megabytes/);
  });

  const claims = (file: Uint8Array, at: number) => changed(file, at, 0, 0xf2, 5, 0x2a);
  const [one = new Uint8Array()] = PNGS;
  it.each(
    table([
      ["tar", { "t.tar": withTarSize(TAR, "45201371000") }, /unpacks to more than 400 megabytes/],
      ["tar.gz", { "t.tar.gz": gzip(withTarSize(TAR, "45201371000")) }, /unpacks to more than 400 megabytes/],
      ["zip", { "z.zip": changed(ZIP, LIST + 24, 255, 255, 255, 254) }, /unpacks to more than 400 megabytes/],
      [
        "npy",
        { "x.npy": npy("|u1", [50_000, 100_000], new Uint8Array(9)) },
        /tells of 5,000,000,000 bytes, but 9 bytes follow/,
      ],
      ["IDX", { i: idx([50_000, 100_000], new Uint8Array(9)) }, /tells of 5,000,000,000 bytes/],
      [
        "pickle",
        { p: changed(cifarPickle(SHAPES), placeOf(cifarPickle(SHAPES), "T") + 1, 0, 0xf2, 5, 0x2a) },
        /damaged|ends in the middle/,
      ],
      ["PNG", { "a/1.png": claims(one, 16) }, /sides from 1 to 512/],
      [
        "JPEG",
        { "a/1.jpg": changed(JPEGS[0] ?? one, placeOf(JPEGS[0] ?? one, [0xff, 0xc0]) + 5, 255, 255, 255, 255) },
        /65535×65535/,
      ],
    ]),
  )("as a header claims: $form", expectRefused);
});

describe("tricks", () => {
  it("of names in archives are names of folders and nothing else", async () => {
    const classes = ["__proto__", "constructor", "..", "a\0b", "CON", "x".repeat(90)];
    const files = Object.fromEntries(
      classes.flatMap((name, i) => [
        [`/set/../${name}/1.png`, PNGS[2 * i] ?? NONE.pixels],
        [`C:\\set\\${name}\\2.png`, PNGS[2 * i + 1] ?? NONE.pixels],
      ]),
    );
    for (const archive of [zip(files), gzip(await tar(files))]) {
      const read = await attempt(sources({ archive }));
      if (typeof read === "string") throw new Error(read);
      expectWhole(read);
      expect(read.labels).toHaveLength(12);
    }
    expect(Object.prototype).not.toHaveProperty("1.png");
  });

  it("of links and devices in a tar hold nothing", async () => {
    const types = ["symlink", "link", "character-device", "block-device", "fifo"] as const;
    const archive = await packTar([
      ...types.map((type) => ({ header: { name: `data_${type}`, size: 0, type, linkname: "/etc/passwd" } })),
      {
        header: { name: "data_batch_1.bin", size: cifarFile(SHAPES).length, type: "file" as const },
        data: cifarFile(SHAPES),
      },
    ]);
    const read = await attempt(sources({ "t.tar": Uint8Array.from(archive) }));
    if (typeof read === "string") throw new Error(read);
    expect(read.labels).toHaveLength(12);
    expect(read.ignored).toEqual([]);
  });

  it.each(
    table([
      ["encrypted parquet", { "p.parquet": changed(PARQUET, 0, ...bytesOf("PARE")) }, /an encrypted Parquet file/],
      [
        "parquet that is packed with LZO",
        {
          "p.parquet": parquetPages(PNGS, LABELS, {
            codec: "UNCOMPRESSED",
            claims: "LZO",
            version: 1,
            encoding: "plain",
          }),
        },
        /p\.parquet is a Parquet file packed with LZO, which is not read\. Write it with Snappy/,
      ],
      [
        "pictures of another form in parquet",
        {
          "p.parquet": parquet(
            PNGS.map(() => bytesOf("GIF89a..........")),
            { label: LABELS },
          ),
        },
        /row 1 of p\.parquet is a GIF picture/,
      ],
      ["a JPEG of four channels", { "a/1.jpg": CMYK }, /JPEG picture of 4 channels/],
    ]),
  )("$form", expectRefused);
});
