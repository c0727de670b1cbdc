/** Figures of a data set: class counts, mean and spread of the channels, hash. */
import { HASH_VERSION } from "../domain/dataset";
import { digest } from "./digest";
import type { RawPictures } from "./pictures";

type Triple = readonly [number, number, number];

/** Pictures of each class. @returns [classes] */
export function classCounts(labels: Uint16Array, classes: number, picked: Iterable<number> = labels.keys()): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const picture of picked) {
    const label = labels[picture] ?? 0;
    counts[label] = (counts[label] ?? 0) + 1;
  }
  return counts;
}

/** One grey level: a channel that never changes must not be divided by zero. */
const SMALLEST_STD = 1 / 255;

/**
 * Mean and (population) standard deviation of each channel over the picked pictures, in 0..1. Summed in whole numbers, so
 * the order of the pictures does not matter.
 * @param pixels [count, size, size, 3]
 */
export function channelStatistics(
  pixels: Uint8Array,
  size: number,
  picked: Uint32Array,
): { mean: Triple; std: Triple } {
  const channels = [0, 1, 2].map((channel) => {
    let sum = 0;
    let squares = 0;
    const length = size * size * 3;
    for (const picture of picked) {
      for (let i = picture * length + channel; i < (picture + 1) * length; i += 3) {
        const value = pixels[i] ?? 0;
        sum += value;
        squares += value * value;
      }
    }
    const n = Math.max(1, picked.length * size * size);
    const mean = sum / n / 255;
    const variance = squares / n / 255 ** 2 - mean ** 2;
    return { mean, std: Math.max(SMALLEST_STD, Math.sqrt(Math.max(0, variance))) };
  });
  const triple = (key: "mean" | "std"): Triple => [
    channels[0]?.[key] ?? 0,
    channels[1]?.[key] ?? 0,
    channels[2]?.[key] ?? 0,
  ];
  return { mean: triple("mean"), std: triple("std") };
}

/** Hashed at once: WebCrypto takes no streams, and a second copy of all pictures would double the memory. */
const CHUNK = 1 << 24;

/** All lowest bytes, then all next ones: the same on every machine. */
function bytePlanes(values: Uint16Array | Uint32Array): Uint8Array[] {
  return Array.from({ length: values.BYTES_PER_ELEMENT }, (_, byte) =>
    Uint8Array.from(values, (value) => (value >>> (8 * byte)) & 255),
  );
}

/**
 * SHA-256, in hexadecimal, over a head in JSON (version of this definition, names of the classes and coarse classes, size, number
 * of pictures, rule of the split), the byte planes of labels, coarse labels and groups, and the SHA-256 of each 16 MiB of the
 * pixels.
 */
export async function hashPictures(
  pictures: Pick<RawPictures, "classNames" | "size" | "labels" | "pixels" | "coarse" | "splitRule">,
): Promise<string> {
  const { classNames, size, labels, pixels, coarse, splitRule } = pictures;
  const head = {
    ...{ version: HASH_VERSION, classNames, coarseNames: coarse?.classNames ?? null, size, count: labels.length },
    split: splitRule.kind === "given" ? splitRule.testFrom : splitRule.kind,
  };
  const parts: Uint8Array[] = [
    new TextEncoder().encode(JSON.stringify(head)),
    ...bytePlanes(labels),
    ...(coarse ? bytePlanes(coarse.labels) : []),
    ...(splitRule.kind === "groups" ? bytePlanes(splitRule.groups) : []),
  ];
  for (let at = 0; at < pixels.length; at += CHUNK) {
    parts.push(await digest(pixels.subarray(at, at + CHUNK)));
  }
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return Array.from(await digest(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Weights that make each class count the same in a loss: total / (classes present · count). The mean weight over the
 * pictures is 1; a class without pictures has the weight 1, as it may still turn up in another split.
 */
export function classWeights(counts: readonly number[]): Float32Array {
  const present = counts.filter((count) => count > 0);
  const total = present.reduce((sum, count) => sum + count, 0);
  return Float32Array.from(counts, (count) => (count > 0 ? total / (present.length * count) : 1));
}
