/** Numbers as base64 text, for files: bytes, and float32 in little endian on every machine. */

export function bytesToBase64(bytes: Uint8Array): string {
  // A call takes a limited number of arguments.
  const PART = 0x8000;
  let text = "";
  for (let i = 0; i < bytes.length; i += PART) text += String.fromCharCode(...bytes.subarray(i, i + PART));
  return btoa(text);
}

/** @throws Error where the text is no base64 */
export function bytesFromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}

export function floatsToBase64(values: Float32Array): string {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  for (const [i, value] of values.entries()) view.setFloat32(4 * i, value, true);
  return bytesToBase64(new Uint8Array(view.buffer));
}

/** @throws Error where the text is no base64 or no whole number of floats */
export function floatsFromBase64(text: string): Float32Array {
  const bytes = bytesFromBase64(text);
  if (bytes.length % 4 !== 0) throw new Error("These bytes are no whole number of float32.");
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
}
