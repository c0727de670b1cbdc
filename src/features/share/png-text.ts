/** Writes a text into a PNG, where programs that show properties of pictures find it. Source: PNG specification, 11.3.3.4 iTXt. */
import { crc32 } from "../../domain/crc32";

/** Signature and header, which must come first. */
const START = 8 + 25;

/** @param keyword in ASCII, of the text: "Description" */
export function withText(png: Uint8Array, keyword: string, text: string): Uint8Array<ArrayBuffer> {
  // Neither packed nor in a named language.
  const body = new TextEncoder().encode(`iTXt${keyword}\0\0\0\0\0${text}`);
  const file = new Uint8Array(png.length + 8 + body.length);
  const view = new DataView(file.buffer);
  file.set(png.subarray(0, START));
  view.setUint32(START, body.length - 4);
  file.set(body, START + 4);
  view.setUint32(START + 4 + body.length, crc32(body));
  file.set(png.subarray(START), START + 8 + body.length);
  return file;
}
