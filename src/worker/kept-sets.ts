/**
 * Keeps data sets in the browser's own file system (OPFS), one file for each. Where there is none, as on pages that are not
 * secure, nothing can be kept.
 */
import { packPictures, unpackPictures } from "../data/kept";
import type { RawPictures } from "../data/pictures";
import type { KeptSet } from "../domain/dataset";

export interface SetMemory {
  list(): Promise<readonly KeptSet[]>;
  /** @param id the hash of the set */
  keep(id: string, raw: RawPictures): Promise<void>;
  open(id: string): Promise<RawPictures>;
  forget(id: string): Promise<void>;
  /** The kept set that was in use last; null when it was another. */
  last(): Promise<string | null>;
  setLast(id: string | null): Promise<void>;
}

const FOLDER = "searchlight-sets";
const ENDING = ".set";
const LAST = "last";

/** Null where the browser offers no storage. */
export async function browserSetMemory(storage: StorageManager | undefined): Promise<SetMemory | null> {
  try {
    const root = await storage?.getDirectory();
    return root ? folderMemory(await root.getDirectoryHandle(FOLDER, { create: true })) : null;
  } catch {
    return null;
  }
}

/** @param folder of the sets, one file each */
export function folderMemory(folder: FileSystemDirectoryHandle): SetMemory {
  const fileOf = async (name: string) => (await folder.getFileHandle(name)).getFile();
  const write = async (name: string, pieces: readonly Uint8Array[]) => {
    const file = await folder.getFileHandle(name, { create: true });
    const access = await file.createSyncAccessHandle();
    try {
      access.truncate(0);
      let at = 0;
      for (const piece of pieces) at += access.write(piece as Uint8Array<ArrayBuffer>, { at });
      access.flush();
      if (at !== pieces.reduce((sum, { length }) => sum + length, 0)) throw new Error("The browser's storage is full.");
    } finally {
      access.close();
    }
  };
  const remove = (name: string) => folder.removeEntry(name).catch(() => undefined);
  return {
    list: async () => {
      const sets: KeptSet[] = [];
      for await (const name of folder.keys()) {
        if (!name.endsWith(ENDING)) continue;
        const id = name.slice(0, -ENDING.length);
        try {
          const file = await fileOf(name);
          const [title = "", source = ""] = await titleOf(file);
          sets.push({ id, name: title, source, bytes: file.size });
        } catch {
          // Deleted by another tab meanwhile, or not to be read: the others are there all the same.
        }
      }
      return sets.sort((a, b) => a.name.localeCompare(b.name, "en"));
    },
    keep: async (id, raw) => {
      try {
        await write(`${id}${ENDING}`, packPictures(raw));
      } catch (error) {
        // Half a set is none.
        await remove(`${id}${ENDING}`);
        throw error;
      }
    },
    open: async (id) => unpackPictures(new Uint8Array(await (await fileOf(`${id}${ENDING}`)).arrayBuffer())),
    forget: (id) => remove(`${id}${ENDING}`),
    last: async () => {
      try {
        return await (await fileOf(LAST)).text();
      } catch {
        return null;
      }
    },
    setLast: (id) => (id === null ? remove(LAST) : write(LAST, [new TextEncoder().encode(id)])),
  };
}

/** Name and source from the header, without reading the pictures. */
async function titleOf(file: File): Promise<readonly string[]> {
  const head = new TextDecoder().decode(await file.slice(0, 4096).arrayBuffer());
  return ["name", "source"].map((key) => {
    const found = new RegExp(`"${key}":("(?:[^"\\\\]|\\\\.)*")`).exec(head)?.[1];
    return found ? String(JSON.parse(found)) : "";
  });
}
