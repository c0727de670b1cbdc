/** What the search prints: a line for each iteration, as text or as JSON. */
import type { Environment, IterationRecord, RunFile } from "../domain/run";
import type { DataChoice } from "./arguments";

const percent = (share: number) => `${Math.round(100 * share)} %`.padStart(5);
const loss = (value: number) => value.toFixed(4);

/** One line for people. Losses are means in nats; accuracies are of the same batches. */
export function iterationLine(record: IterationRecord, iterations: number): string {
  const total = String(iterations);
  const parts = [
    `${String(record.iteration).padStart(total.length)}/${total}`,
    `explainer train ${loss(record.explainerTrainLoss)} ${percent(record.explainerTrainAccuracy)}`,
    `val ${loss(record.explainerValidationLoss)} ${percent(record.explainerValidationAccuracy)}`,
  ];
  if (record.audienceTrainLoss !== null) parts.push(`audience train ${loss(record.audienceTrainLoss)}`);
  if (record.audienceValidationLoss !== null) {
    const accuracy = record.audienceValidationAccuracy;
    parts.push(`val ${loss(record.audienceValidationLoss)}${accuracy === null ? "" : ` ${percent(accuracy)}`}`);
  }
  parts.push(`${Math.round(record.milliseconds)} ms`);
  return parts.join("  ");
}

export interface Start {
  readonly environment: Environment;
  readonly data: {
    readonly choice: DataChoice;
    readonly name: string;
    readonly pictures: number;
    readonly classes: number;
  };
  readonly iterations: number;
  readonly settings: RunFile["settings"];
}

export interface Reporter {
  start(start: Start): void;
  iteration(record: IterationRecord): void;
  /** @param path where the run was written */
  end(file: RunFile, path: string, interrupted: boolean): void;
}

export function textReporter(print: (line: string) => void): Reporter {
  let iterations = 0;
  return {
    start({ environment, data, iterations: count }) {
      iterations = count;
      const { backend, adapter } = environment;
      print(`${data.name}: ${data.pictures} pictures, ${data.classes} classes`);
      print(`Backend ${backend}${backend === "cpu" ? "" : ` on ${adapter}`}, ${count} iterations`);
    },
    iteration: (record) => print(iterationLine(record, iterations)),
    end(file, path, interrupted) {
      if (interrupted) print(`Stopped after ${file.records.length} of ${iterations} iterations.`);
      print(file.genotypeText);
      print(`Written to ${path}`);
    },
  };
}

/** One JSON object a line: one "start", one "iteration" each, one "end". */
export function jsonReporter(print: (line: string) => void): Reporter {
  const line = (value: object) => print(JSON.stringify(value));
  return {
    start: (start) => line({ kind: "start", ...start }),
    iteration: (record) => line({ kind: "iteration", ...record }),
    end: ({ genotype, genotypeText }, path, interrupted) =>
      line({ kind: "end", genotype, genotypeText, file: path, interrupted }),
  };
}
