import { expect, it } from "vitest";
import { presetSettings } from "../domain/presets";
import type { IterationRecord, RunFile } from "../domain/run";
import { RUN_FILE_LIMIT, runFileText } from "../domain/run-file";
import { openFile } from "./opening";
import { recordOf, snapshotOf } from "./testing";

it("reads back the longest run of the papers: MSG-DAS with LeaSE", async () => {
  const settings = presetSettings("paper", { strategy: "msg-das", objective: "lease-r50" });
  // Half of CIFAR's training pictures train the weights.
  const iterations = settings.epochs * Math.floor(25_000 / settings.batchSize);
  expect(iterations).toBe(46_800);
  const picks = Array.from({ length: 28 * settings.subGraphs }, (_, i) => i % 8);
  const measured = (i: number, k: number) => Math.fround(2 + Math.sin(100 * i + k));
  const names = Object.entries(recordOf(1)).flatMap(([name, value]) =>
    typeof value === "number" || value === null ? [name] : [],
  );
  const records = Array.from({ length: iterations }, (_, i): IterationRecord => {
    const numbers = Object.fromEntries(names.map((name, k) => [name, measured(i, k)]));
    return { ...recordOf(i + 1), ...numbers, iteration: i + 1, schedules: { temperature: measured(i, 50) }, picks };
  });
  const { genotype, alphas } = snapshotOf(1);
  const rows = (values: Float32Array) => Array.from({ length: 14 }, (_, e) => [...values.subarray(8 * e, 8 * e + 8)]);
  const run: RunFile = {
    format: "searchlight-run",
    version: 1,
    ...{ genotype, genotypeText: "", settings, settingChanges: [], seed: 1, iterations, records, created: "" },
    alphas: { normal: rows(alphas.normal), reduce: rows(alphas.reduce) },
    data: { name: "CIFAR-10", source: "a.bin", hash: "00", classes: 10, pictures: 60_000 },
    environment: { version: "0.1.0", backend: "cpu", adapter: "CPU", runtime: "test" },
  };
  const file = new File([runFileText(run)], "long.json");
  // The order of magnitude that the limit is made for.
  expect(file.size).toBeGreaterThan(RUN_FILE_LIMIT / 8);
  expect(file.size).toBeLessThan(RUN_FILE_LIMIT / 2);
  expect(await openFile(file, async () => null)).toMatchObject({ kind: "run", run: { iterations } });
});
