/** Data sets behind web addresses, from a server of the test: whole, in parts, slow, and what servers refuse. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { makeShapes } from "../src/data/shapes";
import { cifarFile } from "../test/files/cifar";
import { parquet, pngs } from "../test/files/encoded";
import { expect, test } from "./test";

const SHAPES = makeShapes({ seed: 2, count: 40 });
const FILES: Readonly<Record<string, Uint8Array>> = {
  "/data_batch_1.bin": cifarFile(SHAPES),
  "/train.parquet": parquet(pngs(SHAPES), { label: [...SHAPES.labels] }, SHAPES.classNames),
  "/test.parquet": parquet(
    pngs(makeShapes({ seed: 3, count: 20 })),
    { label: [...makeShapes({ seed: 3, count: 20 }).labels] },
    SHAPES.classNames,
  ),
};

/** The addresses of a public set that the hub answers with a file of another host; it has no others. */
const ON_THE_HUB: Readonly<Record<string, string>> = {
  "/datasets/uoft-cs/cifar10/resolve/refs%2Fconvert%2Fparquet/plain_text/train/0000.parquet": "/train.parquet",
  "/datasets/uoft-cs/cifar10/resolve/main/plain_text/test-00000-of-00001.parquet": "/test.parquet",
};

/** Ranges that were asked for. */
const ranges: string[] = [];
let server: Server;
let home: string;

test.use({
  allowed: /^(other host|failed request|status 404|console error: (Access to fetch|Failed to load resource))/,
});

test.beforeAll(async () => {
  server = createServer((request, response) => {
    const path = request.url ?? "";
    if (path !== "/closed.bin") response.setHeader("Access-Control-Allow-Origin", "*");
    response.setHeader("Access-Control-Expose-Headers", "Content-Range");
    const file = FILES[path] ?? (path === "/closed.bin" ? FILES["/data_batch_1.bin"] : undefined);
    if (path === "/slow.bin" || path === "/endless.bin") {
      // Never ends by itself.
      response.writeHead(200, path === "/slow.bin" ? { "Content-Length": "100000000" } : {});
      response.write(new Uint8Array(1_000_000));
      return;
    }
    // Takes the question and never answers.
    if (path === "/silent.bin") return;
    if (path === "/page") {
      response.writeHead(200, { "Content-Type": "text/html" }).end("<!doctype html><title>A page</title>");
      return;
    }
    if (path === "/huge.bin") {
      response.writeHead(200, { "Content-Length": "5000000000" }).flushHeaders();
      return;
    }
    if (!file) {
      response.writeHead(404).end();
      return;
    }
    const range = /bytes=(\d+)-(\d+)/.exec(path.endsWith(".parquet") ? (request.headers.range ?? "") : "");
    if (!range) {
      response.writeHead(200, { "Content-Length": file.length }).end(file);
      return;
    }
    ranges.push(range[0]);
    const [start, end] = [Number(range[1]), Math.min(file.length - 1, Number(range[2]))];
    response
      .writeHead(206, { "Content-Range": `bytes ${start}-${end}/${file.length}` })
      .end(file.subarray(start, end + 1));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  home = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

test.afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test("loads by address, with progress and cancel, and says what a server refuses", async ({ app, page }) => {
  const data = page.getByRole("region", { name: "Data" });
  await data.getByRole("button", { name: "From the web" }).click();
  const load = async (...addresses: string[]) => {
    await data.getByLabel("Web address").fill(addresses.join(" "));
    await data.getByRole("button", { name: "Load" }).click();
  };

  const workers = page.workers().length;
  await load(`${home}/data_batch_1.bin`);
  await expect(data).toContainText("40 used");
  // The worker that loads by address is gone when it has.
  await expect.poll(() => page.workers().length).toBe(workers);
  await load(`${home}/train.parquet`, `${home}/test.parquet`);
  await expect(data).toContainText("60 used");
  await expect(data).toContainText("20 test");
  expect(ranges.length).toBeGreaterThan(1);

  // The hub itself cannot be asked here: the browser hears from the test what the hub would say, and follows it.
  await page.route("https://huggingface.co/**", (route) => {
    const file = ON_THE_HUB[new URL(route.request().url()).pathname];
    const headers = { "Access-Control-Allow-Origin": "*", ...(file ? { Location: `${home}${file}` } : {}) };
    return route.fulfill({ status: file ? 302 : 404, headers });
  });
  ranges.length = 0;
  await data.getByLabel("Public data set").selectOption("CIFAR-10, Hugging Face");
  await data.getByRole("button", { name: "Load" }).click();
  await expect(page.getByLabel("Data set", { exact: true }).locator("option:checked")).toHaveText(
    "0000.parquet and 1 more",
  );
  await expect(data).toContainText("20 test");
  expect(ranges.length).toBeGreaterThan(1);
  await data.getByLabel("Public data set").selectOption("An address of your own");

  await load(`${home}/silent.bin`);
  await expect(data.getByRole("progressbar")).toBeVisible();
  await expect(app.primary).toBeDisabled();
  await data.getByRole("button", { name: "Cancel" }).click();
  await expect(data.getByRole("alert")).toContainText("Reading was cancelled");
  await load(`${home}/endless.bin`);
  await expect(data).toContainText("1.00 MB so far.");
  await data.getByRole("button", { name: "Cancel" }).click();
  await app.expectStatus("idle");
  await load(`${home}/slow.bin`);
  await expect(data.getByRole("progressbar")).toHaveAttribute("aria-valuenow", "1");
  await expect(data).toContainText("Reading slow.bin: 1.00 MB of 100 MB");
  // Where it belongs: above the line that says what is read.
  const [bar, line] = await Promise.all([
    data.getByRole("progressbar").boundingBox(),
    data.getByText("Reading slow.bin").boundingBox(),
  ]);
  expect(bar && line && line.y - (bar.y + bar.height)).toBeLessThan(20);
  expect(bar && line && line.y - (bar.y + bar.height)).toBeGreaterThanOrEqual(0);
  await data.getByRole("button", { name: "Cancel" }).click();
  await expect(data.getByRole("alert")).toContainText("Reading was cancelled");
  await expect(data).toContainText("60 used");
  await app.expectStatus("idle");

  const refusals: [address: string, says: string][] = [
    [`${home}/none.bin`, `There is no file at ${home}/none.bin (404)`],
    [`${home}/closed.bin`, "does not let other pages read its files (CORS), or has none at"],
    [`${home}/page`, "is a web page, not a file"],
    [`${home}/huge.bin`, "huge.bin has 5,000 megabytes"],
    ["http://127.0.0.1:1/x.bin", "does not answer"],
    ["ftp://x/y.bin", "is no web address"],
  ];
  for (const [address, says] of refusals) {
    await load(address);
    await expect(data.getByRole("alert")).toContainText(says);
    await expect(data).toContainText("60 used");
  }
});
