/** Packs files for the tests. */
import { gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { packTar } from "modern-tar";

export type Files = Readonly<Record<string, Uint8Array>>;

const own = (bytes: Uint8Array) => Uint8Array.from(bytes);

export function zip(files: Files): Uint8Array<ArrayBuffer> {
  return own(
    zipSync(Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, own(bytes)])), { level: 1 }),
  );
}

export async function tar(files: Files): Promise<Uint8Array<ArrayBuffer>> {
  const entries = Object.entries(files).map(([name, data]) => ({
    header: { name, size: data.length, type: "file" as const },
    data: own(data),
  }));
  return own(await packTar(entries));
}

export function gzip(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return own(gzipSync(bytes, { level: 1 }));
}
