/** Which array, column or text tells the labels and the names of the classes; a guess is none. */
import { expect, it } from "vitest";
import { type Files, zip } from "../../../test/files/archives";
import { int64, npy } from "../../../test/files/arrays";
import { cifarFile } from "../../../test/files/cifar";
import { parquet, pngFolder, pngs } from "../../../test/files/encoded";
import { makeShapes } from "../shapes";
import { readPictures } from "./read";
import { memorySource } from "./source";

const SHAPES = makeShapes({ seed: 3, count: 40 });
const LABELS = [...SHAPES.labels];
const IDS = LABELS.map((_, i) => i);
const images = npy("|u1", [40, 32, 32, 3], SHAPES.pixels);
const whole = (values: readonly number[]) => npy("<i8", [values.length], int64(values));
const lines = (texts: readonly string[]) => new TextEncoder().encode(texts.join("\n"));

/** Fixed-width text, as NumPy keeps it. */
function texts(values: readonly string[]): Uint8Array<ArrayBuffer> {
  const width = Math.max(...values.map(({ length }) => length));
  const codes = values.flatMap((value) => Array.from({ length: width }, (_, i) => value.codePointAt(i) ?? 0));
  return npy(`<U${width}`, [values.length], new Uint8Array(Uint32Array.from(codes).buffer));
}

function read(files: Files) {
  return readPictures(Object.entries(files).map(([path, bytes]) => memorySource(path, Uint8Array.from(bytes))));
}

it("takes the array that is called labels, not the one whose name is like that of the pictures", async () => {
  for (const name of ["labels", "y", "target", "class_index"]) {
    const { labels } = await read({
      "set.npz": zip({ "images.npy": images, "ids.npy": whole(IDS), [`${name}.npy`]: whole(LABELS) }),
    });
    expect([...labels]).toEqual(LABELS);
  }
  const pair = { "x_a.npy": images, "y_a.npy": whole(LABELS), "y_b.npy": whole(IDS) };
  expect([...(await read(pair)).labels]).toEqual(LABELS);
});

it("takes none of two that are as good", async () => {
  const files = { "images.npy": images, "fine_labels.npy": whole(LABELS), "coarse_labels.npy": whole(IDS) };
  await expect(read({ "set.npz": zip(files) })).rejects.toThrow(
    /(fine|coarse)_labels\.npy and (fine|coarse)_labels\.npy could both be the labels of images\.npy/,
  );
});

it("takes texts for names of classes only when they are called so and are no texts of the pictures", async () => {
  const files = { "images.npy": images, "labels.npy": whole(LABELS) };
  const named = (more: Files) => read({ "set.npz": zip({ ...files, ...more }) }).then(({ classNames }) => classNames);
  const numbers = Array.from({ length: 10 }, (_, i) => String(i));
  expect(await named({ "label_names.npy": texts(SHAPES.classNames) })).toEqual(SHAPES.classNames);
  expect(await named({ "names.npy": texts(SHAPES.classNames) })).toEqual(SHAPES.classNames);
  const fileNames = texts(IDS.map((i) => `${i}.png`));
  for (const name of ["filenames", "file_names", "names"])
    expect(await named({ [`${name}.npy`]: fileNames })).toEqual(numbers);
  expect(await named({ "label_texts.npy": texts(LABELS.map((label) => `class ${label}`)) })).toEqual(numbers);
});

it("leaves parts that name their classes those names, whatever text lies beside them", async () => {
  const other = lines(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]);
  const names = [...SHAPES.classNames].sort();
  expect((await read({ ...pngFolder(SHAPES), "shapes/labels.txt": other })).classNames).toEqual(names);
  const hub = parquet(pngs(SHAPES), { label: LABELS }, SHAPES.classNames);
  expect((await read({ "train.parquet": hub, "labels.txt": other })).classNames).toEqual(SHAPES.classNames);
});

it("takes a table of labels for no list of names", async () => {
  const table = lines(LABELS.map((label, i) => `${i}.png,${label}`));
  const { classNames } = await read({ "images.npy": images, "y.npy": whole(LABELS), "labels.csv": table });
  expect(classNames[0]).toBe("0");
});

it("takes the only column of numbers of a parquet for the labels, and none of several", async () => {
  expect([...(await read({ p: parquet(pngs(SHAPES), { shape: LABELS }) })).labels]).toEqual(LABELS);
  await expect(read({ p: parquet(pngs(SHAPES), { index: IDS, shape: LABELS }) })).rejects.toThrow(
    /p has the columns image, index, shape: .* called label/,
  );
});

it("refuses a million names of classes", async () => {
  const many = Array.from({ length: 1_000_000 }, (_, i) => `c${i}`);
  await expect(read({ p: parquet(pngs(SHAPES), { label: LABELS }, many) })).rejects.toThrow(
    /p names 1,000,000 classes; up to 1,000 classes/,
  );
  const meta = { "a.bin": cifarFile(SHAPES), "meta.txt": lines(many.slice(0, 900)) };
  expect((await read(meta)).classNames).toHaveLength(900);
});
