import { describe, expect, it } from "vitest";
import { csvText } from "./csv";
import { deriveGenotype } from "./genotype";
import type { IterationRecord } from "./run";
import { alphaTable, courseTable, geneTable, historyTable, learningTable, recordTable, withDataSets } from "./tables";

const record = (iteration: number, tau: number): IterationRecord => ({
  ...{ iteration, epoch: 0, stage: 0, learningRate: 0.1, schedules: { tau }, picks: [1] },
  ...{ explainerTrainLoss: 2, explainerValidationLoss: 3, explainerTrainAccuracy: 0, explainerValidationAccuracy: 1 },
  ...{ audienceTrainLoss: null, audienceValidationLoss: null, audienceValidationAccuracy: null },
  ...{ explanationLoss: null, deltaStepRatio: null, explainerGradientNorm: 1, audienceGradientNorm: null },
  ...{ hypergradientNorm: 1, audienceTermNorm: null, entropyNormal: 2, entropyReduce: 1, skips: 4, milliseconds: 5 },
});
const records = Array.from({ length: 1000 }, (_, i) => record(i + 1, 10 - i));

it("name the data set in each row, and several sets once each", () => {
  const table = { columns: ["edge"], rows: [[0], [1]] };
  const [a, b] = [
    { name: "A", hash: "aa" },
    { name: "B, mine", hash: "bb" },
  ];
  expect(csvText(withDataSets(table, [a]))).toBe("edge,dataSet,dataHash\n0,A,aa\n1,A,aa\n");
  expect(withDataSets(table, [a, b, a]).rows[1]).toEqual([1, "A; B, mine", "aa; bb"]);
  expect(withDataSets(table, [])).toEqual(table);
});

describe("tables of records", () => {
  it("hold every iteration", () => {
    const table = recordTable(records, ["explainerTrainLoss", "audienceTrainLoss"]);
    expect(table.columns).toEqual(["iteration", "explainerTrainLoss", "audienceTrainLoss"]);
    expect(table.rows).toHaveLength(1000);
    expect(table.rows.at(-1)).toEqual([1000, 2, null]);
  });
  it("hold losses and accuracies of both networks", () => {
    expect(learningTable(records).columns).toHaveLength(9);
  });
  it("hold the schedules of the strategy", () => {
    expect(courseTable(records).columns).toEqual(["iteration", "skips", "tau"]);
    expect(courseTable(records).rows[1]).toEqual([2, 4, 9]);
  });
  it("hold every measurement once", () => {
    const { columns, rows } = historyTable(records);
    const measured = Object.keys(record(1, 1)).filter((name) => name !== "schedules" && name !== "picks");
    expect(new Set(columns)).toEqual(new Set([...measured, "tau"]));
    expect(rows[0]).toHaveLength(columns.length);
    expect(rows[0]?.at(-1)).toBe(10);
  });
});

it("tells of each gene which edge it keeps", () => {
  const { columns, rows } = geneTable([
    ["skip_connect", 1],
    ["sep_conv_3x3", 0],
    ["max_pool_3x3", 2],
  ]);
  expect(columns).toEqual(["edge", "state", "node", "kept"]);
  expect(rows).toEqual([
    [1, 1, 0, "skip_connect"],
    [0, 0, 0, "sep_conv_3x3"],
    [4, 2, 1, "max_pool_3x3"],
  ]);
});

it("tells of each edge what it mixes and whether it is kept", () => {
  const alphas = Float32Array.from({ length: 112 }, (_, i) => (i === 3 ? Number.NEGATIVE_INFINITY : Math.sin(i)));
  const genes = deriveGenotype({ normal: alphas, reduce: alphas }).normal;
  const { columns, rows } = alphaTable(alphas, genes, new Float32Array(14));
  expect(rows).toHaveLength(14);
  const column = (name: string) => rows.map((row) => row[columns.indexOf(name)]);
  expect(column("kept").filter((op) => op !== null)).toHaveLength(8);
  expect(column("alpha_skip_connect")[0]).toBeNull();
  expect(column("weight_skip_connect")[0]).toBe(0);
  expect(column("edgeWeight")[0]).toBeCloseTo(0.5, 6);
  const sums = rows.map((row) => row.slice(-8).reduce<number>((sum, w) => sum + Number(w), 0));
  for (const sum of sums) expect(sum).toBeCloseTo(1, 5);
});
