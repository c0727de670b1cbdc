/** What both forms of CIFAR share: pictures of 32×32 as 1,024 red, 1,024 green and 1,024 blue bytes, and two sets of labels. */
import { interleave, type Part } from "./part";
import type { Reading } from "./source";

const SIZE = 32;
const PLANE = SIZE * SIZE;
/** Bytes of a picture. */
export const CIFAR_PIXELS = 3 * PLANE;

export type CifarSet = "CIFAR-10" | "CIFAR-100";
/** Of CIFAR-100 the fine ones. */
export const HIGHEST_LABEL: Readonly<Record<CifarSet, number>> = { "CIFAR-10": 9, "CIFAR-100": 99 };
export const HIGHEST_COARSE = 19;

/** @param planes the bytes of one picture, [3072] */
export async function cifarPart(
  part: Pick<Part, "path" | "role" | "labels" | "coarse"> & { readonly set: CifarSet },
  planes: (picture: number) => Uint8Array,
  reading: Reading,
): Promise<Part> {
  const count = part.labels.length;
  const pixels = new Uint8Array(count * CIFAR_PIXELS);
  for (let i = 0; i < count; i++) {
    interleave(planes(i), PLANE, pixels, i * CIFAR_PIXELS);
    if (i % 1024 === 0) await reading.checkpoint();
  }
  return { ...part, kind: "pictures", size: SIZE, grey: false, pixels, names: null, coarseNames: null, ignored: [] };
}
