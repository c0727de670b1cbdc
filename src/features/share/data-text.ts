/** How a file names the pictures that it was made of. */
import type { DataName } from "../../domain/dataset";

/** In one line; empty when none are known. Runs of one data set name it once. */
export function dataText(sets: readonly DataName[]): string {
  const texts = [...new Set(sets.map(({ name, hash }) => `${name.replace(/\s+/g, " ")}, hash ${hash}`))];
  if (texts.length === 0) return "";
  return `Data set${texts.length > 1 ? "s" : ""} ${texts.join("; ")}`;
}
