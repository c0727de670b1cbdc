/** Pairs arrays of pictures with arrays of labels, fine and coarse (.npz, .npy, IDX), and turns a pair into pictures. */
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
/** "coarse_labels.npy", beside the fine ones. */
const saysCoarse = ({ path }: NumberArray) => wordsOf(path).includes("coarse");
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
function classNamesOf(arrays: readonly NumberArray[], coarse: boolean): readonly string[] | null {
  for (const array of arrays.filter(({ type, shape }) => type === "text" && shape.length === 1)) {
    const [count = 0] = array.shape;
    const words = wordsOf(array.path);
    const forEach = arrays.some(({ type, shape }) => type !== "text" && shape[0] === count);
    const called = words.some(saysLabels) || (words.join() === "names" && !forEach);
    if (!called || count > CLASSES_LIMIT || saysCoarse(array) !== coarse) continue;
    const texts = npyTexts(array);
    if (new Set(texts).size === count) return texts;
  }
  return null;
}

/** Coarse labels are those of pictures that have no others. */
function labelsOf(
  pictures: NumberArray,
  labels: readonly NumberArray[],
): { readonly own: NumberArray | undefined; readonly coarse: NumberArray | undefined } {
  const coarse = partner(pictures, labels.filter(saysCoarse));
  const fine = partner(
    pictures,
    labels.filter((array) => !saysCoarse(array)),
  );
  return fine ? { own: fine, coarse } : { own: coarse, coarse: undefined };
}

/** Pictures without labels, or the other way round: the other half may be a file that could not be read. */
export class Unpaired extends DataError {}

/** @throws Unpaired */
export async function* pairArrays(arrays: readonly NumberArray[], reading: Reading): AsyncGenerator<Part> {
  const names = { names: classNamesOf(arrays, false), coarseNames: classNamesOf(arrays, true) };
  let labels = arrays.filter(isLabels);
  const sets = arrays.filter((array) => array.type !== "text" && !isLabels(array));
  for (const pictures of sets) {
    const { own, coarse } = labelsOf(pictures, labels);
    const count = pictures.shape[0] ?? 0;
    if (!own) {
      throw new Unpaired(
        `${baseName(pictures.path)} has ${counted(count, "picture")}, but there is no array of ${counted(count, "label")}. Give both, as two files or in one .npz.`,
      );
    }
    labels = labels.filter((array) => array !== own && array !== coarse);
    yield { ...(await arrayPictures(pictures, own, coarse, reading)), ...names };
  }
  if (sets.length === 0) {
    throw new Unpaired(
      `${baseName((labels[0] ?? arrays[0])?.path ?? "")} holds labels without pictures. Give the file with the pictures as well.`,
    );
  }
}

async function arrayPictures(
  pictures: NumberArray,
  labels: NumberArray,
  coarse: NumberArray | undefined,
  reading: Reading,
): Promise<Omit<Part, "names" | "coarseNames">> {
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
    ...readLabels({ labels, coarse }, count, pixels, area * 3),
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

/** @returns −1 for a picture that is marked as without a label. @throws DataError */
function labelAt({ path, values }: NumberArray, picture: number, count: number): number {
  const label = Number(values[picture]);
  if (!Number.isInteger(label) || label < -1) {
    throw new DataError(
      `${baseName(path)}: record ${thousands(picture + 1)} of ${thousands(count)} has the label ${label}; labels are whole numbers from 0.`,
    );
  }
  checkClassCount(baseName(path), label);
  return label;
}

/** Pictures without a label are left out. */
function readLabels(
  arrays: { readonly labels: NumberArray; readonly coarse: NumberArray | undefined },
  count: number,
  pixels: Part["pixels"],
  length: number,
): Pick<Part, "labels" | "coarse" | "ignored" | "pixels"> {
  const labels = new Uint16Array(count);
  const coarse = arrays.coarse ? new Uint16Array(count) : null;
  let kept = 0;
  for (let i = 0; i < count; i++) {
    const label = labelAt(arrays.labels, i, count);
    const coarseLabel = arrays.coarse ? labelAt(arrays.coarse, i, count) : 0;
    if (label === -1 || coarseLabel === -1) continue;
    labels[kept] = label;
    if (coarse) coarse[kept] = coarseLabel;
    if (kept < i) pixels.copyWithin(kept * length, i * length, (i + 1) * length);
    kept++;
  }
  const unlabelled = count - kept;
  const paths = [arrays.labels, ...(arrays.coarse ? [arrays.coarse] : [])].map(({ path }) => baseName(path));
  return {
    labels: labels.slice(0, kept),
    coarse: coarse?.slice(0, kept) ?? null,
    pixels: unlabelled > 0 ? pixels.slice(0, kept * length) : pixels,
    ignored: unlabelled > 0 ? [{ count: unlabelled, reason: `no label in ${paths.join(" or ")}` }] : [],
  };
}
