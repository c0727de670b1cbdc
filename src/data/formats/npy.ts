/**
 * Reads NumPy's .npy (format 1 to 3). Own code, as the well-known reader takes any header for good, copies the file and
 * knows no big-endian numbers. Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
import { DataError } from "../../domain/dataset";
import { counted } from "../pictures";
import type { NumberArray } from "./part";
import { baseName } from "./source";

const HEADER_LIMIT = 10_000;

interface Header {
  readonly descr: string;
  readonly fortran: boolean;
  readonly shape: readonly number[];
}

function damaged(path: string, why: string): DataError {
  return new DataError(`${baseName(path)} is damaged: ${why}.`);
}

/** The header is a Python dictionary; only this one form of it is written. */
function parseHeader(path: string, text: string): Header {
  const descr = /'descr':\s*'([<>|=]?[a-zA-Z]\d+)'/.exec(text)?.[1];
  const order = /'fortran_order':\s*(True|False)/.exec(text)?.[1];
  const shape = /'shape':\s*\(([\d,\sL]*)\)/.exec(text)?.[1];
  if (/'descr':\s*'\|O'/.test(text)) {
    throw new DataError(
      `${baseName(path)} holds Python objects instead of numbers, which are not read. Save it as an array of uint8.`,
    );
  }
  if (descr === undefined || order === undefined || shape === undefined) {
    throw damaged(path, "its NumPy header cannot be read");
  }
  const sides = shape.split(",").map((side) => side.replace("L", "").trim());
  return { descr, fortran: order === "True", shape: sides.filter((side) => side !== "").map(Number) };
}

/** @throws DataError */
export function readNpy(path: string, bytes: Uint8Array<ArrayBuffer>): NumberArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[6] ?? 0;
  const wide = version >= 2;
  const start = wide ? 12 : 10;
  if (version < 1 || version > 3 || bytes.length < start) throw damaged(path, "its NumPy header is cut off");
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  if (length > HEADER_LIMIT || start + length > bytes.length) throw damaged(path, "its NumPy header is cut off");
  const { descr, fortran, shape } = parseHeader(
    path,
    new TextDecoder("latin1").decode(bytes.subarray(start, start + length)),
  );
  const items = shape.reduce((product, side) => product * side, 1);
  const type = TYPES[descr.replace(/^[<>|=]/, "")] ?? textType(descr);
  if (!type)
    throw new DataError(`${baseName(path)} holds values of type ${descr}; integers, floats and texts are read.`);
  const body = bytes.subarray(start + length);
  if (items * type.width !== body.length) {
    throw damaged(
      path,
      `its header tells of ${counted(items * type.width, "byte")}, but ${counted(body.length, "byte")} follow`,
    );
  }
  if (fortran && shape.length > 1) {
    throw new DataError(`${baseName(path)} is stored in Fortran order. Save it in C order: np.ascontiguousarray.`);
  }
  const values = type.read(body, items, descr.startsWith(">"));
  return { kind: "array", path, shape, values, bytes: body.length, type: type.kind, format: "npy" };
}

interface ElementType {
  readonly kind: NumberArray["type"];
  /** Bytes of an element. */
  readonly width: number;
  readonly read: (body: Uint8Array<ArrayBuffer>, items: number, big: boolean) => NumberArray["values"];
}

type View = new (buffer: ArrayBuffer, at: number, items: number) => NumberArray["values"];

/** Numbers are looked at where they stand; what stands askew, or the other way round, is copied once. */
function numbers(kind: ElementType["kind"], width: number, Values: View): ElementType {
  return {
    kind,
    width,
    read: (body, items, big) => {
      const bytes = big || body.byteOffset % width !== 0 ? body.slice() : body;
      if (big) reverseEach(bytes, width);
      return new Values(bytes.buffer, bytes.byteOffset, items);
    },
  };
}

function reverseEach(bytes: Uint8Array, width: number): void {
  for (let start = 0; start < bytes.length; start += width) {
    for (let low = start, high = start + width - 1; low < high; low++, high--) {
      const byte = bytes[low] ?? 0;
      bytes[low] = bytes[high] ?? 0;
      bytes[high] = byte;
    }
  }
}

const bytesType: ElementType = { kind: "bytes", width: 1, read: (body) => body };

const TYPES: Readonly<Record<string, ElementType>> = {
  u1: bytesType,
  b1: bytesType,
  i1: numbers("integers", 1, Int8Array),
  u2: numbers("integers", 2, Uint16Array),
  i2: numbers("integers", 2, Int16Array),
  u4: numbers("integers", 4, Uint32Array),
  i4: numbers("integers", 4, Int32Array),
  u8: numbers("integers", 8, BigUint64Array),
  i8: numbers("integers", 8, BigInt64Array),
  f4: numbers("floats", 4, Float32Array),
  f8: numbers("floats", 8, Float64Array),
};

/** Class names: fixed-width text of four bytes a character, at least one. Kept as characters, [items · width]. */
function textType(descr: string): ElementType | null {
  const width = Number(/^[<=]U(\d+)$/.exec(descr)?.[1] ?? 0);
  return width === 0 ? null : { kind: "text", width: 4 * width, read: (body) => body };
}

/** The entries of a one-dimensional array of text. */
export function npyTexts({ shape, values }: NumberArray): string[] {
  const count = shape[0] ?? 0;
  const width = count === 0 ? 0 : values.length / count;
  return Array.from({ length: count }, (_, i) => {
    let text = "";
    for (let at = i * width; at < (i + 1) * width; at += 4) {
      const code = [0, 1, 2].reduce((sum, byte) => sum + (Number(values[at + byte] ?? 0) << (8 * byte)), 0);
      if (code > 0 && code <= 0x10ffff) text += String.fromCodePoint(code);
    }
    return text;
  });
}
