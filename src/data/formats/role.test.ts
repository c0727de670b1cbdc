/** Which files are the test: by their own names, their folders, and the archives they lie in. */
import { expect, it } from "vitest";
import { type Files, gzip, tar, zip } from "../../../test/files/archives";
import { npz } from "../../../test/files/arrays";
import { cifarFile } from "../../../test/files/cifar";
import { pngFolder } from "../../../test/files/encoded";
import { makeShapes } from "../shapes";
import { readPictures } from "./read";
import { rolesByPath } from "./role";
import { memorySource } from "./source";

const SHAPES = makeShapes({ seed: 3, count: 40 });
const OTHER = makeShapes({ seed: 4, count: 20 });

it("takes a file's own name before its folders, and no word of a folder that all lie in", () => {
  expect(rolesByPath(["test data/data_batch_1.bin", "test data/test_batch.bin"])).toEqual([null, "test"]);
  expect(rolesByPath(["test/train/x.bin", "test/val/x.bin"])).toEqual(["train", "validation"]);
  expect(rolesByPath(["a/test/train_1.bin", "b/x.bin"])).toEqual(["train", null]);
  expect(rolesByPath(["test.zip/a.bin"])).toEqual([null]);
});

const arrays = (shapes: typeof SHAPES) => npz([shapes.labels.length, 32, 32, 3], shapes.pixels, shapes.labels);
const FILES: readonly (readonly [what: string, files: Files | Promise<Files>])[] = [
  ["two .npz", { "train.npz": arrays(SHAPES), "test.npz": arrays(OTHER) }],
  ["two zips of class folders", { "train.zip": zip(pngFolder(SHAPES)), "test.zip": zip(pngFolder(OTHER)) }],
  [
    "two tar.gz",
    Promise.all([tar({ "a.bin": cifarFile(SHAPES) }), tar({ "a.bin": cifarFile(OTHER) })]).then(([train, test]) => ({
      "training.tar.gz": gzip(train),
      "test.tar.gz": gzip(test),
    })),
  ],
  [
    "class folders in a folder called test",
    { ...pngFolder(SHAPES, "test set/train"), ...pngFolder(OTHER, "test set/val") },
  ],
  [
    "batches in an archive called test",
    { "test-data.zip": zip({ "data_batch_1.bin": cifarFile(SHAPES), "test_batch.bin": cifarFile(OTHER) }) },
  ],
];

it.each(FILES)("finds the test pictures of %s", async (_, files) => {
  const sources = Object.entries(await files).map(([path, bytes]) => memorySource(path, Uint8Array.from(bytes)));
  const { splitRule, labels } = await readPictures(sources);
  expect(labels).toHaveLength(60);
  expect(splitRule).toEqual({ kind: "given", testFrom: 40 });
});

it("still takes no picture at the root of a zip, whose name is no class", async () => {
  const files = { ...pngFolder(SHAPES), "sample.png": Object.values(pngFolder(OTHER))[0] ?? new Uint8Array() };
  await expect(readPictures([memorySource("set.zip", zip(files))])).rejects.toThrow(/sample\.png is a single picture/);
});
