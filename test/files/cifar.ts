/** Writes small files in the forms of CIFAR, for tests that need one to drop. */
import type { RawPictures } from "../../src/data/pictures";
import { makeShapes } from "../../src/data/shapes";

export type Pictures = Pick<RawPictures, "labels" | "pixels">;

/** As CIFAR-100 of the same pictures: fine = 10 × label, coarse = 2 × label. */
export const FINE = 10;
export const COARSE = 2;

/** Red, green and blue planes of a 32×32 picture, [3072]. */
function planes({ pixels }: Pick<Pictures, "pixels">, picture: number): Uint8Array {
  return Uint8Array.from(
    { length: 3072 },
    (_, j) => pixels[picture * 3072 + 3 * (j % 1024) + Math.floor(j / 1024)] ?? 0,
  );
}

function records(pictures: Pictures, heads: (label: number) => readonly number[]): Uint8Array<ArrayBuffer> {
  const labels = [...pictures.labels];
  const record = 3072 + heads(0).length;
  const file = new Uint8Array(labels.length * record);
  for (const [i, label] of labels.entries()) file.set([...heads(label), ...planes(pictures, i)], i * record);
  return file;
}

export function cifarFile(pictures: Pictures): Uint8Array<ArrayBuffer> {
  return records(pictures, (label) => [label]);
}

export function cifar100File(pictures: Pictures): Uint8Array<ArrayBuffer> {
  return records(pictures, (label) => [COARSE * label, FINE * label]);
}

/** A shard of `count` Shapes pictures; labels go 0, 1, …, 9, 0, … */
export function shapesShard(count: number, seed = 1): Uint8Array<ArrayBuffer> {
  return cifarFile(makeShapes({ seed, count }));
}

/** Python values, written as Python 2 wrote them with protocol 2. */
type Value =
  | string
  | number
  | boolean
  | null
  | readonly Value[]
  | Uint8Array
  | { readonly dict: readonly [string, Value][] }
  | { readonly array: Pictures };

const ascii = (text: string) => [...text].map((char) => char.charCodeAt(0));
const int32 = (value: number) => [0, 8, 16, 24].map((shift) => (value >>> shift) & 255);

/** Bytes one by one, and large pieces as they are. */
class Out {
  readonly #pieces: Uint8Array[] = [];
  #bytes: number[] = [];

  push(...bytes: number[]): void {
    this.#bytes.push(...bytes);
  }

  piece(bytes: Uint8Array): void {
    this.#pieces.push(Uint8Array.from(this.#bytes), bytes);
    this.#bytes = [];
  }

  joined(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(Buffer.concat([...this.#pieces, Uint8Array.from(this.#bytes)]));
  }
}

function write(value: Value, out: Out): void {
  if (value === null) out.push(0x4e);
  else if (typeof value === "boolean") out.push(value ? 0x88 : 0x89);
  else if (typeof value === "number") {
    if (value >= 0 && value < 256) out.push(0x4b, value);
    else out.push(0x4a, ...int32(value));
  } else if (typeof value === "string") out.push(0x55, value.length, ...ascii(value));
  else if (value instanceof Uint8Array) {
    out.push(0x54, ...int32(value.length));
    out.piece(value);
  } else if ("dict" in value) {
    out.push(0x7d, 0x28);
    for (const [key, entry] of value.dict) {
      write(key, out);
      write(entry, out);
    }
    out.push(0x75);
  } else if ("array" in value) writeArray(value.array, out);
  else {
    out.push(0x5d, 0x28);
    for (const entry of value) write(entry, out);
    out.push(0x65);
  }
}

/** numpy.core.multiarray._reconstruct(numpy.ndarray, (0,), "b"), then its state. */
function writeArray(pictures: Pictures, out: Out): void {
  const count = pictures.labels.length;
  out.push(...ascii("cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\n"));
  out.push(0x4b, 0, 0x85, 0x55, 1, ...ascii("b"), 0x87, 0x52, 0x28, 0x4b, 1);
  write(count, out);
  write(3072, out);
  out.push(0x86, ...ascii("cnumpy\ndtype\n"), 0x55, 2, ...ascii("u1"), 0x4b, 0, 0x4b, 1, 0x87, 0x52);
  out.push(0x28, 0x4b, 3, 0x55, 1, ...ascii("|"), 0x4e, 0x4e, 0x4e, 0x4a, ...int32(-1), 0x4a, ...int32(-1), 0x4b, 0);
  out.push(0x74, 0x62, 0x89);
  const data = new Uint8Array(count * 3072);
  for (let i = 0; i < count; i++) data.set(planes(pictures, i), i * 3072);
  write(data, out);
  out.push(0x74, 0x62);
}

export function pickle(value: Value): Uint8Array<ArrayBuffer> {
  const out = new Out();
  out.push(0x80, 2);
  write(value, out);
  out.push(0x2e);
  return out.joined();
}

export function cifarPickle(pictures: Pictures, batchLabel = "training batch 1 of 5"): Uint8Array<ArrayBuffer> {
  return pickle({
    dict: [
      ["batch_label", batchLabel],
      ["labels", [...pictures.labels]],
      ["data", { array: pictures }],
      ["filenames", [...pictures.labels].map((_, i) => `img_${i}.png`)],
    ],
  });
}

export function cifar100Pickle(pictures: Pictures): Uint8Array<ArrayBuffer> {
  return pickle({
    dict: [
      ["data", { array: pictures }],
      ["fine_labels", [...pictures.labels].map((label) => FINE * label)],
      ["coarse_labels", [...pictures.labels].map((label) => COARSE * label)],
      ["batch_label", "training batch 1 of 1"],
    ],
  });
}

export function namesPickle(names: readonly string[]): Uint8Array<ArrayBuffer> {
  return pickle({
    dict: [
      ["label_names", names],
      ["num_vis", 3072],
    ],
  });
}
