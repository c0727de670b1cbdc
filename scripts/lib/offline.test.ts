import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { buildFiles } from "./offline.mjs";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "build-"));
  mkdirSync(join(folder, "assets"));
  for (const name of ["index.html", "service-worker.js", "_headers", "assets/a.js"]) {
    writeFileSync(join(folder, name), name);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

it("lists what the page loads, and changes its version with any of it or its policies", () => {
  const before = buildFiles(folder);
  expect(before.files).toEqual(["assets/a.js", ""]);
  writeFileSync(join(folder, "_headers"), "other");
  const after = buildFiles(folder);
  expect(after.files).toEqual(before.files);
  expect(after.version).not.toBe(before.version);
  writeFileSync(join(folder, "index.html"), "other");
  expect(buildFiles(folder).version).not.toBe(after.version);
});
