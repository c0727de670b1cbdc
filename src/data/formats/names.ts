/** Names of classes in a text file, one a line: batches.meta.txt, fine_label_names.txt, coarse_label_names.txt. */
import { CLASSES_LIMIT } from "../limits";
import type { Names, Other } from "./part";
import { baseName } from "./source";

const LONGEST = 60;

/** "picture_1.png,3" in each line is the label of a picture, not the name of a class. */
function isTable(lines: readonly string[]): boolean {
  return lines.every((line) => /[,;\t]/.test(line));
}

/** Read where the file's name says that it holds names; any other text is none of ours. */
export function readText(path: string, bytes: Uint8Array): Names | Other {
  const other: Other = { kind: "other", path, reason: `no pictures in ${baseName(path)}`, problem: null };
  const base = baseName(path).toLowerCase();
  if (!/meta|names|labels|classes/.test(base) || bytes.length > CLASSES_LIMIT * (LONGEST + 2)) return other;
  const lines = new TextDecoder().decode(bytes).split(/\r?\n/);
  const names = lines.map((line) => line.trim()).filter((line) => line !== "");
  if (
    names.length < 2 ||
    names.length > CLASSES_LIMIT ||
    names.some((line) => line.length > LONGEST || /[<>{}]/.test(line)) ||
    isTable(names)
  ) {
    return other;
  }
  return base.includes("coarse")
    ? { kind: "names", path, fine: null, coarse: names }
    : { kind: "names", path, fine: names, coarse: null };
}
