/** Puts encoded pictures of one size together, one after the other. */
import { DataError } from "../../domain/dataset";
import { ENCODED_LIMIT } from "../limits";
import { decodeJpeg } from "./jpeg";
import { recognise } from "./kind";
import { checkPictures } from "./part";
import { type Decoded, decodePng } from "./png";
import { baseName } from "./source";

/** @throws DataError when it is no PNG or JPEG, or damaged */
export async function decodePicture(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<Decoded> {
  if (bytes.length > ENCODED_LIMIT) throw new DataError(`${baseName(path)} is too large for a picture of a data set.`);
  const { format, what } = recognise(bytes.subarray(0, 16), bytes.length);
  if (format === "png") return decodePng(path, bytes);
  if (format === "jpeg") return decodeJpeg(path, bytes);
  throw new DataError(`${baseName(path)} is ${what}; PNG and JPEG pictures are read.`);
}

/** Pictures of different sizes: a fault of the whole set, not of one picture. */
export class MixedSizes extends DataError {}

const FIRST = 256;

/** Pictures of one size in one array, which grows with them. */
export class PictureStore {
  #pixels = new Uint8Array();
  #first: { readonly path: string; readonly size: number } | null = null;
  #count = 0;
  #grey = true;

  get count(): number {
    return this.#count;
  }
  get size(): number {
    return this.#first?.size ?? 0;
  }
  /** All pictures are grey by their form. */
  get grey(): boolean {
    return this.#grey;
  }

  /** @throws DataError when the picture is not square or differs in size from the first */
  add(path: string, { width, height, grey, rgb }: Decoded): void {
    if (width !== height) {
      throw new DataError(
        `${baseName(path)} is a picture of ${width}×${height}; only square pictures are read. Crop the pictures first.`,
      );
    }
    this.#first ??= { path, size: width };
    const { size } = this.#first;
    if (width !== size) {
      throw new MixedSizes(
        `The pictures differ in size: ${baseName(this.#first.path)} has ${size}×${size}, ${baseName(path)} has ${width}×${height}. Scale them to one size first.`,
      );
    }
    const length = size * size * 3;
    if ((this.#count + 1) * length > this.#pixels.length) {
      checkPictures(path, this.#count + 1, size);
      const larger = new Uint8Array(Math.max(FIRST * length, Math.ceil(this.#count * 1.5) * length));
      larger.set(this.#pixels);
      this.#pixels = larger;
    }
    this.#pixels.set(rgb, this.#count * length);
    this.#count++;
    if (!grey) this.#grey = false;
  }

  /** [count, size, size, 3] */
  pixels(): Uint8Array<ArrayBuffer> {
    return this.#pixels.slice(0, this.#count * this.size * this.size * 3);
  }
}
