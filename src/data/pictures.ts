/** What every reader gives: labelled pictures as they were read, before resizing and splitting. Keep them to assemble again. */
import type { Dataset } from "../domain/dataset";

/**
 * How pictures fall into splits: by their place in the file; with the test pictures that the set itself gives, from one
 * place on; or so that all pictures of a group (one emoji by several artists) fall into the same split.
 */
export type SplitRule =
  | { readonly kind: "order" }
  | { readonly kind: "given"; readonly testFrom: number }
  /** [count], the group of each picture. */
  | { readonly kind: "groups"; readonly groups: Uint32Array };

export interface RawPictures
  extends Pick<Dataset, "name" | "source" | "classNames" | "size" | "ignored" | "attribution"> {
  /** [count, size, size, 3], 0..255. */
  readonly pixels: Uint8Array;
  /** [count], indices into `classNames`. */
  readonly labels: Uint16Array;
  readonly splitRule: SplitRule;
  /** The coarse classes of CIFAR-100, with a label for each picture. */
  readonly coarse?: { readonly classNames: readonly string[]; readonly labels: Uint16Array };
  /** The files hold one channel; here it stands three times. */
  readonly grey?: boolean;
}

/** 12345 as "12,345", the same on every machine. */
export function thousands(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** "1 picture", "2,000 pictures". */
export function counted(count: number, noun: string, nouns = `${noun}s`): string {
  return `${thousands(count)} ${count === 1 ? noun : nouns}`;
}
