/** What a file may ask for: refused or read in pieces before the memory is taken. Some limits are lowered, so that it is quick. */
import { expect, it } from "vitest";
import { int64, npy } from "../../../test/files/arrays";
import { cifarFile } from "../../../test/files/cifar";
import { parquet, pngFolder, pngs } from "../../../test/files/encoded";
import { makeShapes } from "../shapes";
import { pairArrays } from "./arrays";
import { readNpy } from "./npy";
import { readParquet } from "./parquet";
import { readPictures } from "./read";
import { type FileSource, memorySource, Reading } from "./source";

const LIMITS = { pictures: 70 * 3072, rows: 7 };
const SHAPES = makeShapes({ seed: 3, count: 30 });
const LABELS = [...SHAPES.labels];

/** Notes which files are read to their end. */
function noting(read: string[], path: string, bytes: Uint8Array): FileSource {
  const source = memorySource(path, Uint8Array.from(bytes));
  return {
    ...source,
    read: (start, end) => {
      if (end === source.size && end > 512) read.push(path);
      return source.read(start, end);
    },
  };
}

it("stops at the part with which the pictures are too many, and reads none after it", async () => {
  const read: string[] = [];
  const shards = ["1", "2", "3", "4", "5"].map((name, i) => {
    return noting(read, name, cifarFile(makeShapes({ seed: i, count: 30 })));
  });
  await expect(readPictures(shards, { limits: LIMITS })).rejects.toThrow(
    /more than fit in memory here\. Choose fewer files/,
  );
  expect(read).toEqual(["1", "2", "3"]);
});

it("counts the pictures of folders, in all of their splits", async () => {
  const files = ["train", "val", "test"].flatMap((split, i) =>
    Object.entries(pngFolder(makeShapes({ seed: i, count: 30 }), split)),
  );
  const sources = files.map(([path, bytes]) => memorySource(path, Uint8Array.from(bytes)));
  await expect(readPictures(sources, { limits: LIMITS })).rejects.toThrow(/more than fit in memory here/);
});

it("refuses a parquet with more rows in a group than are held at once", async () => {
  const file = parquet(pngs(SHAPES), { label: LABELS });
  const read = (options = {}) => readParquet(memorySource("p", file), new Reading(file.length, options));
  expect([...(await read()).labels]).toEqual(LABELS);
  // Two groups, of 16 and 14 rows.
  await expect(read({ limits: { ...LIMITS, rows: 15 } })).rejects.toThrow(
    /p has a row group of 16 rows; up to 15 are read at once\. Write it with smaller row groups/,
  );
  expect([...(await read({ limits: { ...LIMITS, rows: 16 } })).labels]).toEqual(LABELS);
});

it("looks at numbers where they stand, whatever their type", () => {
  const file = npy("|i1", [4], Uint8Array.of(255, 0, 127, 128));
  const { values } = readNpy("a.npy", file);
  expect(values).toEqual(Int8Array.of(-1, 0, 127, -128));
  expect((values as Int8Array).buffer).toBe(file.buffer);
  expect(readNpy("b.npy", npy(">i2", [2], Uint8Array.of(0, 1, 255, 255))).values).toEqual(Int16Array.of(1, -1));
  // Not where a number of eight bytes may begin.
  const askew = Uint8Array.from([0, ...npy("<i8", [2], int64([5, -6]))]).subarray(1);
  expect([...Array.from(readNpy("c.npy", askew).values, Number)]).toEqual([5, -6]);
});

it("refuses texts without characters, of which a file without a body could claim a billion", async () => {
  expect(() => readNpy("n.npy", npy("<U0", [1_000_000_000], new Uint8Array()))).toThrow(/values of type <U0/);
});

it("makes no texts of an array with more names than there can be classes", async () => {
  const names = readNpy("label_names.npy", npy("<U1", [1_000_000], new Uint8Array(4e6)));
  const pair = [
    readNpy("x.npy", npy("|u1", [2, 4, 4], new Uint8Array(32))),
    readNpy("y.npy", npy("|u1", [2], Uint8Array.of(0, 1))),
  ];
  for await (const part of pairArrays([names, ...pair], new Reading(1, {}))) expect(part.names).toBeNull();
});

it("reads no list of a zip that is longer than so many files would need", async () => {
  let asked = 0;
  const size = 1.9e9;
  const end = new Uint8Array(22);
  const view = new DataView(end.buffer);
  view.setUint32(0, 0x06054b50, true);
  view.setUint16(10, 1, true);
  view.setUint32(12, size - 22, true);
  const zip: FileSource = {
    path: "huge.zip",
    size,
    read: async (start, to) => {
      asked = Math.max(asked, to - start);
      const bytes = new Uint8Array(Math.min(to - start, 1e6));
      if (start === 0) bytes.set([0x50, 0x4b, 3, 4]);
      if (to === size) bytes.set(end, bytes.length - 22);
      return bytes;
    },
  };
  await expect(readPictures([zip])).rejects.toThrow(/huge\.zip holds more than 300,000 files/);
  expect(asked).toBeLessThan(1e6);
});
