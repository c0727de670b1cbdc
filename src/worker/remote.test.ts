/** Files from servers of the test: whole and in parts, sent on to another host, without lengths, at a second address. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { shapesShard } from "../../test/files/cifar";
import { parquet, pngs } from "../../test/files/encoded";
import { readPictures } from "../data/formats/read";
import { makeShapes } from "../data/shapes";
import { DataError } from "../domain/dataset";
import type { Progress } from "../domain/run";
import { openAddress } from "./remote";

const SHAPES = makeShapes({ seed: 2, count: 30 });
const PARQUET = parquet(pngs(SHAPES), { label: [...SHAPES.labels] }, SHAPES.classNames);
const SHARD = shapesShard(40);

const servers: Server[] = [];
const asked: string[] = [];

async function serve(answer: (path: string, request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers.range ?? ""}`.trim());
    answer(request.url ?? "", request, response);
  });
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function send(file: Uint8Array, request: IncomingMessage, response: ServerResponse, head: Record<string, string> = {}) {
  const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "");
  if (!range) {
    response.writeHead(200, head).end(file);
    return;
  }
  const [start, end] = [Number(range[1]), Math.min(file.length - 1, Number(range[2]))];
  response
    .writeHead(206, { "Content-Range": `bytes ${start}-${end}/${file.length}`, ...head })
    .end(file.subarray(start, end + 1));
}

/** As the hub does: the files lie with another host, which it sends to. */
let hub: string;
let bare: string;

beforeAll(async () => {
  const store = await serve((_path, request, response) => send(PARQUET, request, response));
  hub = await serve((path, _request, response) => {
    if (path.includes("/main/")) response.writeHead(404).end("Entry not found");
    else if (path.includes("/private/")) response.writeHead(401).end("Repository not found");
    else if (path.includes("/busy/")) response.writeHead(429).end();
    else response.writeHead(302, { Location: `${store}/blob?signed=1` }).end();
  });
  // Neither ranges nor lengths.
  bare = await serve((path, request, response) => {
    if (path === "/half.bin") {
      response.writeHead(200, { "Content-Length": SHARD.length });
      response.write(SHARD.subarray(0, 1000), () => response.destroy());
    } else if (path === "/breaks.parquet" && request.headers.range) response.destroy();
    else if (path.endsWith(".parquet")) response.writeHead(200, { "Transfer-Encoding": "chunked" }).end(PARQUET);
    else response.writeHead(200, { "Transfer-Encoding": "chunked" }).end(SHARD);
  });
});

afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

async function count(places: readonly string[], onProgress: (progress: Progress) => void = () => undefined) {
  return (await readPictures([await openAddress(places, { onProgress })])).labels.length;
}

it("follows to another host and asks there for parts", async () => {
  asked.length = 0;
  expect(await count([`${hub}/datasets/x/resolve/refs%2Fconvert%2Fparquet/c/train/0000.parquet`])).toBe(30);
  expect(asked.filter((line) => line.startsWith("/blob")).every((line) => line.includes("bytes="))).toBe(true);
});

it("takes the second address when the first has no such file, or does not give it", async () => {
  const second = `${hub}/datasets/x/resolve/refs%2Fconvert%2Fparquet/c/train/0000.parquet`;
  for (const first of ["main/c/train-00000-of-00001.parquet", "private/x.parquet"]) {
    expect(await count([`${hub}/datasets/x/resolve/${first}`, second])).toBe(30);
  }
  await expect(count([`${hub}/main/a.parquet`, `${hub}/main/b.parquet`])).rejects.toThrow(
    `There is no file at ${hub}/main/a.parquet (404)`,
  );
});

it("names a file by its folder where only that tells the split", async () => {
  const file = await openAddress([`${hub}/refs%2Fconvert%2Fparquet/c/test/0000.parquet`], {});
  expect(file.path).toBe("test/0000.parquet");
  expect((await openAddress([`${bare}/train-0%.bin`], {})).path).toBe("train-0%.bin");
});

it("reads what comes without a length, and tells how much so far", async () => {
  const told: Progress[] = [];
  expect(await count([`${bare}/set.bin`], (progress) => told.push(progress))).toBe(40);
  expect(await count([`${bare}/set.parquet`])).toBe(30);
  expect(told.find(({ total }) => total === 0)?.done).toBeGreaterThan(0);
});

it("takes the whole file when the question for a part gets no answer", async () => {
  expect(await count([`${bare}/breaks.parquet`])).toBe(30);
});

it("says why a page got no answer, as far as it can be known", async () => {
  const refused = (address: string) => count([address]).catch((reason: Error) => reason.message);
  vi.stubGlobal("location", { protocol: "https:" });
  try {
    expect(await refused("http://pictures.invalid/a.bin")).toMatch(
      /let a page that came by https:\/\/ ask no address with http:\/\/\. Try https:\/\/pictures\.invalid/,
    );
    // A machine's own address is trusted.
    expect(await refused("http://127.0.0.1:1/a.bin")).toMatch(/127\.0\.0\.1:1 does not answer/);
    // A browser hides the answer of a server that does not share it, whatever it was: that it came at all is known.
    const real = globalThis.fetch;
    vi.stubGlobal("fetch", (url: URL | string, init: RequestInit = {}) =>
      init.mode === "no-cors" ? real(url, { method: "HEAD" }) : Promise.reject(new TypeError("Failed to fetch")),
    );
    expect(await refused(`${bare}/none.bin`)).toMatch(/\(CORS\), or has none at http.*none\.bin/);
  } finally {
    vi.unstubAllGlobals();
  }
});

it.each([
  ["a server that is asked too often", () => `${hub}/busy/a.bin`, /asked too often \(429\)/],
  ["a connection that breaks", () => `${bare}/half.bin`, /connection broke while half\.bin was read/],
  ["what is no address", () => "cifar10", /"cifar10" is no web address/],
])("says what is wrong with %s", async (_, address, message) => {
  const error = await count([address()]).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(DataError);
  expect((error as DataError).message).toMatch(message);
});
