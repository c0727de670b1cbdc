/** Writes small files in the binary form of CIFAR-10, for tests that need one to drop. */
import type { RawPictures } from "../src/data/pictures";
import { makeShapes } from "../src/data/shapes";

/** Records of one label byte and the red, green and blue planes of a 32×32 picture. */
export function cifarFile(pictures: Pick<RawPictures, "labels" | "pixels">): Uint8Array<ArrayBuffer> {
  const record = 3073;
  const file = new Uint8Array(pictures.labels.length * record);
  for (const [i, label] of pictures.labels.entries()) {
    file[i * record] = label;
    for (let j = 0; j < 3072; j++) {
      file[i * record + 1 + (j % 3) * 1024 + Math.floor(j / 3)] = pictures.pixels[i * 3072 + j] ?? 0;
    }
  }
  return file;
}

/** A shard of `count` Shapes pictures; labels go 0, 1, …, 9, 0, … */
export function shapesShard(count: number, seed = 1): Uint8Array<ArrayBuffer> {
  return cifarFile(makeShapes({ seed, count }));
}
