/** Which array, column or text tells the labels and the names of the classes; a guess is none. */
import { describe, expect, it } from "vitest";
import { type Files, zip } from "../../../test/files/archives";
import { int64, npy } from "../../../test/files/arrays";
import { COARSE, cifarFile, FINE } from "../../../test/files/cifar";
import { parquet, pngFolder, pngs } from "../../../test/files/encoded";
import { makeShapes } from "../shapes";
import { CIFAR100_COARSE_NAMES, CIFAR100_NAMES } from "./class-names";
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
  const files = { "images.npy": images, "labels_a.npy": whole(LABELS), "labels_b.npy": whole(IDS) };
  await expect(read({ "set.npz": zip(files) })).rejects.toThrow(
    /labels_[ab]\.npy and labels_[ab]\.npy could both be the labels of images\.npy/,
  );
});

describe("fine and coarse labels of arrays", () => {
  const times = (factor: number, labels: readonly number[] = LABELS) => labels.map((label) => factor * label);
  const fine = { "fine_labels.npy": whole(times(FINE)), "coarse_labels.npy": whole(times(COARSE)) };

  it("are both read, and make CIFAR-100", async () => {
    const pictures = await read({ "cifar-100.npz": zip({ "data.npy": images, ...fine }) });
    expect([...pictures.labels]).toEqual(times(FINE));
    expect([...(pictures.coarse?.labels ?? [])]).toEqual(times(COARSE));
    expect(pictures).toMatchObject({ name: "CIFAR-100", classNames: CIFAR100_NAMES, ignored: [] });
    expect(pictures.coarse?.classNames).toEqual(CIFAR100_COARSE_NAMES);
  });

  it("go with the pictures of their split, beside names of their own", async () => {
    const other = makeShapes({ seed: 4, count: 40 });
    const names = (count: number) => texts(Array.from({ length: count }, (_, i) => `class ${i}`));
    const pictures = await read({
      "x_train.npy": images,
      "y_train_fine.npy": whole(times(2)),
      "y_train_coarse.npy": whole(LABELS),
      "x_test.npy": npy("|u1", [40, 32, 32, 3], other.pixels),
      "y_test_coarse.npy": whole([...other.labels]),
      "y_test_fine.npy": whole(times(2, [...other.labels])),
      "fine_label_names.npy": names(19),
      "coarse_label_names.npy": names(10),
    });
    expect([...pictures.labels]).toEqual(times(2, [...LABELS, ...other.labels]));
    expect([...(pictures.coarse?.labels ?? [])]).toEqual([...LABELS, ...other.labels]);
    expect([pictures.classNames.length, pictures.coarse?.classNames.length]).toEqual([19, 10]);
    expect(pictures.name).not.toBe("CIFAR-100");
    expect(pictures.splitRule).toEqual({ kind: "given", testFrom: 40 });
  });

  it("keep numbers for names where they are none of CIFAR-100's", async () => {
    const { name, coarse } = await read({
      "set.npz": zip({ ...fine, "data.npy": images, "coarse_labels.npy": whole(times(5)) }),
    });
    expect(name).toBe("set");
    expect(coarse?.classNames.at(-1)).toBe("45");
  });

  it("leave out pictures that lack one of them; coarse ones alone are the labels", async () => {
    const gap = times(COARSE).map((label, i) => (i === 3 ? -1 : label));
    const files = { "data.npy": images, "coarse_labels.npy": whole(gap) };
    const both = await read({ "a.npz": zip({ ...fine, ...files }) });
    expect([...both.labels]).toEqual(times(FINE).filter((_, i) => i !== 3));
    expect(both.ignored).toEqual([{ count: 1, reason: "no label in fine_labels.npy or coarse_labels.npy" }]);
    const alone = await read({ "a.npz": zip(files) });
    expect([...alone.labels]).toEqual(times(COARSE).filter((_, i) => i !== 3));
    expect(alone.coarse).toBeUndefined();
  });
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
