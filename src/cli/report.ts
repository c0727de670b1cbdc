/** What the search prints: a line for each iteration, as text or as JSON. */
import { type ProfileRow, profileRows } from "../domain/profile";
import type { Environment, IterationRecord, PlanSize, Profile, RunFile } from "../domain/run";
import { type RunStage, stageText } from "../domain/stages";
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
  for (const [name, value] of Object.entries(record.schedules)) parts.push(`${name} ${value.toPrecision(3)}`);
  parts.push(`${Math.round(record.milliseconds)} ms`);
  return parts.join("  ");
}

export interface Start {
  readonly environment: Environment;
  readonly data: {
    readonly choice: DataChoice;
    readonly name: string;
    /** SHA-256 of the pictures and labels as they were read. */
    readonly hash: string;
    readonly pictures: number;
    readonly classes: number;
  };
  readonly iterations: number;
  readonly settings: RunFile["settings"];
}

export interface Reporter {
  start(start: Start): void;
  /** Of a run in stages: one begins. */
  stage(stage: RunStage, count: number): void;
  /** On WebGPU: what the run will take, once it is known. */
  planned(plan: PlanSize): void;
  iteration(record: IterationRecord): void;
  /** @param profile null on the CPU */
  profile(profile: Profile | null): void;
  /** @param path where the run was written */
  end(file: RunFile, path: string, interrupted: boolean): void;
  /** Of a repetition as long as its run. @param same the alphas, to the last bit */
  repeated(path: string, same: boolean): void;
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
const rate = (value: number | null) => (value === null ? "-" : value.toFixed(2));

const HEADS = ["kernel", "dispatches", "ms", "share", "MB moved", "GFLOP/s", "op/byte"];

function profileCells(row: ProfileRow): string[] {
  const { name, dispatches, milliseconds, share, bytes, gflops, intensity } = row;
  const time = [milliseconds.toFixed(2), `${(100 * share).toFixed(1)} %`];
  return [name, String(dispatches), ...time, megabytes(bytes), rate(gflops), rate(intensity)];
}

/** A line for each kernel, the longest first, with their sum at the end. */
export function profileLines(profile: Profile | null): string[] {
  if (!profile) return ["There is no profile of a run on the CPU: it needs WebGPU."];
  const { rows, total } = profileRows(profile);
  const table = [HEADS, ...[...rows, total].map(profileCells)];
  const widths = HEADS.map((_, i) => Math.max(...table.map((cells) => (cells[i] ?? "").length)));
  const lines = table.map((cells) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join("  "),
  );
  return [...lines, `Memory of the plan: ${megabytes(profile.bytes)} MB`];
}

export function textReporter(print: (line: string) => void): Reporter {
  let iterations = 0;
  return {
    start({ environment, data, iterations: count }) {
      iterations = count;
      const { backend, adapter } = environment;
      print(`${data.name}: ${data.pictures} pictures, ${data.classes} classes, hash ${data.hash}`);
      print(`Backend ${backend}${backend === "cpu" ? "" : ` on ${adapter}`}, ${count} iterations`);
    },
    stage: (stage, count) => print(stageText(stage, count)),
    planned: ({ bytes, dispatches }) =>
      print(`An iteration takes ${dispatches} dispatches and ${megabytes(bytes)} MB of GPU memory`),
    iteration: (record) => print(iterationLine(record, iterations)),
    profile: (profile) => profileLines(profile).forEach(print),
    end(file, path, interrupted) {
      if (interrupted) print(`Stopped after ${file.records.length} of ${iterations} iterations.`);
      print(file.genotypeText);
      print(`Written to ${path}`);
    },
    repeated: (path, same) =>
      print(same ? `The alphas are those of ${path}, to the last bit.` : `The alphas are not those of ${path}.`),
  };
}

/** One JSON object a line: one "start", a "stage" for each of a run in stages, on WebGPU a "planned" for each, one "iteration" each, a "profile" if asked for, one "end", a "repeated" where a run was. */
export function jsonReporter(print: (line: string) => void): Reporter {
  const line = (value: object) => print(JSON.stringify(value));
  return {
    start: (start) => line({ kind: "start", ...start }),
    stage: (stage, count) => line({ kind: "stage", count, ...stage }),
    planned: (plan) => line({ kind: "planned", ...plan }),
    iteration: (record) => line({ kind: "iteration", ...record }),
    profile: (profile) => line({ kind: "profile", bytes: profile?.bytes ?? null, kernels: profile?.kernels ?? null }),
    end: ({ genotype, genotypeText, data }, path, interrupted) =>
      line({ kind: "end", genotype, genotypeText, data, file: path, interrupted }),
    repeated: (path, same) => line({ kind: "repeated", file: path, same }),
  };
}
