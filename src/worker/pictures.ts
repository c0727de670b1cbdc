/** Reads pictures for the page: built-in sets and dropped files. What a file holds is read and checked by `data`. */
import { parseEmoji } from "../data/emoji";
import type { FileSource } from "../data/formats/source";
import type { RawPictures } from "../data/pictures";
import { makeShapes } from "../data/shapes";
import { type BuiltIn, DataError } from "../domain/dataset";
import type { PathFile } from "./api";

/** The loaded pictures; a procedural set is made anew for each seed. */
export type PictureSource = (seed: number) => RawPictures;

/** Gives a built-in file by its name. @throws DataError */
export type FetchData = (name: string) => Promise<ArrayBuffer>;

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

/** A file of the browser: parts are read when they are asked for. */
export function fileSource({ path, file }: PathFile): FileSource {
  return {
    path,
    size: file.size,
    read: async (start, end) => {
      try {
        return new Uint8Array(await file.slice(start, end).arrayBuffer());
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new DataError(`${file.name} cannot be read: ${reason}`);
      }
    },
  };
}
