import { expect, it } from "vitest";
import { cellDot } from "./dot";
import { readGenotype } from "./genotype-reader";
import { DARTS_V2 } from "./published-genotypes";

it("writes a digraph with the kept edges and what the output joins", () => {
  const text = cellDot(readGenotype(DARTS_V2).genotype, "reduce", { max_pool_3x3: "#bc4a10" });
  expect(text).toMatch(/^digraph reduce \{\n/);
  expect(text.match(/label="/g)).toHaveLength(8);
  expect(text).toContain('"c_{k-2}" -> "0" [label="max_pool_3x3", color="#bc4a10"];');
  expect(text).toContain('"0" -> "3" [label="skip_connect"];');
  expect(text.match(/-> "c_\{k\}"/g)).toHaveLength(4);
});
