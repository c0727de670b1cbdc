/** SHA-256, by the runtime where it offers that. */
import { sha256 } from "@noble/hashes/sha2.js";

/** WebCrypto is many times faster, but hidden from pages that are not secure. */
export async function digest(bytes: Uint8Array): Promise<Uint8Array> {
  // Never shared with another thread, which the types of both cannot know.
  const own = bytes as Uint8Array<ArrayBuffer>;
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  return subtle ? new Uint8Array(await subtle.digest("SHA-256", own)) : sha256(own);
}
