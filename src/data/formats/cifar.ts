/**
 * Reads the binary form of CIFAR: records of one label byte (CIFAR-100: a coarse and a fine one), then 1,024 red, 1,024
 * green and 1,024 blue bytes, rows from the top. Source: https://www.cs.toronto.edu/~kriz/cifar.html, "Binary version".
 */
import { DataError } from "../../domain/dataset";
import { counted, thousands } from "../pictures";
import { CIFAR_PIXELS, type CifarSet, cifarPart, HIGHEST_COARSE, HIGHEST_LABEL } from "./cifar-part";
import { FORMS } from "./kind";
import type { Part } from "./part";
import { baseName, type Reading } from "./source";

const CIFAR_RECORD = 1 + CIFAR_PIXELS;

interface Layout {
  readonly set: CifarSet;
  readonly record: number;
  /** Highest value of each label byte, the coarse one first. */
  readonly highest: readonly number[];
}
const LAYOUTS: readonly Layout[] = [
  { set: "CIFAR-10", record: CIFAR_RECORD, highest: [HIGHEST_LABEL["CIFAR-10"]] },
  { set: "CIFAR-100", record: CIFAR_RECORD + 1, highest: [HIGHEST_COARSE, HIGHEST_LABEL["CIFAR-100"]] },
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
  // The name chooses no reader, but a film is told nothing about records.
  if (!/^[^.]*$|\.(bin|dat)$/i.test(name)) {
    return `${name} is of no form that is read, or its beginning is damaged. ${FORMS}`;
  }
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
  const { set, record, highest } = layoutOf(baseName(path), bytes);
  const head = highest.length;
  const labelsAt = (place: number) =>
    Uint16Array.from({ length: bytes.length / record }, (_, i) => bytes[i * record + place] ?? 0);
  const part = { path, set, role: null, labels: labelsAt(head - 1), coarse: head === 2 ? labelsAt(0) : null };
  return cifarPart(part, (i) => bytes.subarray(i * record + head, (i + 1) * record), reading);
}
