import { expect, it } from "vitest";
import { deriveGenotype, genotypeText } from "./genotype";
import { genotypeCompact, genotypeJson, genotypeLines } from "./genotype-formats";
import { readGenotype } from "./genotype-reader";
import { DARTS_V2 } from "./published-genotypes";

const genotype = deriveGenotype({
  normal: Float32Array.from({ length: 112 }, (_, i) => Math.sin(i)),
  reduce: Float32Array.from({ length: 112 }, (_, i) => Math.cos(3 * i)),
});
const squeeze = (text: string) => text.replace(/\s/g, "");

it("writes JSON that reads back as the genotype, with the data set that it was found on", () => {
  expect(JSON.parse(genotypeJson(genotype))).toEqual(genotype);
  const json = genotypeJson(genotype, { name: 'My "set"', hash: "ab12" });
  expect(JSON.parse(json)).toEqual({ ...genotype, data: { name: 'My "set"', hash: "ab12" } });
  expect(readGenotype(json)).toEqual({ genotype, format: "json", found: 1 });
});

it("writes the DARTS text with the tokens of the one-line form", () => {
  expect(squeeze(genotypeLines(genotype))).toBe(squeeze(genotypeText(genotype)));
});

it("writes what NASLib's convert_genotype_to_compact makes of DARTS_V2", () => {
  // Worked out by its rule: (input, index among the seven operations without none).
  expect(squeeze(genotypeCompact(readGenotype(DARTS_V2).genotype))).toBe(
    "(((0,3),(1,3),(0,3),(1,3),(1,3),(0,2),(0,2),(2,5)),((0,0),(1,0),(2,2),(1,0),(0,0),(2,2),(2,2),(1,0)))",
  );
});

it("reads back all that it writes", () => {
  for (const [write, format] of [
    [genotypeText, "darts"],
    [genotypeLines, "darts"],
    [genotypeJson, "json"],
    [genotypeCompact, "compact"],
  ] as const) {
    expect(readGenotype(write(genotype))).toEqual({ genotype, format, found: 1 });
  }
});
