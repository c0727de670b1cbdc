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
  if (!type) throw new DataError(`${baseName(path)} holds numbers of type ${descr}; integers and floats are read.`);
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
  return { kind: "array", path, shape, values, type: type.kind, format: "npy" };
}

interface ElementType {
  readonly kind: NumberArray["type"];
  /** Bytes of an element. */
  readonly width: number;
  readonly read: (body: Uint8Array<ArrayBuffer>, items: number, big: boolean) => NumberArray["values"];
}

type Read<T> = (view: DataView, at: number, little: boolean) => T;

function numbers<T extends number | bigint>(kind: ElementType["kind"], width: number, read: Read<T>): ElementType {
  return {
    kind,
    width,
    read: (body, items, big) => {
      const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
      return Float64Array.from({ length: items }, (_, i) => Number(read(view, i * width, !big)));
    },
  };
}

const bytesType: ElementType = { kind: "bytes", width: 1, read: (body) => body };

/** Large arrays of floats are looked at in place, when they stand where their type may begin. */
const float32: ElementType = {
  kind: "floats",
  width: 4,
  read: (body, items, big) => {
    if (!big && body.byteOffset % 4 === 0) return new Float32Array(body.buffer, body.byteOffset, items);
    const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
    return Float32Array.from({ length: items }, (_, i) => view.getFloat32(4 * i, !big));
  },
};

const TYPES: Readonly<Record<string, ElementType>> = {
  u1: bytesType,
  b1: bytesType,
  i1: numbers("integers", 1, (view, at) => view.getInt8(at)),
  u2: numbers("integers", 2, (view, at, little) => view.getUint16(at, little)),
  i2: numbers("integers", 2, (view, at, little) => view.getInt16(at, little)),
  u4: numbers("integers", 4, (view, at, little) => view.getUint32(at, little)),
  i4: numbers("integers", 4, (view, at, little) => view.getInt32(at, little)),
  u8: numbers("integers", 8, (view, at, little) => view.getBigUint64(at, little)),
  i8: numbers("integers", 8, (view, at, little) => view.getBigInt64(at, little)),
  f4: float32,
  f8: numbers("floats", 8, (view, at, little) => view.getFloat64(at, little)),
};

/** Class names: fixed-width text of four bytes a character. Kept as characters, [items · width]. */
function textType(descr: string): ElementType | null {
  const width = /^[<=]U(\d+)$/.exec(descr)?.[1];
  return width === undefined ? null : { ...numbers("text", 4 * Number(width), () => 0), read: (body) => body };
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
