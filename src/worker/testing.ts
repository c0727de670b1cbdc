/** Stand-ins for what only a browser has, for the tests of this room. */
import type { RawPictures } from "../data/pictures";
import type { SetMemory } from "./kept-sets";
import type { Shelf } from "./shelf";

/** Data sets in memory. */
export function setsInMemory(): SetMemory {
  const kept = new Map<string, RawPictures>();
  let last: string | null = null;
  return {
    list: async () => [...kept].map(([id, { name, source }]) => ({ id, name, source, bytes: 1 })),
    keep: async (id, raw) => void kept.set(id, raw),
    open: async (id) => {
      const raw = kept.get(id);
      if (!raw) throw new Error(`No set ${id}.`);
      return raw;
    },
    forget: async (id) => void kept.delete(id),
    last: async () => last,
    setLast: async (id) => {
      last = id;
    },
  };
}

/** A shelf in memory. Values are copied, as a database does. */
export function shelfInMemory(): Shelf {
  const values = new Map<string, unknown>();
  const beginning = (prefix: string) => {
    const keys = [...values.keys()].filter((key) => key.startsWith(prefix)).sort();
    return keys.map((key) => structuredClone(values.get(key)));
  };
  return {
    get: async (key) => structuredClone(values.get(key)),
    all: async (prefix) => beginning(prefix),
    together: async (prefixes) => prefixes.map(beginning),
    change: async (put, deleted = []) => {
      const copies = structuredClone(put);
      for (const key of [...values.keys()]) if (deleted.some((prefix) => key.startsWith(prefix))) values.delete(key);
      for (const [key, value] of Object.entries(copies)) values.set(key, value);
    },
  };
}
