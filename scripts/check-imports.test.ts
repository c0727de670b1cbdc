import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkImports, checkText } from "./check-imports.mjs";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "rooms-"));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, text: string) {
  const file = join(root, "src", path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

describe("import rules", () => {
  it("finds each violation with its file and line, and lets the rest pass", () => {
    write("domain/a.ts", 'import { z } from "./zod";\nimport { b } from "./b";\n');
    write(
      "engine/nn/cell.ts",
      'import * as tf from "@tensorflow/tfjs-core";\n\nimport { x } from "../strategies/darts";\n',
    );
    write(
      "features/panel.tsx",
      'import { Card } from "@mantine/core";\nimport type { S } from "../engine/run/search";\n',
    );
    write("features/panel.test.tsx", 'import { Search } from "../engine/run/search";\n');
    expect(checkImports(root)).toEqual({
      files: 3,
      violations: [
        "src/engine/nn/cell.ts:3: engine/nn may not import engine/strategies (../strategies/darts)",
        "src/features/panel.tsx:2: features may not import engine/run (../engine/run/search)",
      ],
    });
  });

  it("makes the command fail", () => {
    write("data/a.ts", 'import { readFileSync } from "node:fs";\n');
    const run = () =>
      execFileSync(process.execPath, [join(import.meta.dirname, "check-imports.mjs"), root], { stdio: "pipe" });
    expect(run).toThrow(/data may not import the package node:fs/);
    write("data/a.ts", 'import type { Split } from "../domain/dataset";\n');
    expect(run().toString()).toContain("0 import rules broken");
  });

  it.each([
    ["domain/a.ts", 'import { x } from "../data/x";'],
    ["domain/a.ts", 'import { z } from "zod";'],
    ["data/a.ts", 'import "react";'],
    ["engine/gpu/a.ts", 'export * from "../kernels/conv";'],
    ["engine/run/a.ts", 'const x = await import("node:fs");'],
    ["engine/kernels/a.ts", 'import { engine } from "@tensorflow/tfjs-core/dist/engine";'],
    ["engine/strategies/a.ts", 'import type { Objective } from "../objectives/objective";'],
    ["engine/objectives/a.ts", 'import { darts } from "../strategies/darts";'],
    ["engine/a.ts", "export const a = 1;"],
    ["state/client.ts", 'import { start } from "../worker/main";'],
    ["state/client.ts", 'import {\n  type Api,\n  start,\n} from "../worker/api";'],
    ["app/main.tsx", 'new Worker(new URL("../worker/main.ts", import.meta.url))'],
    ["worker/main.ts", 'import { useStore } from "../state/store";'],
    ["cli/main.ts", 'import { create } from "../../scripts/lib/x";'],
    ["domain/a.ts", "const agent = navigator.userAgent;"],
    ["engine/nn/a.ts", "if (process.env) throw new Error();"],
  ])("refuses %s: %s", (path, text) => {
    expect(checkText(path, text)).toHaveLength(1);
  });

  it.each([
    ["engine/gpu/a.ts", 'import { engine } from "@tensorflow/tfjs-core/dist/engine";'],
    ["engine/objectives/a.ts", 'import type { Strategy } from "../strategies/strategy";'],
    ["state/client.ts", 'import { type Api, type Event } from "../worker/api";'],
    ["state/client.ts", 'new Worker(new URL("../worker/main.ts", import.meta.url), { type: "module" })'],
    ["cli/main.ts", 'import { parseArgs } from "node:util";'],
    ["engine/nn/a.ts", '// import { x } from "react"; navigator.gpu\nconst text = "document.title";'],
    ["cli/main.ts", 'new URL("../../public/data", import.meta.url)'],
    ["domain/a.ts", 'export { a } from "./b";\nexport const c = "from";'],
  ])("allows %s: %s", (path, text) => {
    expect(checkText(path, text)).toEqual([]);
  });
});
