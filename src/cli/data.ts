/** Reads the pictures that --data names. Files only; what is in them is checked by `data`. */
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { parseEmoji } from "../data/emoji";
import { finishDataset, readShard } from "../data/load";
import type { RawPictures } from "../data/pictures";
import { makeShapes } from "../data/shapes";
import { DataError, type Dataset } from "../domain/dataset";
import type { Settings } from "../domain/settings";
import type { DataChoice } from "./arguments";

/** @param absent what to say when there is no such file */
async function readBytes(path: string, absent = `There is no file ${path}.`): Promise<ArrayBuffer> {
  try {
    return new Uint8Array(await readFile(path)).buffer;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT") throw new DataError(absent);
    if (code === "EISDIR") throw new DataError(`${path} is a folder; name one CIFAR-10 .bin file in it.`);
    if (code === "EACCES") throw new DataError(`${path} may not be read; change its permissions.`);
    throw new DataError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function readEmojiFiles(folder: string): Promise<RawPictures> {
  const read = (name: string) =>
    readBytes(
      join(folder, name),
      `The built-in Emoji-8 is not built: ${name} is missing. npm run search builds it first; or run: node scripts/build-data.mjs`,
    );
  const [binary, json] = await Promise.all([read("emoji-8.bin"), read("emoji-8.json")]);
  return parseEmoji(binary, json);
}

/**
 * @param builtInFolder where the built-in data lies
 * @throws DataError when the file is missing or not what it should be
 */
export async function loadData(choice: DataChoice, settings: Settings, builtInFolder: string): Promise<Dataset> {
  if (choice.kind === "file") {
    return finishDataset(readShard(basename(choice.path), await readBytes(choice.path)), settings);
  }
  switch (choice.name) {
    case "shapes":
      return finishDataset(makeShapes({ seed: settings.seed }), settings);
    case "emoji-8":
      return finishDataset(await readEmojiFiles(builtInFolder), settings);
    default:
      return choice.name satisfies never;
  }
}
