/** Which split a file belongs to, where only its name can tell. Its form is never told by its name. */
import type { Role } from "./part";

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
