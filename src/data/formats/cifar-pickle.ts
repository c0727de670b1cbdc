/** CIFAR's Python version: batches (`data` and labels) and the file with the names of the classes. */
import { DataError } from "../../domain/dataset";
import { counted, thousands } from "../pictures";
import { CIFAR_PIXELS, cifarPart, HIGHEST_COARSE, HIGHEST_LABEL } from "./cifar-part";
import type { Names, Part, Role } from "./part";
import { type PickleDict, PickledArray, type PickleValue, readPickle, textOf } from "./pickle";
import { baseName, type Reading } from "./source";

/** @throws DataError when the pickle is none of CIFAR or asks for more than it may */
export async function readCifarPickle(path: string, bytes: Uint8Array, reading: Reading): Promise<Part | Names> {
  const name = baseName(path);
  const value = readPickle(name, bytes);
  if (!(value instanceof Map))
    throw new DataError(`${name} is a Python pickle, but none of CIFAR: it holds no dictionary.`);
  if (value.has("data")) return readBatch(path, value, reading);
  const fine = namesOf(value.get("label_names") ?? value.get("fine_label_names"));
  const coarse = namesOf(value.get("coarse_label_names"));
  if (fine || coarse) return { kind: "names", path, fine, coarse };
  throw new DataError(
    `${name} is a Python pickle, but none of CIFAR: it has neither data nor label_names${keysText(value)}.`,
  );
}

function keysText(dict: PickleDict): string {
  const keys = [...dict.keys()].slice(0, 5);
  return keys.length > 0 ? `, only ${keys.join(", ")}` : "";
}

function namesOf(value: PickleValue | undefined): string[] | null {
  if (!Array.isArray(value)) return null;
  const names = value.map(textOf);
  return names.every((name) => name !== null) ? names : null;
}

/** "testing batch 1 of 1" */
function roleOf(label: string | null): Role | null {
  if (label === null) return null;
  return label.startsWith("testing") ? "test" : label.startsWith("training") ? "train" : null;
}

async function readBatch(path: string, dict: PickleDict, reading: Reading): Promise<Part> {
  const name = baseName(path);
  const data = dict.get("data");
  if (!(data instanceof PickledArray) || data.dtype !== "u1" || data.fortran) {
    throw new DataError(`${name}: its data are no NumPy array of bytes (uint8, in C order).`);
  }
  const [count = 0, width = 0] = data.shape;
  if (data.shape.length !== 2 || width !== CIFAR_PIXELS || data.bytes.length !== count * width) {
    throw new DataError(
      `${name}: its data have the shape (${data.shape.join(", ")}) and ${counted(data.bytes.length, "byte")}, but CIFAR has ${thousands(CIFAR_PIXELS)} bytes for each picture. The file is damaged: download it again.`,
    );
  }
  if (count === 0) throw new DataError(`${name} holds no pictures.`);
  const set = dict.has("fine_labels") ? "CIFAR-100" : "CIFAR-10";
  const key = set === "CIFAR-100" ? "fine_labels" : "labels";
  const part = {
    path,
    set,
    role: roleOf(textOf(dict.get("batch_label"))),
    labels: labelsOf(name, dict, key, count, HIGHEST_LABEL[set]),
    coarse:
      set === "CIFAR-100" && dict.has("coarse_labels")
        ? labelsOf(name, dict, "coarse_labels", count, HIGHEST_COARSE)
        : null,
  } as const;
  return cifarPart(part, (i) => data.bytes.subarray(i * CIFAR_PIXELS, (i + 1) * CIFAR_PIXELS), reading);
}

function labelsOf(name: string, dict: PickleDict, key: string, count: number, most: number): Uint16Array {
  const list = dict.get(key);
  if (!Array.isArray(list)) throw new DataError(`${name} has pictures, but no list of ${key}.`);
  if (list.length !== count) {
    throw new DataError(
      `${name} has ${counted(count, "picture")}, but ${counted(list.length, "entry", "entries")} in ${key}.`,
    );
  }
  return Uint16Array.from(list, (label, i) => {
    if (typeof label !== "number" || !Number.isInteger(label) || label < 0 || label > most) {
      throw new DataError(
        `${name}: record ${thousands(i + 1)} of ${thousands(count)} has no label from 0 to ${most} in ${key}.`,
      );
    }
    return label;
  });
}
