/** Changes single bytes of files, for the tests. */

/** One byte for each character. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([...text].map((char) => char.charCodeAt(0)));
}

/** A copy with other bytes in the place of some. */
export function changed(file: Uint8Array, at: number, ...values: number[]): Uint8Array<ArrayBuffer> {
  const copy = Uint8Array.from(file);
  copy.set(values, at);
  return copy;
}

/** Where `what` stands for the first time. @throws Error when it does not */
export function placeOf(file: Uint8Array, what: string | readonly number[]): number {
  const at = Buffer.from(file).indexOf(Buffer.from(typeof what === "string" ? bytesOf(what) : Uint8Array.from(what)));
  if (at < 0) throw new Error(`There is no ${what} in the file.`);
  return at;
}
