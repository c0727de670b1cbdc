/** Kept data sets in a folder that behaves as the browser's: what is full, gone or not to be read. */
import { expect, it } from "vitest";
import type { RawPictures } from "../data/pictures";
import { makeShapes } from "../data/shapes";
import { folderMemory } from "./kept-sets";

/** Only a browser has such a folder. @param room bytes that fit */
function folder(room = Number.POSITIVE_INFINITY) {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const broken = new Set<string>();
  const used = () => [...files.values()].reduce((sum, { length }) => sum + length, 0);
  const handle = (name: string) => ({
    getFile: async () => {
      if (broken.has(name)) throw new DOMException("It is gone.", "NotFoundError");
      return new File([files.get(name) ?? new Uint8Array()], name);
    },
    createSyncAccessHandle: async () => ({
      truncate: () => void files.set(name, new Uint8Array()),
      write: (piece: Uint8Array, { at }: { at: number }) => {
        const length = Math.min(piece.length, room - used());
        const before = files.get(name) ?? new Uint8Array();
        files.set(name, Uint8Array.from([...before.subarray(0, at), ...piece.subarray(0, length)]));
        return length;
      },
      flush: () => undefined,
      close: () => undefined,
    }),
  });
  const directory = {
    keys: async function* () {
      yield* files.keys();
    },
    getFileHandle: async (name: string, { create = false } = {}) => {
      if (!files.has(name) && !create) throw new DOMException("There is none.", "NotFoundError");
      return handle(name);
    },
    removeEntry: async (name: string) => void files.delete(name),
  };
  return { files, broken, memory: folderMemory(directory as unknown as FileSystemDirectoryHandle) };
}

const set = (name: string): RawPictures => ({ ...makeShapes({ seed: 1, count: 4 }), name });

it("keeps sets and gives them back", async () => {
  const { memory } = folder();
  await memory.keep("aa", set("A"));
  await memory.keep("bb", set("B"));
  expect((await memory.list()).map(({ id, name }) => [id, name])).toEqual([
    ["aa", "A"],
    ["bb", "B"],
  ]);
  expect(await memory.open("bb")).toEqual(set("B"));
  await memory.forget("aa");
  expect((await memory.list()).map(({ id }) => id)).toEqual(["bb"]);
});

it("lists the others when one was deleted by another tab meanwhile, or cannot be read", async () => {
  const { memory, broken, files } = folder();
  await memory.keep("aa", set("A"));
  await memory.keep("bb", set("B"));
  broken.add("aa.set");
  // A name that is no text of JSON.
  files.set("cc.set", new TextEncoder().encode('SLDATA01 "name":"\\u00"'));
  expect((await memory.list()).map(({ id }) => id)).toEqual(["bb"]);
});

it("leaves no half of a set when the storage is full", async () => {
  const { memory, files } = folder(20_000);
  await memory.keep("aa", set("A"));
  await expect(memory.keep("bb", set("B"))).rejects.toThrow("The browser's storage is full.");
  expect([...files.keys()]).toEqual(["aa.set"]);
});
