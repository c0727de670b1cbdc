import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { headersFile, headersOf, RESPONSES, security } from "./security.mjs";

it("lets one worker alone ask other hosts", () => {
  const wide = RESPONSES.filter(({ policy }) => !policy.includes("connect-src 'self';"));
  expect(wide.map(({ path }) => path)).toEqual(["/workers/web/*"]);
  expect(headersOf("/workers/web/abc.js")["Content-Security-Policy"]).toBe(wide[0]?.policy);
  expect(headersOf("/workers/main/abc.js")["Content-Security-Policy"]).toContain("'wasm-unsafe-eval'");
  expect(headersOf("/assets/a.js")).toEqual(headersOf("/"));
  expect(headersFile()).not.toMatch(/unsafe-(inline|eval)(?<!wasm-unsafe-eval)/);
});

it("puts the page's own policy into the page, but for what counts in a header only", () => {
  const content = security().transformIndexHtml()[0]?.attrs.content;
  const header = headersOf("/")["Content-Security-Policy"].split("; ");
  expect(content?.split("; ")).toEqual(header.filter((part) => !part.startsWith("frame-ancestors")));
});

it("stands in the documentation as it is served", () => {
  const page = readFileSync(new URL("../../docs/hosting.md", import.meta.url), "utf8");
  for (const { path, policy } of RESPONSES) expect(page, path).toContain(policy);
});
