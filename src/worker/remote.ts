/** Files behind addresses: fetched as a whole with progress, or in parts where the form of the file gains by it. */
import { HEAD, recognise } from "../data/formats/kind";
import { checkFileSize, type FileSource, type ReadOptions, throwIfCancelled } from "../data/formats/source";
import { FILE_LIMIT } from "../data/limits";
import { counted } from "../data/pictures";
import { DataError } from "../domain/dataset";
import { nameOf } from "./address";
import { fileSource } from "./pictures";

/** Fetched at once of a file that is read in parts. */
const BLOCK = 4 << 20;
/** Handed over to the browser, which may keep it on the disk. */
const PIECE = 8 << 20;

/** @throws DataError when it is no address of the web */
function checkAddress(address: string): URL {
  const url = URL.canParse(address.trim()) ? new URL(address.trim()) : null;
  if (url?.protocol === "https:" || url?.protocol === "http:") return url;
  throw new DataError(`"${address}" is no web address. It must begin with https:// or http://.`);
}

/** The server has no such file, or does not give it away. */
class NoFile extends DataError {}

/**
 * A whole file is downloaded first, with progress; of a parquet file parts are fetched as they are read.
 * @param places addresses of one and the same file: the first that has it is taken
 * @throws DataError that says what the server answers and what to do
 */
export async function openAddress(places: readonly string[], options: ReadOptions): Promise<FileSource> {
  let refused: NoFile | null = null;
  for (const place of places) {
    try {
      return await openPlace(checkAddress(place), options);
    } catch (error) {
      if (!(error instanceof NoFile)) throw error;
      refused ??= error;
    }
  }
  throw refused ?? new DataError("There is no address to load from.");
}

async function openPlace(url: URL, options: ReadOptions): Promise<FileSource> {
  const name = nameOf(url);
  // A simple range needs no question beforehand, so servers that know none just send the whole file.
  const first = await ask(url, name, options, [0, BLOCK]);
  const total = Number(/\/(\d+)$/.exec(first.headers.get("content-range") ?? "")?.[1] ?? Number.NaN);
  if (first.status === 206 && Number.isSafeInteger(total)) {
    checkFileSize({ path: name, size: total });
    const head = new Uint8Array(await bodyOf(first, name, options));
    if (recognise(head.subarray(0, HEAD), total).format === "parquet") return ranged(url, name, total, head, options);
    if (head.length === total) return fileSource({ path: name, file: new File([head], name) });
    return download(await ask(url, name, options, null), name, options);
  }
  return download(first.status === 206 ? await ask(url, name, options, null) : first, name, options);
}

async function ask(
  url: URL,
  name: string,
  { signal }: ReadOptions,
  range: readonly [start: number, end: number] | null,
): Promise<Response> {
  const init: RequestInit = { credentials: "omit", ...(signal ? { signal } : {}) };
  let response: Response;
  try {
    response = await fetch(url, range ? { ...init, headers: { Range: `bytes=${range[0]}-${range[1] - 1}` } } : init);
  } catch {
    throwIfCancelled(signal);
    // Older browsers do ask beforehand, and some hosts that give whole files to every page do not answer that.
    if (range?.[0] === 0) return ask(url, name, signal ? { signal } : {}, null);
    throw await refusal(url);
  }
  const { status } = response;
  if (response.ok) {
    if (response.headers.get("content-type")?.startsWith("text/html")) {
      throw new DataError(`${url.href} is a web page, not a file of pictures. Copy the address of the file itself.`);
    }
    return response;
  }
  // Some servers refuse a range of a file that is shorter.
  if (status === 416 && range) return ask(url, name, signal ? { signal } : {}, null);
  if (status === 404 || status === 410)
    throw new NoFile(`There is no file at ${url.href} (${status}). Check the address.`);
  if (status === 401 || status === 403) {
    throw new NoFile(
      `${url.host} does not give ${name} without a sign-in (${status}). Download it there and drop it here.`,
    );
  }
  if (status === 429) throw new DataError(`${url.host} is asked too often (429). Try again in some minutes.`);
  throw new DataError(`${url.host} answers ${status} instead of ${name}. Try again later.`);
}

/** Hosts that browsers trust without https. */
const OWN = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** A page is not told why it got no answer; a question without an answer to read tells whether the server is there. */
async function refusal({ href, host, hostname, protocol }: URL): Promise<DataError> {
  if (protocol === "http:" && globalThis.location?.protocol === "https:" && !OWN.test(hostname)) {
    return new DataError(
      `Browsers let a page that came by https:// ask no address with http://. Try https://${host}, or download ${href} yourself and drop it here.`,
    );
  }
  try {
    await fetch(href, { mode: "no-cors", method: "HEAD", credentials: "omit" });
    return new DataError(
      `${host} does not let other pages read its files (CORS), or has none at ${href}: the browser does not say which. Open the address in a tab of its own: what it downloads there, drop here.`,
    );
  } catch {
    return new DataError(`${host} does not answer. Check the address and your connection.`);
  }
}

async function bodyOf(response: Response, name: string, { signal }: ReadOptions): Promise<ArrayBuffer> {
  try {
    return await response.arrayBuffer();
  } catch {
    throwIfCancelled(signal);
    throw new DataError(`The connection broke while ${name} was read. Try again.`);
  }
}

/** The whole file, put together from pieces that lie with the browser. */
async function download(response: Response, name: string, options: ReadOptions): Promise<FileSource> {
  const total = Number(response.headers.get("content-length") ?? 0);
  if (total > 0) checkFileSize({ path: name, size: total });
  const kept: Blob[] = [];
  let piece: Uint8Array<ArrayBuffer>[] = [];
  let waiting = 0;
  let done = 0;
  const reader = response.body?.getReader();
  try {
    while (reader) {
      const { done: ended, value } = await reader.read();
      if (ended) break;
      piece.push(value);
      waiting += value.length;
      done += value.length;
      if (done > FILE_LIMIT)
        throw new DataError(`${name} has more than ${counted(FILE_LIMIT / 1e6, "megabyte")}, more than is read.`);
      if (waiting >= PIECE) {
        kept.push(new Blob(piece));
        [piece, waiting] = [[], 0];
      }
      // A length that is passed was that of the packed bytes.
      options.onProgress?.({ done, total: done <= total ? total : 0 });
    }
  } catch (error) {
    throwIfCancelled(options.signal);
    throw error instanceof DataError ? error : new DataError(`The connection broke while ${name} was read. Try again.`);
  } finally {
    await reader?.cancel().catch(() => undefined);
  }
  return fileSource({ path: name, file: new File([...kept, ...piece], name) });
}

/** Parts are fetched when they are asked for, and a block ahead of them. */
function ranged(url: URL, name: string, size: number, head: Uint8Array<ArrayBuffer>, options: ReadOptions): FileSource {
  let from = 0;
  let block = head;
  return {
    path: name,
    size,
    read: async (start, end) => {
      const last = Math.min(size, end);
      if (start < from || last > from + block.length) {
        const response = await ask(url, name, options, [start, Math.min(size, Math.max(last, start + BLOCK))]);
        if (response.status !== 206)
          throw new DataError(`${url.host} stopped giving parts of ${name}. Download it and drop it here.`);
        block = new Uint8Array(await bodyOf(response, name, options));
        from = start;
      }
      return block.slice(start - from, last - from);
    },
  };
}
