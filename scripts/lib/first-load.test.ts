import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { firstLoad } from "./first-load.mjs";

const chunk = (code: string, more = {}) => ({ type: "chunk", code, isEntry: false, imports: [] as string[], ...more });
const size = (...texts: string[]) => texts.reduce((sum, text) => sum + gzipSync(text, { level: 9 }).length, 0);

it("counts the entry with all that it imports statically, once, and no more", () => {
  const bundle = {
    "index.js": chunk("index", {
      isEntry: true,
      facadeModuleId: "/x/index.html",
      imports: ["a.js", "b.js"],
      dynamicImports: ["later.js"],
      viteMetadata: { importedCss: new Set(["index.css"]) },
    }),
    "a.js": chunk("the first part", { imports: ["b.js"] }),
    "b.js": chunk("the second part", { imports: ["a.js"] }),
    "later.js": chunk("a part that comes later"),
    "service-worker.js": chunk("a worker", { isEntry: true, facadeModuleId: "/x/service-worker.ts" }),
    "index.css": { type: "asset", source: "body{}" },
    "later.css": { type: "asset", source: "p{}" },
  };
  expect(firstLoad(bundle)).toEqual({
    scripts: size("index", "the first part", "the second part"),
    styles: size("body{}"),
  });
});
