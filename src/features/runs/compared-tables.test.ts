import { expect, it } from "vitest";
import { edgeAgreement } from "../../domain/seed-agreement";
import { recordOf, snapshotOf } from "../../state/testing";
import { agreementTable, lossesTable, metricsTable } from "./compared-tables";

const runs = [[recordOf(1), recordOf(2)], [recordOf(1, { explainerTrainLoss: 7 })]];

it("writes every iteration of every run", () => {
  const { columns, rows } = lossesTable(["A", "B"], runs);
  expect(columns.slice(0, 3)).toEqual(["run", "iteration", "explainerTrainLoss"]);
  expect(rows.map((row) => row.slice(0, 3))).toEqual([
    ["A", 1, 2],
    ["A", 2, 2],
    ["B", 1, 7],
  ]);
});

it("writes a row of numbers for each run, and one for each agreed edge", () => {
  expect(metricsTable(["A", "B"], runs).rows.map((row) => row.slice(0, 2))).toEqual([
    ["A", 2],
    ["B", 2],
  ]);
  const { genotype } = snapshotOf(1);
  const { columns, rows } = agreementTable(edgeAgreement([genotype.normal, genotype.normal]), 2);
  expect(columns).toHaveLength(7);
  expect(rows).toHaveLength(8);
  expect(rows[0]).toEqual([0, 0, 0, 2, 2, "sep_conv_3x3", 2]);
});
