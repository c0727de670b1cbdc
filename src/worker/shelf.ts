/** A store of values by their keys whose changes are made together or not at all. Knows nothing of what is kept. */
import { createStore, promisifyRequest } from "idb-keyval";

export interface Shelf {
  get(key: string): Promise<unknown>;
  /** The values whose keys begin so, in the order of their keys. */
  all(prefix: string): Promise<readonly unknown[]>;
  /** The same of several beginnings, all at one moment: no change comes between. */
  together(prefixes: readonly string[]): Promise<readonly (readonly unknown[])[]>;
  /** Puts and deletes together; where that fails, nothing has changed. @param deleted beginnings of keys */
  change(put: Readonly<Record<string, unknown>>, deleted?: readonly string[]): Promise<void>;
}

const LAST_CHARACTER = "\uffff";

/** The browser's database. Null where there is none, as in some private windows. */
export async function browserShelf(name: string): Promise<Shelf | null> {
  if (!("indexedDB" in globalThis)) return null;
  const use = createStore(name, "values");
  const beginning = (prefix: string) => IDBKeyRange.bound(prefix, prefix + LAST_CHARACTER);
  const shelf: Shelf = {
    get: (key) => use("readonly", (store) => promisifyRequest(store.get(key))),
    all: (prefix) => use("readonly", (store) => promisifyRequest(store.getAll(beginning(prefix)))),
    together: (prefixes) =>
      use("readonly", (store) =>
        Promise.all(prefixes.map((prefix) => promisifyRequest(store.getAll(beginning(prefix))))),
      ),
    change: (put, deleted = []) =>
      use("readwrite", (store) => {
        try {
          for (const prefix of deleted) store.delete(beginning(prefix));
          for (const [key, value] of Object.entries(put)) store.put(value, key);
        } catch (error) {
          store.transaction.abort();
          throw error;
        }
        return promisifyRequest(store.transaction);
      }),
  };
  try {
    await shelf.get("");
    return shelf;
  } catch {
    return null;
  }
}
