/** The page's end of the wire to the engine's worker. Knows Comlink and the contract, nothing of the engine. */
import { proxy, type Remote, wrap } from "comlink";
import type { EngineApi, EngineEvent, SelfCheckResult } from "../worker/api";

/** The contract as the page calls it: callbacks are handed over as Comlink proxies. */
export type EngineClient = EngineApi;

export interface EngineConnection {
  readonly client: EngineClient;
  readonly close: () => void;
}

/**
 * Starts the worker.
 * @param lost told once, with a reason, when the worker cannot start or breaks down
 */
export function startEngine(lost: (reason: string) => void): EngineConnection {
  const worker = new Worker(new URL("../worker/main.ts", import.meta.url), { type: "module", name: "engine" });
  worker.addEventListener("error", (event) => lost(event.message || "The engine's worker could not be loaded."));
  worker.addEventListener("messageerror", () => lost("A message of the engine could not be read."));
  return { client: withProxies(wrap<EngineApi>(worker)), close: () => worker.terminate() };
}

function withProxies(remote: Remote<EngineApi>): EngineClient {
  return {
    connect: (listener: (event: EngineEvent) => void) => remote.connect(proxy(listener)),
    loadBuiltIn: (name) => remote.loadBuiltIn(name),
    loadFiles: (files) => remote.loadFiles(files),
    loadAddresses: (files) => remote.loadAddresses(files),
    cancelLoading: () => remote.cancelLoading(),
    loadLast: () => remote.loadLast(),
    loadKept: (id) => remote.loadKept(id),
    keep: () => remote.keep(),
    forgetKept: (id) => remote.forgetKept(id),
    changeRun: (id, label) => remote.changeRun(id, label),
    forgetRun: (id) => remote.forgetRun(id),
    readRun: (id) => remote.readRun(id),
    describe: (settings) => remote.describe(settings),
    classPictures: (label, count) => remote.classPictures(label, count),
    augmentedPreview: (settings, iteration) => remote.augmentedPreview(settings, iteration),
    explain: (count) => remote.explain(count),
    estimate: (settings) => remote.estimate(settings),
    measure: (settings) => remote.measure(settings),
    search: (settings, repeats) => remote.search(settings, repeats),
    pause: () => remote.pause(),
    step: (settings, repeats) => remote.step(settings, repeats),
    reset: () => remote.reset(),
    change: (settings) => remote.change(settings),
    compareHypergradients: () => remote.compareHypergradients(),
    profile: () => remote.profile(),
    forgetTuning: () => remote.forgetTuning(),
    exportRun: () => remote.exportRun(),
    packBundle: (run) => remote.packBundle(run),
    readBundle: (file) => remote.readBundle(file),
    selfCheck: (report: (result: SelfCheckResult) => void) => remote.selfCheck(proxy(report)),
  };
}
