import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { beforeAll, describe, expect, it } from "vitest";
import { historyAfter, NO_HISTORY } from "../domain/alpha-history";
import { deriveGenotype, genotypeText } from "../domain/genotype";
import { readGenotype } from "../domain/genotype-reader";
import { historyToFile } from "../domain/history-file";
import { presetSettings } from "../domain/presets";
import type { RunFile } from "../domain/run";
import { parseRunFile, RUN_FILE_LIMIT } from "../domain/run-file";
import { packBundle, readBundle } from "./bundle";
import { memorySource } from "./formats/source";

const alphas = (shift: number) => {
  const values = (by: number) => Float32Array.from({ length: 112 }, (_, i) => Math.sin(i * by + shift));
  return { normal: values(1), reduce: values(3) };
};
const genotype = deriveGenotype(alphas(1));
const rows = (values: Float32Array) => Array.from({ length: 14 }, (_, e) => [...values.subarray(e * 8, e * 8 + 8)]);
const history = [0, 1].reduce(
  (all, i) => historyAfter(all, i, { alphas: alphas(i), betas: null, genotype: deriveGenotype(alphas(i)) }),
  NO_HISTORY,
);
const run: RunFile = {
  format: "searchlight-run",
  version: 1,
  genotype,
  genotypeText: genotypeText(genotype),
  alphas: { normal: rows(alphas(1).normal), reduce: rows(alphas(1).reduce) },
  settings: presetSettings("tiny", { seed: 7 }),
  settingChanges: [],
  seed: 7,
  iterations: 1,
  data: { name: "Shapes", source: "built in", hash: "0a1b", classes: 10, pictures: 1500 },
  environment: { version: "0.1.0", backend: "cpu", adapter: "CPU", runtime: "test" },
  records: [],
  history: historyToFile(history),
  created: "2026-01-01T00:00:00.000Z",
};

const sourceOf = (bytes: Uint8Array<ArrayBuffer>) => memorySource("x.zip", bytes);

describe("a bundle", () => {
  let files: Record<string, string>;
  beforeAll(() => {
    files = Object.fromEntries(
      Object.entries(unzipSync(packBundle(run))).map(([name, bytes]) => [name, strFromU8(bytes)]),
    );
  });

  it("has the same bytes for the same run", () => {
    expect(packBundle(structuredClone(run))).toEqual(packBundle(run));
  });

  it("reads back as the run", async () => {
    const text = await readBundle(sourceOf(packBundle(run)));
    expect(JSON.parse(text ?? "")).toEqual(run);
    expect(parseRunFile(text ?? "", "x.zip").seed).toBe(7);
  });

  it("says what it is and how to repeat it", () => {
    const text = files["README.txt"] ?? "";
    for (const part of ["Seed        7", "SHA-256 0a1b", "cpu on CPU", "--repeat", "momentum: 0.9"])
      expect(text).toContain(part);
    for (const name of Object.keys(files)) if (name !== "README.txt") expect(text).toContain(name);
  });

  it("holds the genotype in every form, and each one of the run", () => {
    for (const name of ["genotype.txt", "genotype.json", "genotype-naslib.txt"]) {
      expect(readGenotype(files[name] ?? "").genotype).toEqual(genotype);
    }
    const lines = (files["genotypes.txt"] ?? "").trim().split("\n");
    expect(lines.map((line) => line.split(" ")[0])).toEqual(["Searchlight_0", "Searchlight_1"]);
    const kept = (text: string) => readGenotype(text).genotype.normal.map(String).sort();
    expect(kept(lines[1] ?? "")).toEqual(genotype.normal.map(String).sort());
  });
});

describe("readBundle", () => {
  it("finds the run in a folder, as packing again by hand leaves it", async () => {
    const zip = zipSync({ "run/other.txt": strToU8("x"), "run/searchlight-run.json": strToU8("{}") });
    expect(await readBundle(sourceOf(zip))).toBe("{}");
  });

  it("takes a zip without a run for something else, and does not unpack it", async () => {
    const zip = zipSync({ "a.png": new Uint8Array(1000) }, { level: 0 });
    zip.fill(255, 100, 900);
    expect(await readBundle(sourceOf(zip))).toBeNull();
  });

  /** The same zip, whose list claims another size of its one file. */
  const claiming = (zip: Uint8Array<ArrayBuffer>, size: number) => {
    const record = zip.length - 22 - 46 - "searchlight-run.json".length;
    new DataView(zip.buffer, zip.byteOffset).setUint32(record + 24, size, true);
    return sourceOf(zip);
  };

  it("refuses a run that is too large before it unpacks it", async () => {
    const zip = claiming(zipSync({ "searchlight-run.json": new Uint8Array(10) }), RUN_FILE_LIMIT + 1e6);
    await expect(readBundle(zip)).rejects.toThrow(/x\.zip holds a run of 129 megabytes; runs of up to 128/);
  });

  it("stops a bomb whose list lies about its size", async () => {
    const bomb = claiming(zipSync({ "searchlight-run.json": new Uint8Array(4e6) }, { level: 1 }), 10);
    await expect(readBundle(bomb, 2e6)).rejects.toThrow(/unpacks to more than/);
  });

  it("says so when the run in it is damaged, and leaves any other damaged zip to the readers of pictures", async () => {
    const spoiled = zipSync({ "searchlight-run.json": strToU8("{}") }, { level: 0 });
    spoiled.fill(0, 50, 52);
    await expect(readBundle(sourceOf(spoiled))).rejects.toThrow(/checksum of searchlight-run\.json does not fit/);
    expect(await readBundle(sourceOf(packBundle(run).slice(0, 500)))).toBeNull();
  });
});
