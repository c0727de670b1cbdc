import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { productVersion } from "./version.mjs";

let folder = "";
const write = (path: string, text: string) => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
};
const manifest = (tensorflow: string) =>
  JSON.stringify({ version: "1.2.3", dependencies: { "@tensorflow/tfjs-core": tensorflow, react: "1" } });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "version-"));
  write("package.json", manifest("4.22.0"));
  for (const name of ["data/a.ts", "domain/b.ts", "engine/kernels/c.ts"]) write(`src/${name}`, `${name}\n`);
});
afterAll(() => rmSync(folder, { recursive: true }));

it("changes with the sources that numbers come from, and with nothing else", () => {
  const before = productVersion(folder);
  expect(before).toMatch(/^1\.2\.3\+[0-9a-f]{8}$/);
  write("src/features/d.ts", "a page");
  write("src/engine/kernels/c.test.ts", "a test");
  write("src/engine/kernels/c.ts", "engine/kernels/c.ts\r\n");
  expect(productVersion(folder)).toBe(before);
  write("src/engine/kernels/c.ts", "another kernel\n");
  const after = productVersion(folder);
  expect(after).not.toBe(before);
  write("package.json", manifest("4.23.0"));
  expect(productVersion(folder)).not.toBe(after);
});
