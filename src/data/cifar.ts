/**
 * Reads the binary form of CIFAR-10: records of one label byte, then 1,024 red, 1,024 green and 1,024 blue bytes, rows
 * from the top. Source: https://www.cs.toronto.edu/~kriz/cifar.html, "Binary version".
 */
import { DataError } from "../domain/dataset";
import { counted, type RawPictures, thousands } from "./pictures";

const SIZE = 32;
const PLANE = SIZE * SIZE;
export const CIFAR_RECORD = 1 + 3 * PLANE;
/** CIFAR-100 has a coarse and a fine label in front of each picture. */
const CIFAR100_RECORD = CIFAR_RECORD + 1;

export const CIFAR_CLASSES = [
  "airplane",
  "automobile",
  "bird",
  "cat",
  "deer",
  "dog",
  "frog",
  "horse",
  "ship",
  "truck",
] as const;

/**
 * @param name the file's name, for messages
 * @throws DataError when the file is empty, is no whole number of records, or a label is not 0..9
 */
export function readCifar10(name: string, buffer: ArrayBuffer): RawPictures {
  const bytes = new Uint8Array(buffer);
  checkSize(name, bytes.length);
  const count = bytes.length / CIFAR_RECORD;
  const labels = new Uint16Array(count);
  const pixels = new Uint8Array(count * PLANE * 3);
  for (let record = 0; record < count; record++) {
    const start = record * CIFAR_RECORD;
    const label = bytes[start] ?? 0;
    if (label >= CIFAR_CLASSES.length) {
      throw new DataError(
        `${name}: record ${thousands(record + 1)} of ${thousands(count)} has the label ${label}, but CIFAR-10 labels go from 0 to 9. The file is damaged or not in the CIFAR-10 binary form.`,
      );
    }
    labels[record] = label;
    interleave(bytes.subarray(start + 1, start + CIFAR_RECORD), pixels.subarray(record * PLANE * 3));
  }
  return {
    name: "CIFAR-10",
    source: name,
    classNames: CIFAR_CLASSES,
    size: SIZE,
    pixels,
    labels,
    splitRule: { kind: "order" },
    ignored: [],
  };
}

/** [3, 32, 32] to [32, 32, 3]. */
function interleave(planes: Uint8Array, picture: Uint8Array): void {
  for (let pixel = 0, to = 0; pixel < PLANE; pixel++, to += 3) {
    picture[to] = planes[pixel] ?? 0;
    picture[to + 1] = planes[pixel + PLANE] ?? 0;
    picture[to + 2] = planes[pixel + 2 * PLANE] ?? 0;
  }
}

function checkSize(name: string, length: number): void {
  if (length === 0) throw new DataError(`${name} is empty. Choose a CIFAR-10 shard such as data_batch_1.bin.`);
  const over = length % CIFAR_RECORD;
  if (over === 0) return;
  if (length % CIFAR100_RECORD === 0) {
    throw new DataError(
      `${name} has ${counted(length, "byte")}: records of ${thousands(CIFAR100_RECORD)} bytes, as in CIFAR-100. Only CIFAR-10 shards (${thousands(CIFAR_RECORD)} bytes a record) can be read.`,
    );
  }
  const whole = (length - over) / CIFAR_RECORD;
  const nearest = Math.max(1, Math.round(length / CIFAR_RECORD));
  throw new DataError(
    `${name} has ${counted(length, "byte")}, which is not a whole number of CIFAR-10 records of ${thousands(CIFAR_RECORD)} bytes: ${counted(whole, "record")} and ${counted(over, "byte")} more. The nearest whole size is ${thousands(nearest * CIFAR_RECORD)} bytes (${counted(nearest, "record")}). Download the file again, or choose a .bin file of the binary version.`,
  );
}
