/** Files as the readers see them: a name, a size, and any part of the bytes when it is asked for. Knows no page and no disk. */
import { DataError } from "../../domain/dataset";
import type { Progress } from "../../domain/run";
import { FILE_LIMIT, GROUP_ROWS_LIMIT, PICTURES_LIMIT } from "../limits";
import { counted } from "../pictures";

export interface FileSource {
  /** With its folders and archives, separated by "/". */
  readonly path: string;
  /** The path within the archive that it lies in; none outside of archives. */
  readonly inside?: string;
  readonly size: number;
  /** Bytes from `start` to `end`, which is not included; fewer when the file ends before. */
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** What one reading shares: who hears of it, and who may end it. */
export interface ReadOptions {
  readonly signal?: AbortSignal;
  /** Bytes read of all bytes. */
  readonly onProgress?: (progress: Progress) => void;
  /** What is held at most, where less memory is at hand. */
  readonly limits?: { readonly pictures: number; readonly rows: number };
  /** Lets messages in, so that a reading can be cancelled. */
  readonly breathe?: () => Promise<void>;
}

const BREATHE_MS = 40;

export class Reading {
  #done = 0;
  #breathedAt = performance.now();
  /** Bytes that archives have unpacked to. */
  unpacked = 0;

  constructor(
    private readonly total: number,
    private readonly options: ReadOptions,
  ) {}

  /** Bytes of all pictures, and rows of Parquet at once. */
  get limits(): { readonly pictures: number; readonly rows: number } {
    return this.options.limits ?? { pictures: PICTURES_LIMIT, rows: GROUP_ROWS_LIMIT };
  }

  get cancelled(): boolean {
    return this.options.signal?.aborted ?? false;
  }

  read(bytes: number): void {
    this.#done += bytes;
  }

  /** Called between two pieces of work. @throws DataError when the reading was cancelled */
  async checkpoint(): Promise<void> {
    if (performance.now() - this.#breathedAt >= BREATHE_MS) {
      this.options.onProgress?.({ done: Math.min(this.#done, this.total), total: this.total });
      await this.options.breathe?.();
      this.#breathedAt = performance.now();
    }
    throwIfCancelled(this.options.signal);
  }

  /** The same file; what is read of it counts as progress. */
  counting(source: FileSource): FileSource {
    return {
      path: source.path,
      size: source.size,
      read: async (start, end) => {
        await this.checkpoint();
        const bytes = await source.read(start, end);
        this.read(bytes.length);
        return bytes;
      },
    };
  }
}

export function cancelled(): DataError {
  return new DataError("Reading was cancelled; the pictures stay as they were.");
}

/** @throws DataError */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw cancelled();
}

export function memorySource(path: string, bytes: Uint8Array<ArrayBuffer>, inside?: string): FileSource {
  return {
    path,
    size: bytes.length,
    read: async (start, end) => bytes.subarray(start, end),
    ...(inside === undefined ? {} : { inside }),
  };
}

/** "batches/data_batch_1.bin" as "data_batch_1.bin". */
export function baseName(path: string): string {
  return path.split("/").at(-1) ?? path;
}

/** Small pieces: what a piece of an archive unpacks to stays small as well. */
const PIECE = 1 << 16;
/** Read at once; pieces are cut from it. */
const BLOCK = 1 << 20;

export async function* pieces(source: FileSource): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let start = 0; start < source.size; start += BLOCK) {
    const block = await source.read(start, Math.min(source.size, start + BLOCK));
    if (block.length < Math.min(BLOCK, source.size - start)) {
      throw new DataError(`${baseName(source.path)} became shorter while it was read. Choose it again.`);
    }
    for (let at = 0; at < block.length; at += PIECE) yield block.subarray(at, at + PIECE);
  }
}

export function megabytes(bytes: number): string {
  return counted(Math.round(bytes / 1e6), "megabyte");
}

/** The whole file. @throws DataError when it is too large */
export async function readWhole(source: FileSource, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  if (source.size > limit) {
    throw new DataError(
      `${baseName(source.path)} has ${megabytes(source.size)}; a file of this form is read up to ${megabytes(limit)}.`,
    );
  }
  const bytes = new Uint8Array(source.size);
  let at = 0;
  for await (const piece of pieces(source)) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** @throws DataError */
export function checkFileSize({ path, size }: Pick<FileSource, "path" | "size">): void {
  if (size === 0) throw new DataError(`${baseName(path)} is empty. Choose a file that holds pictures.`);
  if (size > FILE_LIMIT) {
    throw new DataError(
      `${baseName(path)} has ${megabytes(size)}; files of up to ${megabytes(FILE_LIMIT)} are read. Choose a part of the set.`,
    );
  }
}
