import { expect, it } from "vitest";
import { genotypeCompact, genotypeJson, genotypeLines } from "../domain/genotype-formats";
import { fileKind } from "./file-kind";
import { snapshotOf } from "./testing";

const kind = (text: string, name = "x.txt") => fileKind(name, new TextEncoder().encode(text));
const { genotype } = snapshotOf(1);

it("tells what the page writes", () => {
  expect(kind('{\n "format": "searchlight-run",\n')).toBe("run");
  for (const write of [genotypeLines, genotypeJson, genotypeCompact]) expect(kind(write(genotype))).toBe("genotype");
  expect(kind("iteration,explainerTrainLoss\n1,2\n")).toBe("table");
  expect(kind("edge,state,node,kept\n")).toBe("table");
  expect(kind('<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns=')).toBe("drawing");
  expect(kind("digraph normal {")).toBe("drawing");
  expect(fileKind("x", Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0))).toBe("zip");
});

it("tells genotypes as others write them, and runs by their ending", () => {
  expect(kind("# found\nDARTS = Genotype(normal=[")).toBe("genotype");
  expect(kind("arch = (((0, 1),")).toBe("genotype");
  expect(kind("[]", "a.JSON")).toBe("genotype");
  expect(kind("{}")).toBe("run");
  expect(kind("not JSON", "a.json")).toBe("run");
});

it("leaves everything else to the readers of pictures", () => {
  expect(kind("apple\npear\n", "batches.meta.txt")).toBe("data");
  expect(fileKind("a.bin", Uint8Array.of(6, 59, 0, 1))).toBe("data");
  expect(fileKind("a.png", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13))).toBe("data");
  expect(fileKind("a.jpg", Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16))).toBe("data");
  expect(fileKind("empty", new Uint8Array())).toBe("data");
});
