/** Labelled pictures in memory, and what the page is told about them. */

/** The data sets that need no file; the first is the default. */
export const BUILT_IN = ["emoji-8", "shapes"] as const;
export type BuiltIn = (typeof BUILT_IN)[number];

export const SPLITS = ["train", "validation", "test"] as const;
/** Search-train (weights), search-validation (architecture), test (never seen by the search). */
export type Split = (typeof SPLITS)[number];

/**
 * Of what a hash is made of. Version 1, which had no number, left out coarse labels and the test pictures of the set's own, so
 * its hashes can be compared with no other.
 */
export const HASH_VERSION = 2;

/** A whole data set. Pictures are square RGB. */
export interface Dataset {
  readonly name: string;
  /** Where it came from: "built in" or the file's name. */
  readonly source: string;
  readonly classNames: readonly string[];
  /** Side of a picture in pixels. */
  readonly size: number;
  /** [count, size, size, 3], 0..255. */
  readonly pixels: Uint8Array;
  /** [count], indices into `classNames`. */
  readonly labels: Uint16Array;
  /** Indices of the pictures of each split; no picture stands in two. */
  readonly splits: Readonly<Record<Split, Uint32Array>>;
  /** Records that were left out, with the reason. */
  readonly ignored: readonly { readonly count: number; readonly reason: string }[];
  /** SHA-256 of pictures, labels, class names and the test pictures that the set gives, in hexadecimal; no setting changes it. */
  readonly hash: string;
  /** Mean and standard deviation of each channel over the search-train split, in 0..1. */
  readonly mean: ChannelFigures["mean"];
  readonly std: ChannelFigures["std"];
  /** Who made the pictures and under which licence, where this must be shown. */
  readonly attribution?: string;
}

/** What an export calls a data set by. */
export type DataName = Pick<Dataset, "name" | "hash">;

/** Of each channel, in 0..1. */
export interface ChannelFigures {
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** Pictures that equal another one to the last bit. */
export interface Duplicates {
  /** An earlier picture of the same split is the same. */
  readonly within: Readonly<Record<Split, number>>;
  /** A picture of an earlier split is the same. */
  readonly across: Readonly<Record<"validation" | "test", number>>;
  /** Of both, those whose labels differ. */
  readonly otherLabel: number;
}

/** The count behind the claim that no picture stands in two splits. */
export interface Overlap {
  /** Pictures that stand in a split. */
  readonly checked: number;
  /** Pictures that stand in more than one. */
  readonly twice: number;
}

/** What the page shows of a data set. Sent from the worker once for each data set. */
export interface DataSummary {
  readonly name: string;
  readonly source: string;
  readonly size: number;
  readonly classNames: readonly string[];
  /** Pictures used, for each class. */
  readonly classCounts: readonly number[];
  readonly used: number;
  /** Pictures that were read; more than `used` when only some of each class are taken. */
  readonly total: number;
  /** Side of the pictures as they were read. */
  readonly rawSize: number;
  readonly grey: boolean;
  /** Fine and coarse labels can be chosen between. */
  readonly hasCoarse: boolean;
  /** The test pictures came with the set. */
  readonly ownTest: boolean;
  /** Over the pictures of the search, at the size at which they were read. */
  readonly figures: ChannelFigures;
  /** For the same set, as others give them. */
  readonly published: ChannelFigures | null;
  readonly duplicates: Duplicates;
  readonly overlap: Overlap;
  readonly ignored: readonly { readonly count: number; readonly reason: string }[];
  readonly splitSizes: Readonly<Record<Split, number>>;
  readonly hash: string;
  /** Up to `perClass` pictures of each class, [class][picture], each [size, size, 3] bytes. */
  readonly preview: readonly (readonly Uint8Array[])[];
  readonly attribution?: string;
}

/** A data set that is kept in the browser from one visit to the next. */
export interface KeptSet {
  /** The hash of the set. */
  readonly id: string;
  readonly name: string;
  readonly source: string;
  /** What it takes in the browser's storage. */
  readonly bytes: number;
}

/** A file or setting that cannot be used. The message says what is wrong, where, and what to do. */
export class DataError extends Error {
  override readonly name = "DataError";
}

/** Numbers of a plan for each picture. */
export const PLAN_WIDTH = 6;

/**
 * How each picture of a batch is augmented: [count, 6] of row shift, column shift (−pad..pad), flip (0 or 1), and the hole of
 * cutout: row and column of its centre, and half its side, 0 for none.
 */
export interface AugmentationPlan {
  readonly count: number;
  readonly values: Int32Array;
}
