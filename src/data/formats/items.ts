/** Goes through files, archives and archives in archives, and reads each file by the reader that its bytes ask for. */
import { DataError } from "../../domain/dataset";
import { DEPTH_LIMIT, ENTRY_LIMIT } from "../limits";
import { type Entry, openGzip, openTar } from "./archive";
import { readCifarBinary } from "./cifar";
import { readCifarPickle } from "./cifar-pickle";
import { readIdx } from "./idx";
import { HEAD, type Kind, recognise } from "./kind";
import { readText } from "./names";
import { readNpy } from "./npy";
import { readParquet } from "./parquet";
import type { Item } from "./part";
import { baseName, type FileSource, memorySource, type Reading, readWhole } from "./source";
import { openZip } from "./zip";

/** What operating systems leave in folders and archives. */
function isLitter(path: string): boolean {
  return path
    .split("/")
    .some((part) => part === "__MACOSX" || part === "Thumbs.db" || part === "desktop.ini" || part.startsWith("."));
}

/** Everything that a file holds. @throws DataError */
export async function* itemsOf(source: FileSource, reading: Reading, depth = 0): AsyncGenerator<Item> {
  if (isLitter(source.path)) return;
  const kind = recognise(await source.read(0, Math.min(HEAD, source.size)), source.size);
  switch (kind.format) {
    case "gzip":
      yield* inside(source, openGzip(source, reading), reading, depth);
      return;
    case "tar":
      yield* inside(source, openTar(source), reading, depth);
      return;
    case "zip":
      yield* inside(source, openZip(source, reading), reading, depth);
      return;
    case "parquet":
      yield await readParquet(source, reading);
      return;
    default:
      yield await readLeaf(source, kind, reading);
  }
}

async function* inside(
  archive: FileSource,
  entries: AsyncGenerator<Entry>,
  reading: Reading,
  depth: number,
): AsyncGenerator<Item> {
  if (depth >= DEPTH_LIMIT) {
    throw new DataError(
      `${baseName(archive.path)} lies in archives that lie in archives; ${DEPTH_LIMIT} of them are opened at most.`,
    );
  }
  for await (const { path, bytes } of entries) {
    if (bytes.length > 0) yield* itemsOf(entrySource(archive, path, bytes), reading, depth + 1);
  }
}

/** What the entry's own path leaves open, such as its split, its archive's name may tell. */
function entrySource({ path, inside: place }: FileSource, entry: string | null, bytes: Entry["bytes"]): FileSource {
  if (entry !== null) return memorySource(`${path}/${entry}`, bytes, entry);
  const unpacked = (packed: string) => packed.replace(/\.gz$/i, "");
  return memorySource(unpacked(path), bytes, place === undefined ? place : unpacked(place));
}

async function readLeaf(source: FileSource, { format, what, advice }: Kind, reading: Reading): Promise<Item> {
  const { path } = source;
  const bytes = () => readWhole(source, ENTRY_LIMIT);
  switch (format) {
    case "npy":
      return readNpy(path, await bytes());
    case "idx":
      return readIdx(path, await bytes());
    case "pickle":
      return readCifarPickle(path, await bytes(), reading);
    case "png":
    case "jpeg":
      return { kind: "picture", path, inside: source.inside ?? path, bytes: await bytes() };
    case "text":
      if (source.size < 100_000) return readText(path, await bytes());
      return unread(path, what, advice);
    case "other":
      return unread(path, what, advice);
    case "bare":
      try {
        return await readCifarBinary(path, await bytes(), reading);
      } catch (error) {
        if (!(error instanceof DataError) || reading.cancelled) throw error;
        return { kind: "other", path, reason: error.message, problem: error, damaged: true };
      }
    default:
      throw new Error(`No reader for ${format}.`);
  }
}

function unread(path: string, what: string, advice = ""): Item {
  const message = `${baseName(path)} looks like ${what}. ${advice}`.trim();
  return { kind: "other", path, reason: message, problem: new DataError(message) };
}
