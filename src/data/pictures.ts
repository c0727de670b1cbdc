/** What every reader gives: labelled pictures as they were read, before resizing and splitting. Keep them to assemble again. */
import type { Dataset } from "../domain/dataset";

/**
 * How pictures fall into splits: by their place in the file, or so that all pictures of a group (one emoji by several
 * artists) fall into the same split.
 */
export type SplitRule =
  | { readonly kind: "order" }
  /** [count], the group of each picture. */
  | { readonly kind: "groups"; readonly groups: Uint32Array };

export interface RawPictures
  extends Pick<Dataset, "name" | "source" | "classNames" | "size" | "ignored" | "attribution"> {
  /** [count, size, size, 3], 0..255. */
  readonly pixels: Uint8Array;
  /** [count], indices into `classNames`. */
  readonly labels: Uint16Array;
  readonly splitRule: SplitRule;
}

/** 12345 as "12,345", the same on every machine. */
export function thousands(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** "1 picture", "2,000 pictures". */
export function counted(count: number, noun: string): string {
  return `${thousands(count)} ${noun}${count === 1 ? "" : "s"}`;
}
