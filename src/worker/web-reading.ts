/** The engine's end of the wire to the worker that loads by address. */
import { proxy, type Remote, wrap } from "comlink";
import { cancelled, type FileSource, type ReadOptions } from "../data/formats/source";
import { DataError } from "../domain/dataset";
import type { WebApi } from "./web";

/** Opens a file by one of its addresses. @throws DataError that says what the server answers and what to do */
export type OpenAddress = (places: readonly string[], options: ReadOptions) => Promise<FileSource>;

interface WebReading {
  readonly signal: AbortSignal | undefined;
  readonly web: Remote<WebApi>;
  /** The same answer; rejects when the reading is cancelled, so that nobody waits for a worker that is gone. */
  readonly unlessEnded: <T>(answer: Promise<T>) => Promise<T>;
  readonly end: () => void;
}

function startReading(signal: AbortSignal | undefined): WebReading {
  const worker = new Worker(new URL("./web.ts", import.meta.url), { type: "module", name: "web" });
  const ended = new Promise<never>((_, fail) => {
    signal?.addEventListener("abort", () => {
      worker.terminate();
      fail(cancelled());
    });
    worker.addEventListener("error", () => {
      fail(new DataError("The part of the page that loads by address did not start. Reload the page and try again."));
    });
  });
  ended.catch(() => undefined);
  return {
    signal,
    web: wrap<WebApi>(worker),
    unlessEnded: (answer) => Promise.race([answer.catch(asDataError), ended]),
    end: () => worker.terminate(),
  };
}

/** On the way from the worker an error keeps its message alone. */
function asDataError(error: unknown): never {
  throw new DataError(error instanceof Error ? error.message : String(error));
}

/** A worker for each reading: the addresses of one reading share its signal. */
export function addressesInWorker(): OpenAddress {
  let reading: WebReading | null = null;
  return async (places, { signal, onProgress }) => {
    if (!reading || reading.signal !== signal || !signal) {
      reading?.end();
      reading = startReading(signal);
    }
    const { web, unlessEnded } = reading;
    const { id, path, size } = await unlessEnded(
      web.open(
        places,
        proxy((progress) => onProgress?.(progress)),
      ),
    );
    return { path, size, read: (start, end) => unlessEnded(web.read(id, start, end)) };
  };
}
