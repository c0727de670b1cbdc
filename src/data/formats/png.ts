/** Decodes PNG to the bytes that are stored: no colour profile, no gamma, and alpha dropped, not multiplied in. */
import { convertIndexedToRgb, decode } from "fast-png";
import { Unzlib } from "fflate";
import { DataError } from "../../domain/dataset";
import { SIDE_LIMIT } from "../limits";
import { counted } from "../pictures";
import { baseName } from "./source";

/** A decoded picture. */
export interface Decoded {
  readonly width: number;
  readonly height: number;
  readonly grey: boolean;
  /** [height, width, 3] */
  readonly rgb: Uint8Array;
}

const SIGNATURE = 8;
/** Length, type and checksum of a chunk. */
const FRAME = 12;
/** The chunks that make the pixels; others may hold packed texts and profiles, which nobody needs. */
const NEEDED = ["IHDR", "PLTE", "IDAT", "IEND"];
/** The colour type whose pixels are places in the palette. */
const INDEXED = 3;
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
/** Less compressed data than this cannot unpack to more than 64 MB. */
const HARMLESS = 65_000;

/** @throws DataError when it is damaged or larger than a picture of a data set should be */
export function decodePng(path: string, bytes: Uint8Array<ArrayBuffer>): Decoded {
  try {
    const { chunks, data, size } = neededChunks(path, bytes);
    checkData(path, data, size);
    const { width, height, depth, channels, data: values, palette } = decode(joined(chunks), { checkCrc: true });
    if (palette) {
      const rgb = convertIndexedToRgb({ width, height, depth, channels, data: values, palette, text: {} });
      return { width, height, grey: false, rgb: rgb.subarray(0, width * height * 3) };
    }
    const rgb = new Uint8Array(width * height * 3);
    const grey = channels < 3;
    const at = sampler(values, width, depth);
    for (let pixel = 0, to = 0; pixel < width * height; pixel++, to += 3) {
      for (let c = 0; c < 3; c++) rgb[to + c] = at(pixel, pixel * channels + (grey ? 0 : c));
    }
    return { width, height, grey, rgb };
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`${baseName(path)} is a damaged PNG picture. Save it again.`);
  }
}

/** Sample values as bytes: 16 bits lose the lower eight, fewer than eight are spread over the range. */
function sampler(values: ArrayLike<number>, width: number, depth: number): (pixel: number, place: number) => number {
  if (depth === 8) return (_, place) => values[place] ?? 0;
  if (depth === 16) return (_, place) => (values[place] ?? 0) >> 8;
  const perByte = 8 / depth;
  const rowBytes = Math.ceil(width / perByte);
  const most = 2 ** depth - 1;
  return (pixel) => {
    const column = pixel % width;
    const byte = values[Math.floor(pixel / width) * rowBytes + Math.floor(column / perByte)] ?? 0;
    return (((byte >> (8 - depth * ((column % perByte) + 1))) & most) * 255) / most;
  };
}

function neededChunks(path: string, bytes: Uint8Array<ArrayBuffer>) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks = [bytes.subarray(0, SIGNATURE)];
  const data: Uint8Array[] = [];
  let size = 0;
  let indexed = false;
  for (let at = SIGNATURE, type = ""; type !== "IEND"; ) {
    const length = view.getUint32(at);
    if (at + FRAME + length > bytes.length) throw new DataError(`${baseName(path)} is a PNG picture that is cut off.`);
    type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (type === "IHDR") {
      size = rawSize(path, view, at + 8);
      indexed = view.getUint8(at + 8 + 9) === INDEXED;
    }
    if (type === "IDAT") data.push(bytes.subarray(at + 8, at + 8 + length));
    // A palette beside true colours only suggests how to show them with fewer.
    if (NEEDED.includes(type) && (type !== "PLTE" || indexed)) chunks.push(bytes.subarray(at, at + FRAME + length));
    at += FRAME + length;
  }
  return { chunks, data, size };
}

/** What the data must unpack to at most: each row has a byte in front, and interlacing adds rows. */
function rawSize(path: string, view: DataView, at: number): number {
  const [width, height] = [view.getUint32(at), view.getUint32(at + 4)];
  checkSides(path, width, height);
  const bits = view.getUint8(at + 8) * (CHANNELS[view.getUint8(at + 9)] ?? 4);
  return 2 * height * (2 + Math.ceil((width * bits) / 8)) + 64;
}

/** @throws DataError */
export function checkSides(path: string, width: number, height: number): void {
  if (width < 1 || height < 1 || width > SIDE_LIMIT || height > SIDE_LIMIT) {
    throw new DataError(
      `${baseName(path)} is a picture of ${width}×${height}; sides from 1 to ${SIDE_LIMIT} are read. Scale it down first.`,
    );
  }
}

/** Refuses data that unpack to more than the picture needs, before anything is kept of them. */
function checkData(path: string, data: readonly Uint8Array[], most: number): void {
  if (data.reduce((sum, { length }) => sum + length, 0) <= HARMLESS) return;
  let unpacked = 0;
  const inflator = new Unzlib((chunk) => {
    unpacked += chunk.length;
    if (unpacked > most)
      throw new DataError(`${baseName(path)} unpacks to more than ${counted(most, "byte")}: it is no honest picture.`);
  });
  for (const part of data) {
    for (let at = 0; at < part.length; at += HARMLESS) inflator.push(part.subarray(at, at + HARMLESS));
  }
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
