/** Reads IDX, the form of MNIST and its relatives. Source: http://yann.lecun.com/exdb/mnist/ */
import { DataError } from "../../domain/dataset";
import { counted } from "../pictures";
import { IDX_TYPES } from "./kind";
import type { NumberArray } from "./part";
import { baseName } from "./source";

/** @throws DataError when the bytes do not fit the dimensions, or are no bytes */
export function readIdx(path: string, bytes: Uint8Array<ArrayBuffer>): NumberArray {
  const name = baseName(path);
  const [, , type = 0, dimensions = 0] = bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 4 + 4 * dimensions;
  if (bytes.length < start) throw new DataError(`${name} is damaged: its IDX header is cut off.`);
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  if (type !== 8) throw new DataError(`${name} is an IDX file of numbers other than bytes, which are not read.`);
  const wanted = shape.reduce((product, side) => product * side, IDX_TYPES[type] ?? 1);
  const values = bytes.subarray(start);
  if (wanted !== values.length) {
    throw new DataError(
      `${name} is damaged: its IDX header tells of ${counted(wanted, "byte")} (${shape.join("×")}), but ${counted(values.length, "byte")} follow.`,
    );
  }
  return { kind: "array", path, shape, values, bytes: values.length, type: "bytes", format: "IDX" };
}
