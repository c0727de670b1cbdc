import { describe, expect, it } from "vitest";
import { recordOf, snapshotOf } from "../state/testing";
import { historyAfter, NO_HISTORY } from "./alpha-history";
import { historyToFile } from "./history-file";
import { presetSettings } from "./presets";
import type { RunFile } from "./run";
import { parseRunFile, RunFileError, runFileText } from "./run-file";

const rows = (alphas: Float32Array) => Array.from({ length: 14 }, (_, e) => [...alphas.subarray(e * 8, e * 8 + 8)]);
const { genotype, alphas } = snapshotOf(1);
const file = {
  format: "searchlight-run",
  version: 1,
  genotype,
  alphas: { normal: rows(alphas.normal), reduce: rows(alphas.reduce) },
  settings: presetSettings("tiny"),
  seed: 1,
  iterations: 60,
  data: { name: "A", source: "built in", hash: "00", classes: 2, pictures: 4 },
  environment: { version: "0.1.0", backend: "cpu", adapter: "CPU", runtime: "test" },
};

function messageOf(text: string): string {
  try {
    parseRunFile(text, "x.json");
  } catch (error) {
    if (error instanceof RunFileError) return error.message;
    throw error;
  }
  throw new Error("The file was accepted.");
}

describe("runFileText", () => {
  it("gives each record one line and reads back as the run", () => {
    const records = [recordOf(1, { picks: [1, 2, 3] }), recordOf(2)];
    const run = { ...file, genotypeText: "a\nb", settingChanges: [], records, created: "now" } as unknown as RunFile;
    const text = runFileText(run);
    expect(JSON.parse(text)).toEqual(run);
    const lines = text.split("\n");
    expect(
      lines.filter((line) => line.startsWith('  {"iteration"')).map((line) => JSON.parse(line.replace(/,$/, ""))),
    ).toEqual(records);
    expect(lines).toContain('  "momentum": 0.9,');
    expect(JSON.parse(runFileText({ ...run, records: [] })).records).toEqual([]);
  });
});

describe("parseRunFile", () => {
  it("reads what an export writes", () => {
    const run = parseRunFile(JSON.stringify(file), "x.json");
    expect(run.genotype).toEqual(genotype);
    expect(run.settings).toEqual(file.settings);
  });
  it("reads the history where the file has one, and refuses one of another length", () => {
    const history = historyToFile(historyAfter(NO_HISTORY, 0, { alphas, betas: null, genotype }));
    const started = { ...file, iterations: 0, history };
    expect(parseRunFile(JSON.stringify(started), "x.json").history).toEqual(history);
    expect(messageOf(JSON.stringify({ ...started, iterations: 1 }))).toMatch(/At "history": is not as long as the run/);
    expect(messageOf(JSON.stringify({ ...started, history: { ...history, alphas: "" } }))).toMatch(
      /At "history\.alphas": must be base64/,
    );
  });
  it("says what is wrong, where, and what to do", () => {
    expect(messageOf("{")).toMatch(/x\.json is not JSON/);
    expect(messageOf("null")).toMatch(/not a Searchlight run/);
    expect(messageOf('{"format":"other"}')).toMatch(/"format" is not "searchlight-run"/);
    expect(messageOf(JSON.stringify({ ...file, seed: -1 }))).toMatch(/At "seed"/);
    const bad = structuredClone(file);
    bad.alphas.normal[3] = [1];
    expect(messageOf(JSON.stringify(bad))).toMatch(/At "alphas\.normal\[3\]"/);
  });
  it("refuses a genotype that keeps `none`", () => {
    const normal = genotype.normal.map(([, state]) => ["none", state]);
    expect(messageOf(JSON.stringify({ ...file, genotype: { ...genotype, normal } }))).toMatch(/other than none/);
  });
});
