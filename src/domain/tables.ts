/** What charts show, as tables: every iteration and every number, not the points that are drawn. Names are those of the run file. */
import type { CellValue, Table } from "./csv";
import type { DataName } from "./dataset";
import { edgeLead, type Gene, softmaxEdges, softmaxRows } from "./genotype";
import { CELL_EDGES, edgeIndex, PRIMITIVES } from "./primitives";
import type { IterationRecord } from "./run";

/** Fields of a record that are one value; `schedules` and `picks` hold several. */
type RecordField = Exclude<keyof IterationRecord, "schedules" | "picks">;

const FIELDS = [
  "iteration",
  "epoch",
  "stage",
  "learningRate",
  "explainerTrainLoss",
  "explainerValidationLoss",
  "explainerTrainAccuracy",
  "explainerValidationAccuracy",
  "audienceTrainLoss",
  "audienceValidationLoss",
  "audienceValidationAccuracy",
  "explanationLoss",
  "deltaStepRatio",
  "explainerGradientNorm",
  "audienceGradientNorm",
  "hypergradientNorm",
  "audienceTermNorm",
  "entropyNormal",
  "entropyReduce",
  "skips",
  "milliseconds",
] as const satisfies readonly RecordField[];

/**
 * The table with the data set, or sets, in each row: spreadsheets and programs take columns of their own for what they are, and
 * a line of another form for a row.
 */
export function withDataSets({ columns, rows }: Table, sets: readonly DataName[]): Table {
  if (sets.length === 0) return { columns, rows };
  const each = [...new Map(sets.map((set) => [`${set.hash} ${set.name}`, set])).values()];
  const cells = [each.map(({ name }) => name).join("; "), each.map(({ hash }) => hash).join("; ")];
  return { columns: [...columns, "dataSet", "dataHash"], rows: rows.map((row) => [...row, ...cells]) };
}

/** A row for each iteration. @param fields besides the iteration */
export function recordTable(records: readonly IterationRecord[], fields: readonly RecordField[]): Table {
  const names = ["iteration", ...fields.filter((name) => name !== "iteration")] as const;
  return { columns: names, rows: records.map((record) => names.map((name) => record[name as RecordField])) };
}

/** Losses and accuracies of explainer and audience. */
export function learningTable(records: readonly IterationRecord[]): Table {
  return recordTable(
    records,
    FIELDS.filter((name) => name.endsWith("Loss") || name.endsWith("Accuracy")),
  );
}

/** The skips of the normal cell and what the strategy changes by schedule. */
export function courseTable(records: readonly IterationRecord[]): Table {
  const names = [...new Set(records.flatMap(({ schedules }) => Object.keys(schedules)))];
  return {
    columns: ["iteration", "skips", ...names],
    rows: records.map((record) => [
      record.iteration,
      record.skips,
      ...names.map((name) => record.schedules[name] ?? null),
    ]),
  };
}

/** Everything that was measured in each iteration, but for what was drawn. */
export function historyTable(records: readonly IterationRecord[]): Table {
  const measured = recordTable(records, FIELDS);
  const course = courseTable(records);
  const schedules = course.columns.slice(2);
  return {
    columns: [...measured.columns, ...schedules],
    rows: measured.rows.map((row, i): CellValue[] => [...row, ...(course.rows[i]?.slice(2) ?? [])]),
  };
}

/** A row for each kept edge of a cell. */
export function geneTable(genes: readonly Gene[]): Table {
  return {
    columns: ["edge", "state", "node", "kept"],
    rows: genes.map(([op, state], i) => {
      const node = Math.floor(i / 2);
      return [edgeIndex(node, state), state, node, op];
    }),
  };
}

/**
 * A row for each edge of a cell: what it mixes and whether the genotype keeps it.
 * @param alphas before the softmax, [14, 8]; −∞ where an operation was dropped
 * @param betas before their softmax, [14]; null for a strategy without
 */
export function alphaTable(alphas: Float32Array, genes: readonly Gene[], betas: Float32Array | null): Table {
  const count = PRIMITIVES.length;
  const weights = softmaxRows(alphas);
  const shares = betas && softmaxEdges(betas);
  const kept = new Map(genes.map(([op, state], i) => [edgeIndex(Math.floor(i / 2), state), op]));
  return {
    columns: [
      ...["edge", "state", "node", "kept", "lead"],
      ...(shares ? ["edgeWeight"] : []),
      ...PRIMITIVES.map((op) => `alpha_${op}`),
      ...PRIMITIVES.map((op) => `weight_${op}`),
    ],
    rows: CELL_EDGES.map(({ index, state, node }): CellValue[] => [
      ...[index, state, node, kept.get(index) ?? null, edgeLead(weights, index)],
      ...(shares ? [shares[index] ?? null] : []),
      ...Array.from(alphas.subarray(index * count, (index + 1) * count), (a) => (Number.isFinite(a) ? a : null)),
      ...weights.subarray(index * count, (index + 1) * count),
    ]),
  };
}
