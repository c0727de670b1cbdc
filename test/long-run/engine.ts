/**
 * An engine that has a run of thousands of iterations at hand and goes on with it at a steady rate. It stands in for the
 * worker where the page is measured with a long history: a real search would take hours to get there. What it says is
 * made up but for the pictures; how it says it is the contract.
 */
import { expose } from "comlink";
import { finishDataset, summarise } from "../../src/data/load";
import { makeShapes } from "../../src/data/shapes";
import { type AlphaHistory, historyAfter, historySince, NO_HISTORY } from "../../src/domain/alpha-history";
import { type Alphas, countOp, deriveGenotype, meanEntropy, softmaxRows } from "../../src/domain/genotype";
import type { KeptRun } from "../../src/domain/kept-run";
import { presetSettings } from "../../src/domain/presets";
import { CounterRandom, STREAM } from "../../src/domain/random";
import type { IterationRecord, RunFile, Snapshot } from "../../src/domain/run";
import type { EngineApi, EngineEvent } from "../../src/worker/api";
import { inPieces } from "../../src/worker/pieces";
import { ALL, AT_ONCE, PER_EPOCH, PER_SNAPSHOT, SNAPSHOT_MS, START } from "./pace";

const SETTINGS = presetSettings("tiny");
const random = new CounterRandom(1, STREAM.check);
const sample = (iteration: number, index: number) => random.uniform(iteration * 1000 + index) - 0.5;

/** Alphas that wander at first and settle, each edge on an operation of its own. */
const drift = Float32Array.from({ length: 224 }, (_, i) => 3 * sample(0, i));
const TIME = "2026-01-01T00:00:00.000Z";
let alphas: Alphas = { normal: new Float32Array(112), reduce: new Float32Array(112) };

function move(iteration: number): void {
  const settled = iteration / ALL;
  const step = (values: Float32Array, offset: number) =>
    values.map((_, i) => settled * (drift[i + offset] ?? 0) + 0.4 * (1 - settled) * sample(iteration >> 3, i + offset));
  alphas = { normal: step(alphas.normal, 0), reduce: step(alphas.reduce, 112) };
}

function record(iteration: number): IterationRecord {
  const fall = 2.3 * Math.exp(-iteration / 4000);
  const noisy = (index: number) => Math.max(0.01, fall + 0.3 + 0.5 * sample(iteration, index));
  return {
    ...{ iteration, epoch: Math.floor((iteration - 1) / PER_EPOCH), stage: 0, schedules: {}, picks: null },
    learningRate: 0.025 * (1 - iteration / ALL) + 0.001,
    explainerTrainLoss: noisy(300),
    explainerValidationLoss: noisy(301) + 0.1,
    explainerTrainAccuracy: 0.6,
    explainerValidationAccuracy: 0.5 + 0.2 * sample(iteration, 302),
    audienceTrainLoss: noisy(303),
    audienceValidationLoss: noisy(304) + 0.2,
    audienceValidationAccuracy: 0.5,
    explanationLoss: noisy(305),
    deltaStepRatio: 1,
    explainerGradientNorm: 1,
    audienceGradientNorm: 1,
    hypergradientNorm: 1,
    audienceTermNorm: 1,
    entropyNormal: meanEntropy(softmaxRows(alphas.normal)),
    entropyReduce: meanEntropy(softmaxRows(alphas.reduce)),
    skips: countOp(deriveGenotype(alphas), "normal", "skip_connect"),
    milliseconds: SNAPSHOT_MS / PER_SNAPSHOT,
  };
}

let listener: (event: EngineEvent) => void = () => undefined;
let history: AlphaHistory = NO_HISTORY;
let timer: ReturnType<typeof setInterval> | undefined;

function snapshot(count: number): Snapshot {
  const before = history.iteration;
  const after = Math.max(0, before) + count;
  const records: IterationRecord[] = [];
  for (let i = before + 1; i <= after; i++) {
    move(i);
    if (i > 0) records.push(record(i));
    history = historyAfter(history, i, { alphas, betas: null, genotype: deriveGenotype(alphas) });
  }
  return {
    ...{ iteration: after, iterations: ALL, iterationsPerEpoch: PER_EPOCH, stages: [], stage: 0 },
    ...{ records, alphas, betas: null, genotype: deriveGenotype(alphas), history: historySince(history, before) },
    ...{ explanations: null, bytes: 1e6, tensors: 100 },
  };
}

/** Two finished runs as long as this one will be. */
const DATA: RunFile["data"] = { name: "Shapes", source: "built in", hash: "0".repeat(64), classes: 10, pictures: 400 };
const KEPT = [1, 2].map((seed): KeptRun => {
  const genotype = deriveGenotype({ normal: drift.slice(0, 112), reduce: drift.slice(112) });
  return {
    ...{ id: `run-${seed}`, name: `seed ${seed}`, pinned: false, created: TIME, changed: TIME, data: DATA, genotype },
    ...{ iteration: ALL, iterations: ALL, finished: true, settings: { ...SETTINGS, seed }, bytes: 1e7 },
    ...{ explainerLoss: 1, audienceLoss: 1 },
  };
});

function keptFile({ settings, genotype }: KeptRun): Omit<RunFile, "records"> {
  const rows = (at: number) => Array.from({ length: 14 }, (_, e) => [...drift.slice(at + 8 * e, at + 8 * e + 8)]);
  return {
    format: "searchlight-run",
    version: 1,
    ...{ genotype, genotypeText: "", settings, settingChanges: [] },
    ...{ alphas: { normal: rows(0), reduce: rows(112) }, seed: settings.seed, iterations: ALL, data: DATA },
    environment: { version: "", backend: "webgpu", adapter: "none", runtime: "none" },
    created: TIME,
  };
}

const engine: Partial<EngineApi> = {
  connect: async (to) => {
    listener = to;
    const webgpu = { ok: true, vendor: "none", architecture: "none", description: "", software: false } as const;
    listener({ kind: "engine", engine: { backend: "webgpu", adapter: "none", webgpu } });
    const raw = makeShapes({ seed: 1, count: 400 });
    listener({ kind: "data", summary: summarise(await finishDataset(raw, SETTINGS), raw) });
    listener({ kind: "runs", runs: KEPT, storage: { runs: 2e7, used: null, quota: null } });
    listener({ kind: "status", status: { kind: "idle" } });
  },
  readRun: async (id, report) => {
    const run = KEPT.find((one) => one.id === id);
    if (!run) throw new Error(`There is no run ${id}.`);
    const shape = record(1);
    const records = Array.from({ length: ALL }, (_, i): IterationRecord => {
      const loss = (index: number) => 2 + sample(i, 10 * run.settings.seed + index);
      return {
        ...{ ...shape, iteration: i + 1, explainerTrainLoss: loss(0), explainerValidationLoss: loss(1) },
        ...{ audienceTrainLoss: loss(2), audienceValidationLoss: loss(3) },
      };
    });
    await inPieces(records, report);
    return keptFile(run);
  },
  writeRun: async () => new Blob(["x".repeat(20_000_000)]),
  describe: async () => undefined,
  loadLast: async () => true,
  search: async () => {
    listener({ kind: "status", status: { kind: "running" } });
    for (let i = 0; i < START; i += AT_ONCE) {
      listener({ kind: "snapshot", snapshot: snapshot(AT_ONCE) });
      await new Promise((done) => setTimeout(done, 50));
    }
    timer = setInterval(() => {
      listener({ kind: "snapshot", snapshot: snapshot(PER_SNAPSHOT) });
      if (history.iteration < ALL) return;
      clearInterval(timer);
      listener({ kind: "status", status: { kind: "finished" } });
    }, SNAPSHOT_MS);
  },
  pause: async () => {
    clearInterval(timer);
    listener({ kind: "status", status: { kind: "paused" } });
  },
};

expose(engine);
