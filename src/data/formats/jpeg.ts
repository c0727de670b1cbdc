/**
 * Decodes JPEG with libjpeg-turbo, compiled to WebAssembly: the same pixels in the page and in Node, and the same as other
 * programs get that use libjpeg. No colour profile, no rotation.
 */
import { DataError } from "../../domain/dataset";
import { checkSides, type Decoded } from "./png";
import { baseName } from "./source";

interface Decoder {
  getEncodedBuffer(length: number): Uint8Array;
  decode(): void;
  getDecodedBuffer(): Uint8Array;
  getFrameInfo(): { readonly width: number; readonly height: number; readonly componentCount: number };
  delete(): void;
}
interface Codec {
  readonly JPEGDecoder: new () => Decoder;
}

let opened: Promise<Codec> | null = null;

/** Loaded when the first JPEG comes. */
async function openCodec(): Promise<Codec> {
  const [{ default: open }, { default: address }] = await Promise.all([
    import("@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs"),
    import("@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasm?url&inline"),
  ]);
  const base64 = address.slice(address.indexOf(",") + 1);
  const wasmBinary = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  // What it would print of a damaged picture is said by the error.
  const quiet = () => undefined;
  return open({ wasmBinary, print: quiet, printErr: quiet }) as Promise<Codec>;
}

/** Width, height and channels from the frame header; null when there is none. */
function frameOf(bytes: Uint8Array): { width: number; height: number; channels: number } | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 2; at + 10 <= bytes.length; ) {
    if (bytes[at] !== 0xff) return null;
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    // SOF0 to SOF15 without DHT, JPG and DAC.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return { height: view.getUint16(at + 5), width: view.getUint16(at + 7), channels: view.getUint8(at + 9) };
    }
    at += 2 + view.getUint16(at + 2);
  }
  return null;
}

/** @throws DataError when it is damaged, has four channels, or is larger than a picture of a data set should be */
export async function decodeJpeg(path: string, bytes: Uint8Array): Promise<Decoded> {
  const frame = frameOf(bytes);
  if (!frame) throw new DataError(`${baseName(path)} is a JPEG picture that is cut off or damaged.`);
  checkSides(path, frame.width, frame.height);
  if (frame.channels !== 1 && frame.channels !== 3) {
    throw new DataError(
      `${baseName(path)} is a JPEG picture of ${frame.channels} channels; grey and RGB are read. Save it as RGB.`,
    );
  }
  opened ??= openCodec();
  const decoder = new (await opened).JPEGDecoder();
  try {
    decoder.getEncodedBuffer(bytes.length).set(bytes);
    decoder.decode();
    const { width, height, componentCount } = decoder.getFrameInfo();
    // The decoder's own memory: copied before the next picture comes.
    const values = decoder.getDecodedBuffer();
    const rgb = new Uint8Array(width * height * 3);
    if (componentCount === 3) rgb.set(values.subarray(0, rgb.length));
    else for (let i = 0; i < rgb.length; i++) rgb[i] = values[Math.floor(i / 3)] ?? 0;
    return { width, height, grey: componentCount === 1, rgb };
  } catch {
    throw new DataError(`${baseName(path)} is a JPEG picture that is cut off or damaged.`);
  } finally {
    decoder.delete();
  }
}
