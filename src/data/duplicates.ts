/** Finds pictures that are the same to the last bit, within a split and across splits, and proves that splits do not overlap. */
import { type Duplicates, type Overlap, SPLITS } from "../domain/dataset";
import type { RawPictures } from "./pictures";
import type { Splits } from "./split";

/**
 * For each picture the first one with the same pixels: itself, when it is the first.
 * @returns [count]
 */
export function firstOfEach({ pixels, size, labels }: Pick<RawPictures, "pixels" | "size" | "labels">): Uint32Array {
  const length = size * size * 3;
  const found = new Map<number, number[]>();
  return Uint32Array.from(labels, (_, picture) => {
    const start = picture * length;
    // FNV-1a, 32 bits: who shares it is compared byte by byte.
    let hash = 0x811c9dc5;
    for (let i = start; i < start + length; i++) hash = Math.imul(hash ^ (pixels[i] ?? 0), 0x01000193);
    const candidates = found.get(hash);
    if (!candidates) {
      found.set(hash, [picture]);
      return picture;
    }
    const same = candidates.find((other) => {
      for (let i = 0; i < length; i++) if (pixels[start + i] !== pixels[other * length + i]) return false;
      return true;
    });
    if (same === undefined) candidates.push(picture);
    return same ?? picture;
  });
}

/** Pictures that an earlier one of the same split equals, and those that one of an earlier split equals; some are both. */
export function countDuplicates(first: Uint32Array, labels: Uint16Array, splits: Splits): Duplicates {
  const seenBefore = new Set<number>();
  const within = { train: 0, validation: 0, test: 0 };
  const across = { validation: 0, test: 0 };
  let otherLabel = 0;
  for (const split of SPLITS) {
    const seen = new Set<number>();
    for (const picture of splits[split]) {
      const kind = first[picture] ?? picture;
      if (seen.has(kind)) within[split]++;
      if (split !== "train" && seenBefore.has(kind)) across[split]++;
      if (kind !== picture && labels[kind] !== labels[picture]) otherLabel++;
      seen.add(kind);
    }
    for (const kind of seen) seenBefore.add(kind);
  }
  return { within, across, otherLabel };
}

/** Counted, not assumed: how many pictures stand in two splits, and how many stand in one. */
export function checkOverlap(count: number, splits: Splits): Overlap {
  const times = new Uint8Array(count);
  for (const split of SPLITS) for (const picture of splits[split]) times[picture] = (times[picture] ?? 0) + 1;
  const once = times.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0);
  return { checked: once, twice: times.reduce((sum, value) => sum + (value > 1 ? 1 : 0), 0) };
}
