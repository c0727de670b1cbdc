/**
 * The worker that loads what a person gives the address of: the one part of the page that may ask other hosts. Its response
 * carries a policy of its own for that, see scripts/lib/security.mjs.
 */
import { expose, transfer } from "comlink";
import type { FileSource } from "../data/formats/source";
import type { Progress } from "../domain/run";
import { openAddress } from "./remote";

export interface OpenedAddress {
  /** To read it by. */
  readonly id: number;
  readonly path: string;
  readonly size: number;
}

/** Called through Comlink; rejects with messages that a person can read. */
export interface WebApi {
  open(places: readonly string[], onProgress: (progress: Progress) => void): Promise<OpenedAddress>;
  read(id: number, start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
}

const opened: FileSource[] = [];

expose({
  open: async (places, onProgress) => {
    const source = await openAddress(places, { onProgress });
    return { id: opened.push(source) - 1, path: source.path, size: source.size };
  },
  read: async (id, start, end) => {
    const bytes = await opened[id]?.read(start, end);
    if (!bytes) throw new Error(`No address was opened as ${id}.`);
    return transfer(bytes, [bytes.buffer]);
  },
} satisfies WebApi);
