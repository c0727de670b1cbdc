/** Writes .npy, .npz and IDX for the tests. */
import { zip } from "./archives";

/** @param descr the type as NumPy writes it, such as "|u1" or "<i8" */
export function npy(
  descr: string,
  shape: readonly number[],
  body: Uint8Array,
  fortran = false,
): Uint8Array<ArrayBuffer> {
  const sides = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const dict = `{'descr': '${descr}', 'fortran_order': ${fortran ? "True" : "False"}, 'shape': (${sides}), }`;
  const header = dict.padEnd(Math.ceil((dict.length + 11) / 64) * 64 - 11, " ");
  const head = new TextEncoder().encode(`NUMPY__vv${header}\n`);
  const file = new Uint8Array(1 + head.length + body.length);
  file.set([0x93, ...head]);
  file.set([1, 0, (header.length + 1) & 255, (header.length + 1) >> 8], 6);
  file.set(body, 1 + head.length);
  return file;
}

export function int64(values: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(BigInt64Array.from(Array.from(values), (value) => BigInt(value)).buffer);
}

export function float32(values: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Float32Array.from(values).buffer);
}

/** @param shape of the pictures */
export function npz(shape: readonly number[], pixels: Uint8Array, labels: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  return zip({ "images.npy": npy("|u1", shape, pixels), "labels.npy": npy("<i8", [labels.length], int64(labels)) });
}

/** Bytes of any shape. */
export function idx(shape: readonly number[], values: Uint8Array): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(4 + 4 * shape.length + values.length);
  file.set([0, 0, 8, shape.length]);
  for (const [i, side] of shape.entries()) new DataView(file.buffer).setUint32(4 + 4 * i, side);
  file.set(values, 4 + 4 * shape.length);
  return file;
}
