/** Where the pictures of the preview go. Plain geometry. */
import type { DataSummary } from "../../domain/dataset";

/** Pictures shown of each class. */
export const PER_CLASS = 10;

/** Class names as they fit beside the preview: the first of "Food & Drink"; the whole name stays in the title. */
export function shortClassName(name: string): string {
  return name.split(/ [&/,] |, /)[0] ?? name;
}

/** Ignored records in words: "3 ignored: label out of range". */
export function ignoredText(ignored: DataSummary["ignored"]): string {
  const total = ignored.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return "0 ignored";
  return `${total.toLocaleString("en-US")} ignored`;
}

/** Reasons for what was left out, one a line. */
export function ignoredReasons(ignored: DataSummary["ignored"]): string {
  return ignored
    .filter(({ count }) => count > 0)
    .map(({ count, reason }) => `${count}: ${reason}`)
    .join("\n");
}

/** Pictures in rows of ten. */
export function rowsOf(pictures: readonly Uint8Array[]): Uint8Array[][] {
  return Array.from({ length: Math.ceil(pictures.length / PER_CLASS) }, (_, row) =>
    pictures.slice(row * PER_CLASS, (row + 1) * PER_CLASS),
  );
}
