/** Files of every form, cut off at each boundary of their form: refused by name, or counted as left out. */
import { describe, expect, it } from "vitest";
import { type Files, gzip, tar, zip } from "../../../test/files/archives";
import { idx, int64, npy } from "../../../test/files/arrays";
import { attempt, expectWhole, sources } from "../../../test/files/attempt";
import { cifar100File, cifar100Pickle, cifarFile, cifarPickle } from "../../../test/files/cifar";
import { jpegs, parquet, pngFolder, pngs } from "../../../test/files/encoded";
import { placeOf } from "../../../test/files/spoiled";
import { makeShapes } from "../shapes";

const SHAPES = makeShapes({ seed: 5, count: 12 });
const LABELS = [...SHAPES.labels];
const PNGS = pngs(SHAPES);
const JPEGS = await jpegs(SHAPES);
const PICKLE = cifarPickle(SHAPES);
const PICKLE_100 = cifar100Pickle(SHAPES);
const TAR = await tar({ "cifar/data_batch_1": PICKLE });
const TAR_GZ = gzip(TAR);
const ZIP = zip({ "data_batch_1.bin": cifarFile(SHAPES) });
/** Of the list of files. */
const LIST = placeOf(ZIP, [0x50, 0x4b, 1, 2]);
const PARQUET = parquet(PNGS, { label: LABELS }, SHAPES.classNames);
const FOOTER = PARQUET.length - 8 - new DataView(PARQUET.buffer).getUint32(PARQUET.length - 8, true);
const NPY = npy("|u1", [12, 32, 32, 3], SHAPES.pixels);
const NPY_LABELS = npy("<i8", [12], int64(LABELS));
const IDX = idx(
  [12, 32, 32],
  SHAPES.pixels.filter((_, i) => i % 3 === 0),
);
const IDX_LABELS = idx([12], Uint8Array.from(LABELS));

/** Files that hold one set, of which one is cut at the places where a part of its form ends. */
interface Cut {
  readonly name: string;
  readonly file: Uint8Array;
  readonly beside?: Files;
  readonly places: readonly number[];
}

/** Before and after each of the words, and one byte from the end. */
const around = (file: Uint8Array, ...words: (string | readonly number[])[]) => [
  ...words.flatMap((word) => [placeOf(file, word), placeOf(file, word) + word.length]),
  file.length - 1,
];
const pickleWords = ["numpy.core.multiarray", "ndarray", "dtype", "data"];

const CUTS: readonly Cut[] = [
  // After a whole record a file is just shorter.
  { name: "cifar10.bin", file: cifarFile(SHAPES), places: [1, 1025, 2049, 3072, 3074, 12 * 3073 - 1] },
  { name: "cifar100.bin", file: cifar100File(SHAPES), places: [1, 2, 1026, 2050, 3075, 12 * 3074 - 1] },
  {
    name: "data_batch_1",
    file: PICKLE,
    places: [2, ...around(PICKLE, ...pickleWords, "labels", "filenames")],
  },
  {
    name: "train",
    file: PICKLE_100,
    places: [2, ...around(PICKLE_100, ...pickleWords, "fine_labels", "coarse_labels")],
  },
  {
    name: "python.tar",
    file: TAR,
    // Within the first header, after it, within the file, after it, after its padding, after one of the two empty blocks.
    places: [300, 512, 5000, 512 + PICKLE.length, TAR.length - 1024, TAR.length - 512],
  },
  {
    name: "python.tar.gz",
    file: TAR_GZ,
    places: [2, 10, 200, TAR_GZ.length - 8, TAR_GZ.length - 4, TAR_GZ.length - 1],
  },
  {
    name: "binary.zip",
    file: ZIP,
    places: [4, 30, 46, 1000, LIST, LIST + 46, ZIP.length - 22, ZIP.length - 12, ZIP.length - 1],
  },
  {
    name: "train.parquet",
    file: PARQUET,
    places: [4, 40, 2000, FOOTER, FOOTER + 20, PARQUET.length - 8, PARQUET.length - 4, PARQUET.length - 1],
  },
  {
    name: "images.npy",
    file: NPY,
    beside: { "labels.npy": NPY_LABELS },
    places: [6, 8, 10, placeOf(NPY, "shape"), placeOf(NPY, "\n"), placeOf(NPY, "\n") + 1, 5000, NPY.length - 1],
  },
  {
    name: "labels.npy",
    file: NPY_LABELS,
    beside: { "images.npy": NPY },
    places: [8, 10, 60, NPY_LABELS.length - 8, NPY_LABELS.length - 1],
  },
  {
    name: "images-idx3-ubyte",
    file: IDX,
    beside: { labels: IDX_LABELS },
    places: [3, 4, 8, 15, 16, 16 + 1024, IDX.length - 1],
  },
  {
    name: "labels-idx1-ubyte",
    file: IDX_LABELS,
    beside: { images: IDX },
    places: [3, 4, 7, 8, 8 + 11],
  },
];

const cutCases = CUTS.flatMap(({ name, file, beside = {}, places }) =>
  places.map((at) => ({ name, at, files: { ...beside, [name]: file.slice(0, at) } })),
);

describe("a file that is cut off", () => {
  it.each(cutCases)("$name after $at bytes", async ({ name, files }) => {
    expect(await attempt(sources(files))).toEqual(expect.stringContaining(name));
  });

  it("is no part of a folder of pictures: it is left out and counted", async () => {
    const one = PNGS[0] ?? new Uint8Array();
    const jpg = JPEGS[0] ?? new Uint8Array();
    const data = placeOf(one, "IDAT");
    const scan = placeOf(jpg, [0xff, 0xda]);
    const cuts: Files = Object.fromEntries([
      ...[8, 20, 33, data, data + 4, data + 30, one.length - 12, one.length - 1].map(
        (at) => [`shapes/disc/${at}.png`, one.slice(0, at)] as const,
      ),
      ...[3, 20, scan, scan + 14, Math.floor((scan + jpg.length) / 2), jpg.length - 40].map(
        (at) => [`shapes/disc/${at}.jpg`, jpg.slice(0, at)] as const,
      ),
    ]);
    const read = await attempt(sources({ ...pngFolder(SHAPES), ...cuts }));
    if (typeof read === "string") throw new Error(read);
    expectWhole(read);
    expect(read.ignored).toEqual([{ count: Object.keys(cuts).length, reason: "damaged or no square picture" }]);
    expect(read.labels).toHaveLength(12);
  });

  it.each([
    ["PNG", PNGS],
    ["JPEG", JPEGS],
  ] as const)("stands in a row of parquet, which is named: %s", async (_, encoded) => {
    const cut = encoded.map((bytes, i) => (i === 4 ? bytes.slice(0, Math.floor(bytes.length / 2)) : bytes));
    expect(await attempt(sources({ "p.parquet": parquet(cut, { label: LABELS }) }))).toMatch(/row 5 of p\.parquet/);
  });
});
