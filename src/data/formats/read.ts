/** Reads files in any of the known forms as one data set. The one entrance for the page and the terminal. */
import { DataError } from "../../domain/dataset";
import { FILES_LIMIT, UNPACKED_LIMIT } from "../limits";
import { counted, type RawPictures } from "../pictures";
import { pairArrays, Unpaired } from "./arrays";
import { FolderReader } from "./folder";
import { itemsOf } from "./items";
import { comparePaths, joinParts } from "./join";
import { FORMS } from "./kind";
import type { Names, NumberArray, Other, Part } from "./part";
import { baseName, checkFileSize, type FileSource, megabytes, Reading, type ReadOptions } from "./source";

/**
 * Reads all files as one data set.
 * @param sources in the order in which parts are joined
 * @throws DataError that says what is wrong with which file and what to do
 */
export async function readPictures(sources: readonly FileSource[], options: ReadOptions = {}): Promise<RawPictures> {
  if (sources.length === 0) throw new DataError("There is no file to read.");
  if (sources.length > FILES_LIMIT)
    throw new DataError(`${counted(sources.length, "file")} are more than are read at once.`);
  for (const source of sources) if (sources.length === 1 || source.size > 0) checkFileSize(source);
  const reading = new Reading(
    sources.reduce((sum, { size }) => sum + size, 0),
    options,
  );
  const parts: Part[] = [];
  const arrays: NumberArray[] = [];
  const names: Names[] = [];
  const others: Other[] = [];
  const folder = new FolderReader();
  let held = 0;
  let unpaired = 0;
  const hold = (part: Part) => {
    parts.push(part);
    held += part.pixels.length;
  };
  const checkMemory = () => {
    if (held + folder.bytes > reading.limits.pictures) throw tooMuch(reading.limits.pictures, "pictures");
    if (unpaired > UNPACKED_LIMIT) throw tooMuch(UNPACKED_LIMIT, "arrays");
  };
  for (const source of [...sources].sort((a, b) => comparePaths(a.path, b.path))) {
    if (source.size === 0) continue;
    for await (const item of itemsOf(reading.counting(source), reading)) {
      switch (item.kind) {
        case "pictures":
          hold(item);
          break;
        case "array":
          arrays.push(item);
          unpaired += item.bytes;
          break;
        case "names":
          names.push(item);
          break;
        case "picture":
          await folder.add(item);
          break;
        case "other":
          others.push(item);
          break;
        default:
          item satisfies never;
      }
      checkMemory();
      await reading.checkpoint();
    }
  }
  if (arrays.length > 0) {
    try {
      for await (const part of pairArrays(arrays, reading)) {
        hold(part);
        checkMemory();
      }
    } catch (error) {
      const half = error instanceof Unpaired ? others.find((other) => other.damaged)?.problem : null;
      throw half ?? error;
    }
  }
  if (!folder.empty) parts.push(...folder.parts());
  // A damaged part of CIFAR must not be missed in silence.
  const damaged = others.find((other) => other.damaged && parts.some(({ set }) => set !== null));
  const problem = (damaged ?? (parts.length === 0 ? others.find((other) => other.problem) : null))?.problem;
  if (problem) throw problem;
  if (parts.length === 0) throw new DataError(`${sourceName(sources)} holds no pictures that can be read. ${FORMS}`);
  return joinParts(parts, names, others, sourceName(sources), reading);
}

function tooMuch(limit: number, what: string): DataError {
  return new DataError(
    `The files hold more than ${megabytes(limit)} of ${what}, more than fit in memory here. Choose fewer files.`,
  );
}

/** "data_batch_1.bin", "pictures", "a.bin and 3 more". */
function sourceName(sources: readonly FileSource[]): string {
  const [first] = sources;
  const root = first?.path.split("/")[0] ?? "";
  if (sources.length === 1) return baseName(first?.path ?? "");
  if (sources.every(({ path }) => path.includes("/") && path.split("/")[0] === root)) return root;
  return `${baseName(first?.path ?? "")} and ${sources.length - 1} more`;
}
