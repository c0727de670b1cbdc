/** What the readers of the formats give: labelled pictures of one file, or something that belongs to them. */
import { DataError } from "../../domain/dataset";
import { CLASSES_LIMIT, PICTURES_LIMIT, SIDE_LIMIT } from "../limits";
import { counted, thousands } from "../pictures";
import { baseName } from "./source";

export type Role = "train" | "test" | "validation";

/** Records that were left out, with the reason. */
export type Ignored = readonly { readonly count: number; readonly reason: string }[];

/** Pictures of one file. */
export interface Part {
  readonly kind: "pictures";
  readonly path: string;
  /** The known set that this is a part of. */
  readonly set: "CIFAR-10" | "CIFAR-100" | null;
  /** Said by the file itself; null where only its name can tell. */
  readonly role: Role | null;
  readonly size: number;
  /** All three channels are the same by the form of the file. */
  readonly grey: boolean;
  /** [count, size, size, 3]. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** [count] */
  readonly labels: Uint16Array;
  /** [count]: the coarse labels of CIFAR-100. */
  readonly coarse: Uint16Array | null;
  readonly names: readonly string[] | null;
  readonly coarseNames: readonly string[] | null;
  readonly ignored: Ignored;
}

/** Names of classes from a file of their own. */
export interface Names {
  readonly kind: "names";
  readonly path: string;
  readonly fine: readonly string[] | null;
  readonly coarse: readonly string[] | null;
}

/** Numbers of any shape (.npy, IDX): pictures or labels, which only the other file of the pair tells. */
export interface NumberArray {
  readonly kind: "array";
  readonly path: string;
  readonly shape: readonly number[];
  readonly values: ArrayLike<number | bigint>;
  /** What the values take in memory. */
  readonly bytes: number;
  /** Kept as they are by ArrayLike of bytes. */
  readonly type: "bytes" | "integers" | "floats" | "text";
  readonly format: "npy" | "IDX";
}

/** One picture file of a folder. */
export interface EncodedPicture {
  readonly kind: "picture";
  readonly path: string;
  /** The path within the archive, where it is in one. */
  readonly inside: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Something that holds no pictures that can be read.
 * `problem`: what to say when nothing else is read; `damaged`: it may be a part of CIFAR that must not be missed.
 */
export interface Other {
  readonly kind: "other";
  readonly path: string;
  readonly reason: string;
  readonly problem: DataError | null;
  readonly damaged?: boolean;
}

export type Item = Part | Names | NumberArray | EncodedPicture | Other;

/**
 * @param count pictures, size their side
 * @throws DataError when there are none, or more than memory should hold
 */
export function checkPictures(path: string, count: number, size: number): void {
  const name = baseName(path);
  if (count === 0) throw new DataError(`${name} holds no pictures.`);
  if (!Number.isInteger(size) || size < 1 || size > SIDE_LIMIT) {
    throw new DataError(`${name} has pictures of ${size}×${size}; sides from 1 to ${SIDE_LIMIT} are read.`);
  }
  if (count * size * size * 3 > PICTURES_LIMIT) {
    throw new DataError(
      `${name} has ${counted(count, "picture")} of ${size}×${size}, more than fit in memory here (${counted(Math.floor(PICTURES_LIMIT / (size * size * 3)), "picture")} of this size). Choose a part of the set.`,
    );
  }
}

/** @param highest the largest label. @throws DataError */
export function checkClassCount(name: string, highest: number): void {
  if (highest >= CLASSES_LIMIT) {
    throw new DataError(
      `${name} has labels up to ${thousands(highest)}; up to ${counted(CLASSES_LIMIT, "class", "classes")} can be searched on.`,
    );
  }
}

/** [n, planes, h·w] of each picture to [n, h·w, planes], for three planes. */
export function interleave(planes: Uint8Array, area: number, picture: Uint8Array, at: number): void {
  for (let pixel = 0, to = at; pixel < area; pixel++, to += 3) {
    picture[to] = planes[pixel] ?? 0;
    picture[to + 1] = planes[pixel + area] ?? 0;
    picture[to + 2] = planes[pixel + 2 * area] ?? 0;
  }
}
