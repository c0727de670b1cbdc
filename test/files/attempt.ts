/** Reads files that may be bad: they end in whole pictures or in a message that a person can read, soon. */
import { expect } from "vitest";
import { readPictures } from "../../src/data/formats/read";
import { type FileSource, memorySource } from "../../src/data/formats/source";
import type { RawPictures } from "../../src/data/pictures";
import { DataError } from "../../src/domain/dataset";
import type { Files } from "./archives";

/** Milliseconds for one bad file, on a busy machine. */
const SOON = 5000;

export function sources(files: Files): FileSource[] {
  return Object.entries(files).map(([path, bytes]) => memorySource(path, Uint8Array.from(bytes)));
}

/** The pictures, or the message of the refusal; any other end is a failure. */
export async function attempt(files: readonly FileSource[]): Promise<RawPictures | string> {
  const began = performance.now();
  try {
    return await readPictures(files);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    expect(error.message).not.toMatch(/undefined|(?<!holds )NaN|\[object|\n/);
    expect(error.message.length).toBeGreaterThan(10);
    return error.message;
  } finally {
    expect(performance.now() - began).toBeLessThan(SOON);
  }
}

/** What is read of a damaged file must be whole all the same. */
export function expectWhole({ labels, pixels, size, classNames, coarse }: RawPictures): void {
  expect(labels.length).toBeGreaterThan(0);
  expect(pixels).toHaveLength(labels.length * size * size * 3);
  expect(Math.max(...labels)).toBeLessThan(classNames.length);
  if (coarse) expect(Math.max(...coarse.labels)).toBeLessThan(coarse.classNames.length);
}
