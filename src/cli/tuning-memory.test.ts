import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { TuningMemory } from "../domain/tuning";
import { fileTuningMemory, tuningPath } from "./tuning-memory";

const PLACE = { adapter: "A", version: "1", runtime: "R" };

let folder = "";
let path = "";
let complaints: string[] = [];
let memory: TuningMemory;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tuning-"));
  path = tuningPath({ XDG_CACHE_HOME: folder });
  complaints = [];
  memory = fileTuningMemory(path, (line) => complaints.push(line));
});
afterEach(() => rmSync(folder, { recursive: true }));

it("lies in the user's cache folder", () => {
  expect(path).toBe(join(folder, "searchlight/tuning.json"));
  expect(tuningPath({}, "/home/me")).toBe("/home/me/.cache/searchlight/tuning.json");
});

it("remembers by place, adds to what it knows, and forgets", async () => {
  expect(await memory.recall(PLACE)).toEqual({});
  await memory.keep(PLACE, { mix: "wide" });
  await memory.keep({ ...PLACE, adapter: "B" }, { mix: "plain" });
  await memory.keep(PLACE, { pool: "rows" });
  expect(await memory.recall(PLACE)).toEqual({ mix: "wide", pool: "rows" });
  expect(await memory.recall({ ...PLACE, adapter: "B" })).toEqual({ mix: "plain" });
  expect(await memory.recall({ ...PLACE, runtime: "S" })).toEqual({});
  expect(readdirSync(dirname(path))).toEqual(["tuning.json"]);
  await memory.forget();
  expect(await memory.recall(PLACE)).toEqual({});
  await memory.forget();
  expect(complaints).toEqual([]);
});

it("drops what another version remembered", async () => {
  await memory.keep(PLACE, { mix: "wide" });
  await memory.keep({ ...PLACE, version: "2" }, { mix: "plain" });
  expect(readFileSync(path, "utf8")).not.toContain("wide");
});

it("takes a broken file for none, and says when it cannot write", async () => {
  mkdirSync(dirname(path));
  writeFileSync(path, "[{");
  expect(await memory.recall(PLACE)).toEqual({});
  await memory.keep(PLACE, { mix: "wide" });
  expect(await memory.recall(PLACE)).toEqual({ mix: "wide" });
  rmSync(dirname(path), { recursive: true });
  writeFileSync(dirname(path), "");
  await memory.keep(PLACE, { mix: "wide" });
  expect(complaints).toEqual([expect.stringMatching(/tuning\.json cannot be written: /)]);
});
