/** What is exported of a run: everything needed to repeat and to use its result. */
import type { AlphaHistory } from "../../domain/alpha-history";
import { type Dataset, HASH_VERSION } from "../../domain/dataset";
import { type Alphas, type Betas, type Genotype, genotypeText } from "../../domain/genotype";
import { historyToFile } from "../../domain/history-file";
import { EDGES, PRIMITIVES } from "../../domain/primitives";
import type { EarlierEnvironment, Environment, IterationRecord, RunFile, SettingChange } from "../../domain/run";
import type { Settings } from "../../domain/settings";
import type { RunStage } from "../../domain/stages";

export interface RunContents {
  readonly genotype: Genotype;
  readonly alphas: Alphas;
  readonly betas: Betas | null;
  readonly stages: readonly RunStage[];
  readonly settings: Settings;
  readonly changes: readonly SettingChange[];
  readonly records: readonly IterationRecord[];
  readonly history: AlphaHistory;
  readonly dataset: Dataset;
  readonly environment: Environment;
  readonly earlier: readonly EarlierEnvironment[];
}

/** Rows of a [14, 8] matrix; JSON knows no infinity, so an operation that is off has null. */
function matrix(values: Float32Array): (number | null)[][] {
  const row = (e: number) => Array.from(values.subarray(e * PRIMITIVES.length, (e + 1) * PRIMITIVES.length));
  return Array.from({ length: EDGES }, (_, e) => row(e).map((v) => (Number.isFinite(v) ? v : null)));
}

export function runFile({ genotype, alphas, betas, stages, settings, changes, records, ...o }: RunContents): RunFile {
  const { name, source, hash, classNames, labels } = o.dataset;
  return {
    format: "searchlight-run",
    version: 1,
    genotype,
    genotypeText: genotypeText(genotype),
    alphas: { normal: matrix(alphas.normal), reduce: matrix(alphas.reduce) },
    ...(betas && { betas: { normal: Array.from(betas.normal), reduce: Array.from(betas.reduce) } }),
    ...(stages.length > 1 && { stages }),
    settings,
    settingChanges: changes,
    seed: settings.seed,
    iterations: records.length,
    data: {
      ...{ name, source, hash, hashVersion: HASH_VERSION },
      ...{ classes: classNames.length, pictures: labels.length },
    },
    environment: o.environment,
    ...(o.earlier.length > 0 && { earlier: o.earlier }),
    records: [...records],
    history: historyToFile(o.history),
    created: new Date().toISOString(),
  };
}
