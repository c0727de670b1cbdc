/** Which split a file belongs to, where only its name can tell. Its form is never told by its name. */
import type { Role } from "./part";
import { baseName } from "./source";

const WORDS: readonly [Role, RegExp][] = [
  ["test", /^(test|testing|t10k)$/],
  ["validation", /^(val|valid|validation)$/],
  ["train", /^(train|training|trn)$/],
];

/** By the words of the path, the last first: "set/test_batch.bin", "t10k-images", "x_test". Null when there is none. */
export function pathRole(path: string): Role | null {
  const words = path
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .reverse();
  for (const word of words) {
    const role = WORDS.find(([, pattern]) => pattern.test(word))?.[0];
    if (role) return role;
  }
  return null;
}

/** The folders and archives that a file lies in, from the outside. */
export function foldersOf(path: string): string[] {
  return path
    .split("/")
    .filter((part) => part !== "")
    .slice(0, -1);
}

/** The folders that both begin with. */
export function sharedFolders(a: readonly string[], b: readonly string[]): readonly string[] {
  const other = a.findIndex((folder, i) => folder !== b[i]);
  return other < 0 ? a : a.slice(0, other);
}

/** Of each file by its name, else by its folders and archives: but for those that all share, which tell no split. */
export function rolesByPath(paths: readonly string[]): (Role | null)[] {
  const folders: readonly (readonly string[])[] = paths.map(foldersOf);
  const { length } = folders.reduce(sharedFolders, folders[0] ?? []);
  return paths.map((path, i) => pathRole(baseName(path)) ?? pathRole(folders[i]?.slice(length).join("/") ?? ""));
}
