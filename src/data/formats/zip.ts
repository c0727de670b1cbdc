/**
 * Unpacks .zip by the list at its end, file by file. Own reading of the list: the streaming reader of fflate loses its place in
 * archives written as a stream, which macOS makes. Source: PKWARE's APPNOTE.TXT, 4.3.
 */
import { Inflate } from "fflate";
import { crc32 } from "../../domain/crc32";
import { DataError } from "../../domain/dataset";
import { ENTRY_LIMIT, FILES_LIMIT } from "../limits";
import { Collector, cleanPath, damaged, type Entry, meter, tooMany } from "./archive";
import { baseName, type FileSource, type Reading } from "./source";

const ZIP = "a zip archive";
const SIGNATURE = {
  end: 0x06054b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
  record: 0x02014b50,
  file: 0x04034b50,
} as const;
const LENGTH = { end: 22, end64: 56, locator64: 20, record: 46, file: 30 } as const;
const ABSENT = 0xffffffff;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;
const PIECE = 1 << 16;
/** Bytes of the list of files: more than FILES_LIMIT of them take. */
const LIST_LIMIT = 100_000_000;
const BLOCK = 1 << 20;

interface Listed {
  readonly path: string;
  readonly method: number;
  readonly flags: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Which files are unpacked, and the most that one may have. */
interface Choice {
  readonly wanted?: (path: string, size: number) => boolean;
  readonly limit?: number;
}

/** @throws DataError when a file in it is damaged, encrypted or packed in another way than deflate */
export async function* openZip(
  source: FileSource,
  reading: Reading,
  { wanted = () => true, limit = ENTRY_LIMIT }: Choice = {},
): AsyncGenerator<Entry> {
  const name = baseName(source.path);
  const count = meter(source, reading);
  const read = blockReader(source);
  for (const file of await list(source)) {
    await reading.checkpoint();
    if (file.path.endsWith("/") || !wanted(file.path, file.size)) continue;
    if (file.flags & ENCRYPTED) {
      throw new DataError(`${name} is a zip archive with a password, which is not read. Unpack it and drop its files.`);
    }
    if (file.method !== STORED && file.method !== DEFLATED) {
      throw damaged(name, ZIP, `${baseName(file.path)} is packed by method ${file.method}`);
    }
    const head = await read(file.offset, file.offset + LENGTH.file);
    if (head.length < LENGTH.file || viewOf(head).getUint32(0, true) !== SIGNATURE.file) {
      throw damaged(name, ZIP, `${baseName(file.path)} is not where it should be`);
    }
    const start = file.offset + LENGTH.file + viewOf(head).getUint16(26, true) + viewOf(head).getUint16(28, true);
    const collector = new Collector(file.path, Math.min(file.size, limit + 1), limit);
    const take = (piece: Uint8Array) => {
      count(piece.length);
      collector.add(piece);
    };
    const inflator = new Inflate(take);
    for (let at = start; at < start + file.packed; at += PIECE) {
      const end = Math.min(at + PIECE, start + file.packed);
      const piece = await read(at, end);
      if (piece.length < end - at) throw damaged(name, ZIP, `${baseName(file.path)} is not complete`);
      if (file.method === STORED) take(piece);
      else
        inflate(inflator, piece, end === start + file.packed, () =>
          damaged(name, ZIP, `${baseName(file.path)} cannot be unpacked`),
        );
      if (file.packed > BLOCK) await reading.checkpoint();
    }
    const bytes = collector.bytes();
    if (bytes.length !== file.size || crc32(bytes) !== file.crc) {
      throw damaged(name, ZIP, `the checksum of ${baseName(file.path)} does not fit`);
    }
    yield { path: cleanPath(file.path), bytes };
  }
}

function inflate(inflator: Inflate, piece: Uint8Array, last: boolean, failure: () => Error): void {
  try {
    inflator.push(piece, last);
  } catch (error) {
    // What the collector refuses is said in its own words.
    throw error instanceof Error && error.name === "DataError" ? error : failure();
  }
}

/** Reads by blocks, so that many small files in a row cost one access. */
function blockReader(source: FileSource): FileSource["read"] {
  let from = 0;
  let block = new Uint8Array();
  return async (start, end) => {
    if (start < from || end > from + block.length) {
      from = start;
      block = await source.read(start, Math.min(source.size, Math.max(end, start + BLOCK)));
    }
    return block.subarray(start - from, end - from);
  };
}

/** Where the list is and how long, from the record at the end of the file. */
async function findList(source: FileSource): Promise<{ offset: number; size: number; count: number }> {
  const name = baseName(source.path);
  const start = Math.max(0, source.size - LENGTH.end - 0xffff - LENGTH.locator64);
  const tail = await source.read(start, source.size);
  const view = viewOf(tail);
  let at = tail.length - LENGTH.end;
  while (at >= 0 && view.getUint32(at, true) !== SIGNATURE.end) at--;
  if (at < 0) throw damaged(name, ZIP, "its end is missing");
  const found = {
    count: view.getUint16(at + 10, true),
    size: view.getUint32(at + 12, true),
    offset: view.getUint32(at + 16, true),
  };
  const locator = at - LENGTH.locator64;
  if (locator < 0 || view.getUint32(locator, true) !== SIGNATURE.locator64) return found;
  const place = Number(view.getBigUint64(locator + 8, true));
  const end64 = await source.read(place, place + LENGTH.end64);
  if (end64.length < LENGTH.end64 || viewOf(end64).getUint32(0, true) !== SIGNATURE.end64)
    throw damaged(name, ZIP, "its list is missing");
  const wide = (byte: number) => Number(viewOf(end64).getBigUint64(byte, true));
  return { count: wide(32), size: wide(40), offset: wide(48) };
}

async function list(source: FileSource): Promise<Listed[]> {
  const name = baseName(source.path);
  const { offset, size, count } = await findList(source);
  if (count > FILES_LIMIT || size > LIST_LIMIT) throw tooMany(name);
  if (offset + size > source.size) throw damaged(name, ZIP, "its list is missing");
  const bytes = await source.read(offset, offset + size);
  const view = viewOf(bytes);
  const files: Listed[] = [];
  for (let at = 0; files.length < count; ) {
    if (at + LENGTH.record > bytes.length || view.getUint32(at, true) !== SIGNATURE.record)
      throw damaged(name, ZIP, "its list is not complete");
    const [names, extra, comment] = [28, 30, 32].map((byte) => view.getUint16(at + byte, true)) as [
      number,
      number,
      number,
    ];
    const path = new TextDecoder().decode(bytes.subarray(at + LENGTH.record, at + LENGTH.record + names));
    const wide = wideFields(
      view,
      at + LENGTH.record + names,
      Math.min(extra, bytes.length - at - LENGTH.record - names),
    );
    const field = (byte: number) => {
      const value = view.getUint32(at + byte, true);
      return value === ABSENT ? (wide.shift() ?? value) : value;
    };
    // In the order in which the wide fields stand.
    const size = field(24);
    const packed = field(20);
    files.push({
      path,
      method: view.getUint16(at + 10, true),
      flags: view.getUint16(at + 8, true),
      crc: view.getUint32(at + 16, true),
      size,
      packed,
      offset: field(42),
    });
    at += LENGTH.record + names + extra + comment;
  }
  return files;
}

/** The 64-bit fields of a record's extra field 1. */
function wideFields(view: DataView, start: number, length: number): number[] {
  for (let at = start; at + 4 <= start + length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    const fields = Math.floor(Math.min(view.getUint16(at + 2, true), start + length - at - 4) / 8);
    return Array.from({ length: fields }, (_, i) => Number(view.getBigUint64(at + 4 + 8 * i, true)));
  }
  return [];
}
