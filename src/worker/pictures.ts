/** Reads pictures for the page: built-in sets and dropped files. What a file holds is checked by `data`. */
import { parseEmoji } from "../data/emoji";
import { readShard } from "../data/load";
import { counted, type RawPictures } from "../data/pictures";
import { makeShapes } from "../data/shapes";
import { type BuiltIn, DataError } from "../domain/dataset";

/** The loaded pictures; a procedural set is made anew for each seed. */
export type PictureSource = (seed: number) => RawPictures;

/** Gives a built-in file by its name. @throws DataError */
export type FetchData = (name: string) => Promise<ArrayBuffer>;

/** A CIFAR-10 shard has 31 MB; this leaves room for far larger ones and keeps a film from filling the memory. */
const FILE_LIMIT = 1_000_000_000;

export const BUILT_IN_NAME: Readonly<Record<BuiltIn, string>> = { "emoji-8": "Emoji-8", shapes: "Shapes" };

/** @throws DataError */
export async function readBuiltIn(name: BuiltIn, fetchData: FetchData): Promise<PictureSource> {
  switch (name) {
    case "shapes":
      return (seed) => makeShapes({ seed });
    case "emoji-8": {
      const [binary, json] = await Promise.all([fetchData("emoji-8.bin"), fetchData("emoji-8.json")]);
      const pictures = parseEmoji(binary, json);
      return () => pictures;
    }
    default:
      return name satisfies never;
  }
}

/** @throws DataError */
export async function readFile(file: File): Promise<PictureSource> {
  if (file.size > FILE_LIMIT) {
    throw new DataError(
      `${file.name} has ${counted(Math.round(file.size / 1e6), "megabyte")}; files of up to ${counted(FILE_LIMIT / 1e6, "megabyte")} are read.`,
    );
  }
  const bytes = await file.arrayBuffer().catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DataError(`${file.name} cannot be read: ${reason}`);
  });
  const pictures = readShard(file.name, bytes);
  return () => pictures;
}
