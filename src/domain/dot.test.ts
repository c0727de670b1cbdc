import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { cellDot, DOT_COLOURS } from "./dot";
import { readGenotype } from "./genotype-reader";
import { DARTS_V2 } from "./published-genotypes";

it("writes a digraph with the kept edges and what the output joins", () => {
  const text = cellDot("reduce", readGenotype(DARTS_V2).genotype.reduce);
  expect(text).toMatch(/^digraph reduce \{\n/);
  expect(text.match(/label="/g)).toHaveLength(8);
  expect(text).toContain('"c_{k-2}" -> "0" [label="max_pool_3x3", color="#bc4a10", penwidth=2];');
  expect(text).toContain('"0" -> "3" [label="skip_connect", color="#6f0c82", penwidth=2];');
  expect(text.match(/-> "c_\{k\}"/g)).toHaveLength(4);
});

it("has the hues of the light theme", () => {
  const tokens = readFileSync("src/app/tokens.css", "utf8");
  for (const colour of Object.values(DOT_COLOURS)) expect(tokens).toContain(`${colour};`);
});
