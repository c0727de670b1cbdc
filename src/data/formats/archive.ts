/** Unpacks .tar and .gz as a stream, one file after the other, and stops before the memory is full. */
import { createTarDecoder } from "modern-tar";
import { DataError } from "../../domain/dataset";
import { ENTRY_LIMIT, FILES_LIMIT, RATIO_FROM, RATIO_LIMIT, UNPACKED_LIMIT } from "../limits";
import { thousands } from "../pictures";
import { baseName, type FileSource, megabytes, pieces, type Reading } from "./source";

/** A file of an archive. Its path is a name only, nothing is written anywhere; null for the one file of a .gz. */
export interface Entry {
  readonly path: string | null;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Counts what an archive unpacks to. @throws DataError when it is more than honest pictures would be */
export function meter(archive: FileSource, reading: Reading): (bytes: number) => void {
  const name = baseName(archive.path);
  let own = 0;
  return (bytes) => {
    own += bytes;
    reading.unpacked += bytes;
    if (own > RATIO_FROM && own > RATIO_LIMIT * archive.size) {
      throw new DataError(
        `${name} unpacks to more than ${RATIO_LIMIT} times its size: it is no honest archive of pictures.`,
      );
    }
    if (reading.unpacked > UNPACKED_LIMIT) {
      throw new DataError(`${name} unpacks to more than ${megabytes(UNPACKED_LIMIT)}, more than is read at once.`);
    }
  };
}

export function damaged(name: string, what: string, why: string): DataError {
  return new DataError(`${name} is ${what} that is cut off or damaged (${why}). Download it again.`);
}

/** Grows while bytes come. */
export class Collector {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  /** @param expected bytes, as the archive says */
  constructor(
    private readonly path: string,
    expected = 0,
    private readonly limit = ENTRY_LIMIT,
  ) {
    if (expected > limit) this.#refuse();
    this.#bytes = new Uint8Array(expected);
  }

  add(piece: Uint8Array): void {
    const length = this.#length + piece.length;
    if (length > this.limit) this.#refuse();
    if (length > this.#bytes.length) {
      const larger = new Uint8Array(Math.min(this.limit, Math.max(length, 1 << 16, 2 * this.#bytes.length)));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(piece, this.#length);
    this.#length = length;
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  #refuse(): never {
    throw new DataError(
      `${baseName(this.path)} unpacks to more than ${megabytes(this.limit)}, more than one file may have.`,
    );
  }
}

function streamOf(source: FileSource): ReadableStream<Uint8Array<ArrayBuffer>> {
  const from = pieces(source);
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await from.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
}

/** The bytes inside a .gz, as a stream. */
function gunzip(source: FileSource, reading: Reading): ReadableStream<Uint8Array<ArrayBuffer>> {
  const count = meter(source, reading);
  return streamOf(source)
    .pipeThrough(new DecompressionStream("gzip"))
    .pipeThrough(
      new TransformStream({
        async transform(chunk, controller) {
          count(chunk.length);
          await reading.checkpoint();
          controller.enqueue(chunk);
        },
      }),
    );
}

const GZIP = "a gzip archive";

/** What a .gz holds: files when it is a tar inside, else one file. @throws DataError */
export async function* openGzip(source: FileSource, reading: Reading): AsyncGenerator<Entry> {
  const name = baseName(source.path);
  const reader = gunzip(source, reading).getReader();
  const next = () =>
    reader.read().catch((error: unknown) => {
      throw error instanceof DataError ? error : damaged(name, GZIP, "its checksum or length does not fit");
    });
  const head = new Collector(name);
  let ended = false;
  // A tar tells itself by its first header.
  while (head.bytes().length < 512 && !ended) {
    const { done, value } = await next();
    if (done) ended = true;
    else head.add(value);
  }
  const isTar = String.fromCharCode(...head.bytes().subarray(257, 262)) === "ustar";
  if (!isTar) {
    while (!ended) {
      const { done, value } = await next();
      if (done) ended = true;
      else head.add(value);
    }
    yield { path: null, bytes: head.bytes() };
    return;
  }
  let first = true;
  const rest = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      if (first) {
        first = false;
        controller.enqueue(head.bytes());
        return;
      }
      const { done, value } = await next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  yield* untar(name, rest);
}

/** @throws DataError */
export function openTar(source: FileSource): AsyncGenerator<Entry> {
  return untar(baseName(source.path), streamOf(source));
}

async function* untar(name: string, stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<Entry> {
  const entries = stream.pipeThrough(createTarDecoder({ strict: true })).getReader();
  let count = 0;
  try {
    while (true) {
      const { done, value } = await entries.read();
      if (done) return;
      if (++count > FILES_LIMIT) throw tooMany(name);
      const { header, body } = value;
      // Folders and links hold nothing to read.
      if (header.type !== undefined && header.type !== "file") {
        await body.cancel();
        continue;
      }
      const collector = new Collector(header.name, header.size);
      const bytes = body.getReader();
      let got = 0;
      for (let part = await bytes.read(); !part.done; part = await bytes.read()) {
        collector.add(part.value);
        got += part.value.length;
      }
      if (got !== header.size) throw damaged(name, "a tar archive", "a file in it is not complete");
      yield { path: cleanPath(header.name), bytes: collector.bytes() };
    }
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw damaged(name, "a tar archive", error instanceof Error ? error.message.replace(/\.$/, "") : String(error));
  } finally {
    await entries.cancel().catch(() => undefined);
  }
}

export function tooMany(name: string): DataError {
  return new DataError(`${name} holds more than ${thousands(FILES_LIMIT)} files, more than are read.`);
}

/** Names of folders and files only: neither a root nor a way up, which mean nothing here. */
export function cleanPath(path: string): string {
  return path
    .split(/[\\/]+/)
    .filter((part) => part !== "" && part !== "." && part !== "..")
    .join("/");
}
