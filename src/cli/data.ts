/** Reads the pictures that --data names. What is in the files is read and checked by `data`. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseEmoji } from "../data/emoji";
import { readPictures } from "../data/formats/read";
import { finishDataset } from "../data/load";
import type { RawPictures } from "../data/pictures";
import { makeShapes } from "../data/shapes";
import type { Dataset } from "../domain/dataset";
import type { Settings } from "../domain/settings";
import type { DataChoice } from "./arguments";
import { diskError, diskSources } from "./files";

async function readBytes(path: string, absent: string): Promise<ArrayBuffer> {
  try {
    return new Uint8Array(await readFile(path)).buffer;
  } catch (error) {
    throw diskError(path, error, absent);
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
 * @throws DataError when a file is missing or not what it should be
 */
export async function loadData(choice: DataChoice, settings: Settings, builtInFolder: string): Promise<Dataset> {
  if (choice.kind === "files") return finishDataset(await readPictures(await diskSources(choice.paths)), settings);
  switch (choice.name) {
    case "shapes":
      return finishDataset(makeShapes({ seed: settings.seed }), settings);
    case "emoji-8":
      return finishDataset(await readEmojiFiles(builtInFolder), settings);
    default:
      return choice.name satisfies never;
  }
}
