import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
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
