/** Pairs arrays of pictures with arrays of labels (.npz, .npy, IDX), and turns a pair into pictures. */
import { DataError } from "../../domain/dataset";
import { CLASSES_LIMIT } from "../limits";
import { counted, thousands } from "../pictures";
import { npyTexts } from "./npy";
import { checkClassCount, checkPictures, type NumberArray, type Part } from "./part";
import { pathRole } from "./role";
import { baseName, type Reading } from "./source";

/** How the values of a picture lie. */
interface Layout {
  readonly size: number;
  readonly channels: 1 | 3;
  readonly planes: boolean;
}

function isLabels({ shape, type }: NumberArray): boolean {
  return type !== "text" && (shape.length === 1 || (shape.length === 2 && shape[1] === 1));
}

function layoutOf(array: NumberArray): Layout {
  const { path, shape } = array;
  const [, a = 0, b = 0, c] = shape;
  const square = (size: number, other: number, channels: number, planes: boolean): Layout => {
    if (size !== other)
      throw new DataError(`${baseName(path)} has pictures of ${other}×${size}; only square pictures are read.`);
    return { size, channels: channels === 3 ? 3 : 1, planes };
  };
  if (shape.length === 3) return square(b, a, 1, false);
  if (shape.length === 4 && (c === 1 || c === 3)) return square(b, a, c, false);
  if (shape.length === 4 && (a === 1 || a === 3)) return square(c ?? 0, b, a, true);
  if (shape.length === 2 && a === 3072) return { size: 32, channels: 3, planes: true };
  throw new DataError(
    `${baseName(path)} has the shape (${shape.join(", ")}). Pictures have the shape (count, side, side), (count, side, side, 3) or (count, 3, side, side).`,
  );
}

/** "y_train.npy" as y, train. */
function wordsOf(path: string): string[] {
  return baseName(path)
    .toLowerCase()
    .replace(/\.npy$/, "")
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
}

const saysLabels = (word: string) => /^y$|label|target|class/.test(word);
const folderOf = (path: string) => path.slice(0, path.lastIndexOf("/") + 1);

/**
 * The labels with the same count: of the same split, from the same place, called labels, with most words of the name in common.
 * @throws DataError when several are as good
 */
function partner(pictures: NumberArray, labels: readonly NumberArray[]): NumberArray | undefined {
  const own = wordsOf(pictures.path);
  const signs: readonly ((other: NumberArray) => number)[] = [
    ({ path }) => Number(pathRole(path) === pathRole(pictures.path)),
    ({ path }) => Number(folderOf(path) === folderOf(pictures.path)),
    ({ path }) => Number(wordsOf(path).some(saysLabels)),
    ({ path }) => wordsOf(path).filter((word) => own.includes(word)).length,
  ];
  const fitting = labels.filter(({ shape }) => shape[0] === pictures.shape[0]);
  const [best, second] = signs.reduce((left, sign) => {
    const most = Math.max(...left.map(sign));
    return left.filter((other) => sign(other) === most);
  }, fitting);
  if (best && second) {
    throw new DataError(
      `${baseName(best.path)} and ${baseName(second.path)} could both be the labels of ${baseName(pictures.path)}. Give one of them, or call it labels.`,
    );
  }
  return best;
}

/** Names of the classes: texts that are called so, each another, unlike file names or the classes of pictures one by one. */
function classNamesOf(arrays: readonly NumberArray[]): readonly string[] | null {
  for (const array of arrays.filter(({ type, shape }) => type === "text" && shape.length === 1)) {
    const [count = 0] = array.shape;
    const words = wordsOf(array.path);
    const forEach = arrays.some(({ type, shape }) => type !== "text" && shape[0] === count);
    const called = words.some(saysLabels) || (words.join() === "names" && !forEach);
    if (!called || count > CLASSES_LIMIT) continue;
    const texts = npyTexts(array);
    if (new Set(texts).size === count) return texts;
  }
  return null;
}

/** @throws DataError when pictures lack labels or the other way round */
export async function* pairArrays(arrays: readonly NumberArray[], reading: Reading): AsyncGenerator<Part> {
  const names = classNamesOf(arrays);
  const labels = arrays.filter(isLabels);
  const sets = arrays.filter((array) => array.type !== "text" && !isLabels(array));
  for (const pictures of sets) {
    const own = partner(pictures, labels);
    const count = pictures.shape[0] ?? 0;
    if (!own) {
      throw new DataError(
        `${baseName(pictures.path)} has ${counted(count, "picture")}, but there is no array of ${counted(count, "label")}. Give both, as two files or in one .npz.`,
      );
    }
    labels.splice(labels.indexOf(own), 1);
    yield await arrayPictures(pictures, own, names, reading);
  }
  if (sets.length === 0) {
    throw new DataError(
      `${baseName(arrays[0]?.path ?? "")} holds labels without pictures. Give the file with the pictures as well.`,
    );
  }
}

async function arrayPictures(
  pictures: NumberArray,
  labels: NumberArray,
  names: readonly string[] | null,
  reading: Reading,
): Promise<Part> {
  const { path } = pictures;
  const count = pictures.shape[0] ?? 0;
  const { size, channels, planes } = layoutOf(pictures);
  checkPictures(path, count, size);
  const scale = await scaleOf(pictures, reading);
  const area = size * size;
  const pixels: Part["pixels"] = new Uint8Array(count * area * 3);
  const { values } = pictures;
  for (let i = 0; i < count; i++) {
    const from = i * area * channels;
    for (let pixel = 0, to = i * area * 3; pixel < area; pixel++, to += 3) {
      for (let c = 0; c < 3; c++) {
        const channel = channels === 3 ? c : 0;
        const value = Number(values[from + (planes ? channel * area + pixel : pixel * channels + channel)] ?? 0);
        pixels[to + c] = scale === 1 ? Math.round(value) : Math.round(value * scale);
      }
    }
    if (i % 512 === 0) await reading.checkpoint();
  }
  return {
    kind: "pictures",
    path,
    set: null,
    role: null,
    size,
    grey: channels === 1,
    ...readLabels(labels, count, pixels, area * 3),
    coarse: null,
    names,
    coarseNames: null,
  };
}

/** Bytes and whole numbers go from 0 to 255; floats may go from 0 to 1. @throws DataError */
async function scaleOf({ path, type, values }: NumberArray, reading: Reading): Promise<number> {
  if (type === "bytes") return 1;
  let most = 0;
  for (let i = 0; i < values.length; i++) {
    const value = Number(values[i]);
    // Also refuses NaN.
    if (!(value >= 0 && value <= 255)) {
      throw new DataError(
        `${baseName(path)} holds ${value} at place ${thousands(i + 1)}; pictures have values from 0 to 255, or from 0 to 1.`,
      );
    }
    most = Math.max(most, value);
    if (i % 0x40000 === 0) await reading.checkpoint();
  }
  return type === "floats" && most <= 1 ? 255 : 1;
}

/** Pictures labelled −1 are left out: that is how sets mark those without a label. */
function readLabels(
  { path, values }: NumberArray,
  count: number,
  pixels: Part["pixels"],
  length: number,
): Pick<Part, "labels" | "ignored" | "pixels"> {
  const labels = new Uint16Array(count);
  let kept = 0;
  for (let i = 0; i < count; i++) {
    const label = Number(values[i]);
    if (!Number.isInteger(label) || label < -1) {
      throw new DataError(
        `${baseName(path)}: record ${thousands(i + 1)} of ${thousands(count)} has the label ${label}; labels are whole numbers from 0.`,
      );
    }
    if (label === -1) continue;
    checkClassCount(baseName(path), label);
    labels[kept] = label;
    if (kept < i) pixels.copyWithin(kept * length, i * length, (i + 1) * length);
    kept++;
  }
  const unlabelled = count - kept;
  return {
    labels: labels.slice(0, kept),
    pixels: unlabelled > 0 ? pixels.slice(0, kept * length) : pixels,
    ignored: unlabelled > 0 ? [{ count: unlabelled, reason: `no label in ${baseName(path)}` }] : [],
  };
}
