/** Stand-ins for what only a browser has, for the tests of this room. */
import type { Shelf } from "./shelf";

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
