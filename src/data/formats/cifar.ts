/**
 * Reads the binary form of CIFAR: records of one label byte (CIFAR-100: a coarse and a fine one), then 1,024 red, 1,024
 * green and 1,024 blue bytes, rows from the top. Source: https://www.cs.toronto.edu/~kriz/cifar.html, "Binary version".
 */
import { DataError } from "../../domain/dataset";
import { counted, thousands } from "../pictures";
import { interleave, type Part } from "./part";
import { baseName, type Reading } from "./source";

export const CIFAR_SIZE = 32;
const PLANE = CIFAR_SIZE * CIFAR_SIZE;
const PIXELS = 3 * PLANE;
export const CIFAR_RECORD = 1 + PIXELS;
const CIFAR100_RECORD = 2 + PIXELS;

interface Layout {
  readonly set: "CIFAR-10" | "CIFAR-100";
  readonly record: number;
  /** Highest value of each label byte, the coarse one first. */
  readonly highest: readonly number[];
}
const LAYOUTS: readonly Layout[] = [
  { set: "CIFAR-10", record: CIFAR_RECORD, highest: [9] },
  { set: "CIFAR-100", record: CIFAR100_RECORD, highest: [19, 99] },
];

/** The first record whose label is too large, or null. */
function wrongLabel(
  bytes: Uint8Array,
  { record, highest }: Layout,
): { record: number; label: number; most: number } | null {
  for (let at = 0, i = 0; at < bytes.length; at += record, i++) {
    for (const [place, most] of highest.entries()) {
      const label = bytes[at + place] ?? 0;
      if (label > most) return { record: i, label, most };
    }
  }
  return null;
}

/** The layout whose record size divides the file and whose labels fit. @throws DataError */
function layoutOf(name: string, bytes: Uint8Array): Layout {
  const fitting = LAYOUTS.filter(({ record }) => bytes.length % record === 0);
  const [first] = fitting;
  if (bytes.length === 0 || !first) throw new DataError(sizeMessage(name, bytes.length));
  const right = fitting.find((layout) => !wrongLabel(bytes, layout));
  if (right) return right;
  const { record, label, most } = wrongLabel(bytes, first) ?? { record: 0, label: 0, most: 0 };
  throw new DataError(
    `${name}: record ${thousands(record + 1)} of ${thousands(bytes.length / first.record)} has the label ${label}, but ${first.set} labels go from 0 to ${most}. The file is damaged or not in the ${first.set} binary form.`,
  );
}

function sizeMessage(name: string, length: number): string {
  if (length === 0) return `${name} is empty. Choose a file that holds pictures.`;
  const over = length % CIFAR_RECORD;
  const whole = (length - over) / CIFAR_RECORD;
  const nearest = Math.max(1, Math.round(length / CIFAR_RECORD));
  return `${name} has ${counted(length, "byte")}, which is not a whole number of CIFAR-10 records of ${thousands(CIFAR_RECORD)} bytes: ${counted(whole, "record")} and ${counted(over, "byte")} more. The nearest whole size is ${thousands(nearest * CIFAR_RECORD)} bytes (${counted(nearest, "record")}). It is no other form that is read either: download the file again.`;
}

/**
 * @param path for messages
 * @throws DataError when the file is no whole number of records, or a label is out of range
 */
export async function readCifarBinary(path: string, bytes: Uint8Array, reading: Reading): Promise<Part> {
  const layout = layoutOf(baseName(path), bytes);
  const count = bytes.length / layout.record;
  const head = layout.highest.length;
  const labels = new Uint16Array(count);
  const coarse = head === 2 ? new Uint16Array(count) : null;
  const pixels = new Uint8Array(count * PIXELS);
  for (let i = 0; i < count; i++) {
    const start = i * layout.record;
    labels[i] = bytes[start + head - 1] ?? 0;
    if (coarse) coarse[i] = bytes[start] ?? 0;
    interleave(bytes.subarray(start + head, start + layout.record), PLANE, pixels, i * PIXELS);
    if (i % 1024 === 0) await reading.checkpoint();
  }
  return {
    kind: "pictures",
    path,
    set: layout.set,
    role: null,
    size: CIFAR_SIZE,
    grey: false,
    pixels,
    labels,
    coarse,
    names: null,
    coarseNames: null,
    ignored: [],
  };
}
