import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { type Files, gzip, tar, zip } from "../../test/files/archives";
import { idx, npz } from "../../test/files/arrays";
import { cifar100Pickle, cifarFile, cifarPickle, shapesShard } from "../../test/files/cifar";
import { parquet, pngFolder, pngs } from "../../test/files/encoded";
import { CIFAR10_NAMES } from "../data/formats/class-names";
import { makeShapes } from "../data/shapes";
import { DataError } from "../domain/dataset";
import { presetSettings } from "../domain/presets";
import { loadData } from "./data";

const folder = mkdtempSync(join(tmpdir(), "searchlight-data-"));
afterAll(() => rmSync(folder, { recursive: true }));

const load = () => loadData({ kind: "built-in", name: "emoji-8" }, presetSettings("tiny"), folder);

it("says that Emoji-8 is not built, and how to build it", async () => {
  await expect(load()).rejects.toThrow(DataError);
  await expect(load()).rejects.toThrow(/not built: emoji-8\.\w+ is missing.*node scripts\/build-data\.mjs/);
});

it("says that a broken emoji-8.json must be built again", async () => {
  writeFileSync(join(folder, "emoji-8.bin"), "");
  writeFileSync(join(folder, "emoji-8.json"), "{");
  await expect(load()).rejects.toThrow(DataError);
  await expect(load()).rejects.toThrow(/emoji-8\.json is not JSON.*build-data\.mjs --force/);
});

const files = (...paths: string[]) =>
  loadData({ kind: "files", paths: paths.map((path) => join(folder, path)) }, presetSettings("tiny"), folder);

it("reads several files, and folders with all that is in them", async () => {
  writeFileSync(join(folder, "data_batch_1.bin"), shapesShard(20));
  writeFileSync(join(folder, "test_batch.bin"), shapesShard(10, 2));
  const parts = await files("test_batch.bin", "data_batch_1.bin");
  expect(parts).toMatchObject({ name: "CIFAR-10", source: "test_batch.bin and 1 more" });
  expect([parts.splits.train.length, parts.splits.validation.length, parts.splits.test.length]).toEqual([10, 10, 10]);

  for (const [path, bytes] of Object.entries(pngFolder(makeShapes({ seed: 1, count: 30 })))) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  const pictures = await files("shapes");
  expect(pictures).toMatchObject({ name: "shapes", source: "shapes" });
  expect(pictures.labels).toHaveLength(30);
  expect(pictures.classNames).toContain("triangle");
});

it("reads every form as the page does: the same pictures have the same hash", async () => {
  const shapes = makeShapes({ seed: 1, count: 30 });
  const encoded = pngs(shapes);
  const labels = [...shapes.labels];
  const batch = { "cifar/data_batch_1": cifarPickle(shapes) };
  const forms: Files = {
    "a.bin": cifarFile(shapes),
    data_batch_1: cifarPickle(shapes),
    "a.tar.gz": gzip(await tar(batch)),
    "a.tar": await tar(batch),
    "a.zip": zip({ "data_batch_1.bin": cifarFile(shapes) }),
    "a.parquet": parquet(encoded, { label: labels }, CIFAR10_NAMES),
  };
  const hashes = [];
  for (const [name, bytes] of Object.entries(forms)) {
    writeFileSync(join(folder, name), bytes);
    const { name: set, labels: read, hash } = await files(name);
    expect([name, set, [...read]]).toEqual([name, "CIFAR-10", labels]);
    hashes.push(hash);
  }
  expect(new Set(hashes).size).toBe(1);

  writeFileSync(join(folder, "train"), cifar100Pickle(shapes));
  writeFileSync(join(folder, "set.npz"), npz([30, 32, 32, 3], shapes.pixels, labels));
  writeFileSync(join(folder, "images"), idx([30, 32, 32], shapes.pixels.slice(0, 30 * 1024)));
  writeFileSync(join(folder, "labels"), idx([30], Uint8Array.from(labels)));
  expect((await files("train")).classNames).toHaveLength(100);
  for (const paths of [["set.npz"], ["images", "labels"]]) expect([...(await files(...paths)).labels]).toEqual(labels);
});

it("says in one line what is wrong with what it is given", async () => {
  mkdirSync(join(folder, "nothing"));
  writeFileSync(join(folder, "huge.bin"), "");
  // Sparse: it takes no room on the disk.
  truncateSync(join(folder, "huge.bin"), 5e9);
  for (const [path, message] of [
    ["none.bin", /There is no file .*none\.bin/],
    ["nothing", /holds no files/],
    ["huge.bin", /huge\.bin has 5,000 megabytes/],
  ] as const) {
    const error = await files(path).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DataError);
    expect((error as DataError).message).toMatch(message);
    expect((error as DataError).message).not.toContain("\n");
  }
});
