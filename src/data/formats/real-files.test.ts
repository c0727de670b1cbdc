/** Every file of the shared folder, against expected.json. Where the folder is absent there is nothing to test. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { RawPictures } from "../pictures";
import { classCounts } from "../statistics";
import { CIFAR10_NAMES } from "./class-names";
import { readPictures } from "./read";
import { memorySource } from "./source";

const DATA_DIR = path.resolve(process.env.DATA_DIR || "../shared/data");
const FORMATS = path.join(DATA_DIR, "formats");

interface Expected {
  readonly cifar10: { readonly train_labels: number[]; readonly test_labels: number[] };
  readonly cifar100: Readonly<Record<"train_fine" | "train_coarse" | "test_fine" | "test_coarse", number[]>>;
  readonly first_train_pixel_rgb: number[];
  readonly channel_sums_rgb: Readonly<Record<"train" | "test" | "train_first_60", number[]>>;
}

function read(...names: string[]): Promise<RawPictures> {
  return readPictures(
    names.map((name) => memorySource(path.basename(name), new Uint8Array(readFileSync(path.join(DATA_DIR, name))))),
  );
}

/** Sum of each channel over the pictures from one place to another. */
function channelSums({ pixels, size }: RawPictures, from: number, to: number): number[] {
  const length = size * size * 3;
  const sums = [0, 0, 0];
  for (let i = from * length; i < to * length; i++) sums[i % 3] = (sums[i % 3] ?? 0) + (pixels[i] ?? 0);
  return sums;
}

if (existsSync(path.join(FORMATS, "expected.json"))) {
  console.log(`The files of ${DATA_DIR} are tested as well.`);
  const expected = JSON.parse(readFileSync(path.join(FORMATS, "expected.json"), "utf8")) as Expected;
  const sums = expected.channel_sums_rgb;
  const { train_labels, test_labels } = expected.cifar10;
  const { train_fine, train_coarse, test_fine, test_coarse } = expected.cifar100;

  describe("the files of formats/", () => {
    it.each(["cifar10_data_batch_1.bin", "cifar10_py_data_batch_1", "images_labels.npz"])(
      "%s has the labels and channel sums of expected.json",
      async (name) => {
        const pictures = await read(`formats/${name}`);
        expect([...pictures.labels]).toEqual(train_labels);
        expect(channelSums(pictures, 0, train_labels.length)).toEqual(sums.train);
        expect([...pictures.pixels.subarray(0, 3)]).toEqual(expected.first_train_pixel_rgb);
        expect(pictures.splitRule).toEqual({ kind: "order" });
      },
    );

    it.each(["cifar-10-binary.tar.gz", "cifar-10-python.tar.gz"])("%s has both splits and the names", async (name) => {
      const pictures = await read(`formats/${name}`);
      const train = train_labels.length;
      expect([...pictures.labels]).toEqual([...train_labels, ...test_labels]);
      expect(pictures.splitRule).toEqual({ kind: "given", testFrom: train });
      expect(channelSums(pictures, 0, train)).toEqual(sums.train);
      expect(channelSums(pictures, train, train + test_labels.length)).toEqual(sums.test);
      expect(pictures).toMatchObject({ name: "CIFAR-10", source: name, classNames: CIFAR10_NAMES, ignored: [] });
    });

    it.each([
      ["cifar100_train.bin", train_fine, train_coarse],
      ["cifar100_py_train", train_fine, train_coarse],
      ["cifar-100-python.tar.gz", [...train_fine, ...test_fine], [...train_coarse, ...test_coarse]],
    ])("%s has fine and coarse labels", async (name, fine, coarse) => {
      const pictures = await read(`formats/${name}`);
      expect([...pictures.labels]).toEqual(fine);
      expect([...(pictures.coarse?.labels ?? [])]).toEqual(coarse);
      expect(channelSums(pictures, 0, train_fine.length)).toEqual(sums.train);
      expect(pictures.name).toBe("CIFAR-100");
      expect(pictures.coarse?.classNames).toHaveLength(20);
    });

    it("cifar10_train.parquet has the first 60 pictures", async () => {
      const pictures = await read("formats/cifar10_train.parquet");
      expect([...pictures.labels]).toEqual(train_labels.slice(0, 60));
      expect(channelSums(pictures, 0, 60)).toEqual(sums.train_first_60);
      expect([...pictures.pixels.subarray(0, 3)]).toEqual(expected.first_train_pixel_rgb);
    });
  });

  describe("the real shards", () => {
    it("join to one set with the test of its own", async () => {
      const pictures = await read("cifar10/test_batch.bin", "cifar10/data_batch_1.bin");
      expect(pictures.splitRule).toEqual({ kind: "given", testFrom: 10_000 });
      expect(classCounts(pictures.labels.subarray(0, 10_000), 10).reduce((a, b) => a + b)).toBe(10_000);
      expect(pictures.labels.length).toBeGreaterThan(10_000);
    });
  });
} else {
  console.log(`No files at ${FORMATS}: only files that the tests write themselves are tested.`);
}
