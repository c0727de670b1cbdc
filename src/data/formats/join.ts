/** Joins the parts of a data set: training files one after the other, then the test files; names of the classes. */
import { DataError } from "../../domain/dataset";
import { CLASSES_LIMIT } from "../limits";
import { counted, type RawPictures, thousands } from "../pictures";
import type { CifarSet } from "./cifar-part";
import { CIFAR10_NAMES, CIFAR100_COARSE_NAMES, CIFAR100_NAMES } from "./class-names";
import { FORMS } from "./kind";
import { checkClassCount, type Ignored, type Names, type Other, type Part, type Role } from "./part";
import { rolesByPath } from "./role";
import { baseName, type Reading } from "./source";

/** "data_batch_2" before "data_batch_10". */
export function comparePaths(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}

/** @throws DataError when the parts are not of one set */
export async function joinParts(
  found: readonly Part[],
  names: readonly Names[],
  others: readonly Other[],
  source: string,
  reading: Reading,
): Promise<RawPictures> {
  const sorted = [...found].sort((a, b) => comparePaths(a.path, b.path));
  const { parts, repeated } = await withoutRepeated(sorted, reading);
  const first = parts[0];
  if (!first) throw new DataError(`${source} holds no pictures that can be read. ${FORMS}`);
  checkAlike(parts, first);
  const ordered = order(parts);
  const ignored: Ignored = [
    ...parts.flatMap((part) => part.ignored),
    ...repeated,
    ...others.filter(({ problem }) => problem).map(({ reason }) => ({ count: 1, reason })),
  ];
  const { pixels, labels, coarse } = await joinPixels(ordered.parts, reading);
  const set = first.set ?? knownSet(first, labels, coarse);
  const classNames = namesFor(
    source,
    labels,
    [...parts.map((part) => part.names), ...names.map(({ fine }) => fine)],
    set && NAMES[set],
  );
  const coarseNames =
    coarse &&
    namesFor(
      source,
      coarse,
      [...parts.map((part) => part.coarseNames), ...names.map((list) => list.coarse)],
      set === "CIFAR-100" ? CIFAR100_COARSE_NAMES : null,
    );
  checkTwoClasses(source, labels, classNames);
  return {
    name: set ?? source.replace(/(\.(tar|gz|tgz|zip|npz|npy|parquet|bin))+$/i, ""),
    source,
    classNames,
    size: first.size,
    pixels,
    labels,
    ignored,
    splitRule: ordered.testFrom === null ? { kind: "order" } : { kind: "given", testFrom: ordered.testFrom },
    ...(coarse && coarseNames ? { coarse: { labels: coarse, classNames: coarseNames } } : {}),
    ...(parts.every(({ grey }) => grey) ? { grey: true } : {}),
  };
}

const NAMES: Readonly<Record<CifarSet, readonly string[]>> = { "CIFAR-10": CIFAR10_NAMES, "CIFAR-100": CIFAR100_NAMES };

/** Files of no form of CIFAR's own: the classes tell the set, and of CIFAR-100 the coarse labels. */
function knownSet({ names, size }: Part, labels: Uint16Array, coarse: Uint16Array | null): CifarSet | null {
  if (size !== 32) return null;
  const below = (values: Uint16Array, count: number) => values.every((label) => label < count);
  const count = names?.length;
  if (coarse && (count ?? 100) === 100 && below(labels, 100) && below(coarse, 20)) return "CIFAR-100";
  return count === 10 && names?.every((name, i) => name === CIFAR10_NAMES[i]) ? "CIFAR-10" : null;
}

/** Files dropped twice, or one file in two archives. */
async function withoutRepeated(
  sorted: readonly Part[],
  reading: Reading,
): Promise<{ parts: Part[]; repeated: Ignored }> {
  const parts: Part[] = [];
  const repeated: { count: number; reason: string }[] = [];
  for (const part of sorted) {
    await reading.checkpoint();
    const same = parts.find((other) => sameBytes(other.labels, part.labels) && sameBytes(other.pixels, part.pixels));
    if (!same) parts.push(part);
    else if (part.labels.length > 0) {
      const reason =
        baseName(part.path) === baseName(same.path)
          ? `${baseName(part.path)} was given twice`
          : `${baseName(part.path)} holds the same as ${baseName(same.path)}`;
      repeated.push({ count: part.labels.length, reason });
    }
  }
  return { parts: parts.filter(({ labels }) => labels.length > 0), repeated };
}

function sameBytes(a: Uint8Array | Uint16Array, b: Uint8Array | Uint16Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function checkAlike(parts: readonly Part[], first: Part): void {
  const other = parts.find(({ size }) => size !== first.size);
  if (other) {
    throw new DataError(
      `${baseName(first.path)} has pictures of ${first.size}×${first.size}, ${baseName(other.path)} of ${other.size}×${other.size}: they are no parts of one set.`,
    );
  }
  const foreign = parts.find(({ set }) => set !== first.set);
  if (foreign) {
    const what = ({ set }: Part) => set ?? "another set";
    throw new DataError(
      `${baseName(first.path)} is a part of ${what(first)}, ${baseName(foreign.path)} of ${what(foreign)}: choose the files of one set.`,
    );
  }
}

/** Training pictures first. A set without test files may have a validation file, which then is the test. */
function order(parts: readonly Part[]): { parts: Part[]; testFrom: number | null } {
  const byPath = rolesByPath(parts.map(({ path }) => path));
  const roles = parts.map(({ role }, i): Role => role ?? byPath[i] ?? "train");
  const held: Role = roles.includes("test") ? "test" : "validation";
  const test = parts.filter((_, i) => roles[i] === held);
  const train = parts.filter((_, i) => roles[i] !== held);
  // A test file alone is just a file of pictures.
  if (train.length === 0 || test.length === 0) return { parts: [...parts], testFrom: null };
  return { parts: [...train, ...test], testFrom: train.reduce((sum, { labels }) => sum + labels.length, 0) };
}

async function joinPixels(parts: Part[], reading: Reading): Promise<Pick<Part, "pixels" | "labels" | "coarse">> {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  const total = parts.reduce((sum, { pixels }) => sum + pixels.length, 0);
  const count = parts.reduce((sum, { labels }) => sum + labels.length, 0);
  const pixels = new Uint8Array(total);
  const labels = new Uint16Array(count);
  const coarse = parts.every((part) => part.coarse) ? new Uint16Array(count) : null;
  let picture = 0;
  let byte = 0;
  for (const part of parts) {
    pixels.set(part.pixels, byte);
    labels.set(part.labels, picture);
    if (part.coarse) coarse?.set(part.coarse, picture);
    picture += part.labels.length;
    byte += part.pixels.length;
    await reading.checkpoint();
  }
  return { pixels, labels, coarse };
}

/**
 * The first list that there is: a part's own names before those of a file beside it; else the known names, else the numbers.
 * @throws DataError when it is too short, or has more classes than can be searched on
 */
function namesFor(
  source: string,
  labels: Uint16Array,
  lists: readonly (readonly string[] | null)[],
  known: readonly string[] | null,
): readonly string[] {
  const highest = labels.reduce((most, label) => Math.max(most, label), 0);
  checkClassCount(source, highest);
  const given = lists.find((list) => list !== null) ?? known;
  if (given && given.length > CLASSES_LIMIT) {
    throw new DataError(
      `${source} names ${counted(given.length, "class", "classes")}; up to ${counted(CLASSES_LIMIT, "class", "classes")} can be searched on.`,
    );
  }
  if (!given) return Array.from({ length: highest + 1 }, (_, i) => String(i));
  if (highest >= given.length) {
    throw new DataError(
      `${source} has the label ${highest}, but names for ${counted(given.length, "class", "classes")} only: labels and names do not belong together.`,
    );
  }
  return distinct(given);
}

/** Lists and controls need names that differ. */
function distinct(names: readonly string[]): readonly string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const before = seen.get(name) ?? 0;
    seen.set(name, before + 1);
    return before === 0 ? name : `${name} (${before + 1})`;
  });
}

function checkTwoClasses(source: string, labels: Uint16Array, names: readonly string[]): void {
  const first = labels[0];
  if (labels.some((label) => label !== first)) return;
  throw new DataError(
    `${source}: all ${thousands(labels.length)} pictures are of one class, ${names[first ?? 0] ?? "0"}. A search needs at least two classes.`,
  );
}
