import { expect, it } from "vitest";
import { deriveGenotype, genotypeText } from "../../domain/genotype";
import { genotypeJson, genotypeLines } from "./genotype-json";

const genotype = deriveGenotype({
  normal: Float32Array.from({ length: 112 }, (_, i) => Math.sin(i)),
  reduce: Float32Array.from({ length: 112 }, (_, i) => Math.cos(3 * i)),
});

it("writes JSON that reads back as the genotype", () => {
  expect(JSON.parse(genotypeJson(genotype))).toEqual(genotype);
});

it("writes the DARTS text with the tokens of the one-line form", () => {
  const squeeze = (text: string) => text.replace(/\s/g, "");
  expect(squeeze(genotypeLines(genotype))).toBe(squeeze(genotypeText(genotype)));
});
