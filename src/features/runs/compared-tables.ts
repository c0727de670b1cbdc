/** What is compared, as tables to save. Plain functions. */
import type { CellValue, Table } from "../../domain/csv";
import type { IterationRecord } from "../../domain/run";
import type { EdgeAgreement } from "../../domain/seed-agreement";
import { learningTable } from "../../domain/tables";
import { metricsOf, RUN_METRICS } from "../../state/overlay";

/** Losses and accuracies of several runs, one below the other. */
export function lossesTable(names: readonly string[], runs: readonly (readonly IterationRecord[])[]): Table {
  return {
    columns: ["run", ...learningTable([]).columns],
    rows: runs.flatMap((records, i) => learningTable(records).rows.map((row): CellValue[] => [names[i] ?? "", ...row])),
  };
}

/** The numbers that runs are compared by, a row each. */
export function metricsTable(names: readonly string[], runs: readonly (readonly IterationRecord[])[]): Table {
  return {
    columns: ["run", ...RUN_METRICS],
    rows: runs.map((records, i): CellValue[] => {
      const metrics = metricsOf(records);
      return [names[i] ?? "", ...RUN_METRICS.map((metric) => metrics[metric])];
    }),
  };
}

/** A row for each edge that a seed keeps. @param count seeds in all */
export function agreementTable(edges: readonly EdgeAgreement[], count: number): Table {
  return {
    columns: ["edge", "state", "node", "seeds", "kept", "operation", "agree"],
    rows: edges.map(({ edge, kept, op, agree }) => [edge.index, edge.state, edge.node, count, kept, op, agree]),
  };
}
