/** The page's end of the wire to the engine's worker. Knows Comlink and the contract, nothing of the engine. */
import { proxy, type Remote, wrap } from "comlink";
import type { EngineApi, EngineEvent, SelfCheckResult } from "../worker/api";

/** The contract as the page calls it: callbacks are handed over as Comlink proxies. */
export type EngineClient = EngineApi;

export interface EngineConnection {
  /** Stays the same when the worker is started again. */
  readonly client: EngineClient;
  /** Ends the worker, if it still lives, and starts another one, which knows nothing of the first. */
  readonly restart: () => void;
}

interface Running {
  readonly remote: Remote<EngineApi>;
  /** Rejects when the worker is gone: its answers would never come. */
  readonly gone: Promise<never>;
  readonly end: () => void;
}

const GONE = "The engine's worker was ended.";

/** @param lost told once, with a reason, when the worker cannot start or breaks down */
function startWorker(lost: (reason: string) => void): Running {
  const worker = new Worker(new URL("../worker/main.ts", import.meta.url), { type: "module", name: "engine" });
  const remote = wrap<EngineApi>(worker);
  let over = false;
  let reject: (reason: Error) => void = () => undefined;
  const gone = new Promise<never>((_, refuse) => {
    reject = refuse;
  });
  // Nobody may be waiting for an answer.
  gone.catch(() => undefined);
  const end = (reason: string | null) => {
    if (over) return;
    over = true;
    worker.terminate();
    reject(new Error(reason ?? GONE));
    if (reason !== null) lost(reason);
  };
  worker.addEventListener("error", (event) => end(event.message || "The engine's worker could not be loaded."));
  worker.addEventListener("messageerror", () => end("A message of the engine could not be read."));
  watch(remote, () => end(GONE)).catch(() => undefined);
  return { remote, gone, end: () => end(null) };
}

/** No event tells of a worker that the browser ends, but the lock that it held comes free. */
async function watch(remote: Remote<EngineApi>, ended: () => void): Promise<void> {
  const name = await remote.lifeLock();
  if (name !== null) await navigator.locks.request(name, ended);
}

/** Starts the worker. @param lost told, with a reason, each time a worker cannot start or breaks down */
export function startEngine(lost: (reason: string) => void): EngineConnection {
  let running = startWorker(lost);
  const call = <T>(act: (remote: Remote<EngineApi>) => Promise<T>) => Promise.race([act(running.remote), running.gone]);
  return {
    client: clientOf(call),
    restart: () => {
      running.end();
      running = startWorker(lost);
    },
  };
}

function clientOf(call: <T>(act: (remote: Remote<EngineApi>) => Promise<T>) => Promise<T>): EngineClient {
  return {
    lifeLock: () => call((remote) => remote.lifeLock()),
    connect: (listener: (event: EngineEvent) => void) => call((remote) => remote.connect(proxy(listener))),
    loadBuiltIn: (name) => call((remote) => remote.loadBuiltIn(name)),
    loadFiles: (files) => call((remote) => remote.loadFiles(files)),
    loadAddresses: (files) => call((remote) => remote.loadAddresses(files)),
    cancelLoading: () => call((remote) => remote.cancelLoading()),
    loadLast: () => call((remote) => remote.loadLast()),
    loadKept: (id) => call((remote) => remote.loadKept(id)),
    keep: () => call((remote) => remote.keep()),
    forgetKept: (id) => call((remote) => remote.forgetKept(id)),
    showLastRun: () => call((remote) => remote.showLastRun()),
    showRun: (id) => call((remote) => remote.showRun(id)),
    resumeRun: (id) => call((remote) => remote.resumeRun(id)),
    keepNow: () => call((remote) => remote.keepNow()),
    changeRun: (id, label) => call((remote) => remote.changeRun(id, label)),
    forgetRun: (id) => call((remote) => remote.forgetRun(id)),
    readRun: (id, records) => call((remote) => remote.readRun(id, proxy(records))),
    describe: (settings) => call((remote) => remote.describe(settings)),
    classPictures: (label, count) => call((remote) => remote.classPictures(label, count)),
    augmentedPreview: (settings, iteration) => call((remote) => remote.augmentedPreview(settings, iteration)),
    explain: (count) => call((remote) => remote.explain(count)),
    estimate: (settings) => call((remote) => remote.estimate(settings)),
    measure: (settings) => call((remote) => remote.measure(settings)),
    search: (settings, repeats) => call((remote) => remote.search(settings, repeats)),
    pause: () => call((remote) => remote.pause()),
    step: (settings, repeats) => call((remote) => remote.step(settings, repeats)),
    reset: () => call((remote) => remote.reset()),
    change: (settings) => call((remote) => remote.change(settings)),
    compareHypergradients: () => call((remote) => remote.compareHypergradients()),
    profile: () => call((remote) => remote.profile()),
    forgetTuning: () => call((remote) => remote.forgetTuning()),
    writeRun: (id, maxSkips) => call((remote) => remote.writeRun(id, maxSkips)),
    packBundle: (run) => call((remote) => remote.packBundle(run)),
    readBundle: (file) => call((remote) => remote.readBundle(file)),
    loseDevice: () => call((remote) => remote.loseDevice()),
    selfCheck: (report: (result: SelfCheckResult) => void) => call((remote) => remote.selfCheck(proxy(report))),
  };
}
