/** The controller over a scripted engine, for the tests of this room. */
import type { CostEstimate } from "../domain/cost";
import { presetSettings } from "../domain/presets";
import type { Environment, RunStatus } from "../domain/run";
import type { EngineApi, EngineEvent } from "../worker/api";
import { createController } from "./controller";
import { createAppStore } from "./store";
import { dataOf, HARDWARE, snapshotOf } from "./testing";

export const COMPARED = { cosine: 0.9, exactNorm: 2, finiteDifferenceNorm: 1 };

export const PROFILED = {
  kernels: [{ name: "Mix", dispatches: 2, milliseconds: 3, bytes: 4, operations: 5 }],
  bytes: 6,
};
const ESTIMATE: CostEstimate = {
  ...{ backend: "cpu", plan: null, time: null, ran: 0, refused: null, budget: null, software: false },
};
export const MADE_ON = {
  version: "1",
  backend: "webgpu",
  adapter: "A",
  runtime: "B",
  variants: { mix: "wide" },
} as const;

/** A scripted engine in the place of the worker, which needs a browser: it notes the calls and answers with events. */
export function setUp(refuse: Partial<Record<keyof EngineApi, string>> = {}) {
  const calls: string[] = [];
  const repeated: (Environment | null | undefined)[] = [];
  /** Seeds that the pictures were described with. */
  const described: number[] = [];
  let post: (event: EngineEvent) => void = () => undefined;
  /** The kept run that is offered. */
  let left: Extract<EngineEvent, { kind: "shown-run" }> | null = null;
  const call = async (name: keyof EngineApi, ...events: EngineEvent[]) => {
    calls.push(name);
    const reason = refuse[name];
    if (reason) throw new Error(reason);
    for (const event of events) post(event);
  };
  /** What `keepNow` comes to. */
  const hasRoom = { now: false };
  /** The call at which another breakdown comes, once. */
  const dies = { at: "", now: (): Promise<never> => Promise.reject(new Error("not in this test")) };
  /** While nothing is done. */
  let resting: RunStatus = { kind: "idle" };
  const showLeft = async (id: string | null) => {
    if (left === null || (id !== null && left.id !== id)) return false;
    post(left);
    const { iteration, iterations } = left.snapshot;
    resting = iteration < iterations ? { kind: "kept", hasData: true } : { kind: "finished" };
    post({ kind: "status", status: resting });
    return true;
  };
  const status = (kind: "idle" | "running" | "paused"): EngineEvent => ({ kind: "status", status: { kind } });
  const client: EngineApi = {
    connect: (listener) => {
      post = listener;
      return call("connect", { kind: "engine", engine: HARDWARE });
    },
    loadBuiltIn: (name) =>
      call("loadBuiltIn", { kind: "data", summary: dataOf(name) }, { kind: "status", status: resting }),
    loadFiles: (files) => call("loadFiles", { kind: "data", summary: dataOf(files.map(({ path }) => path).join()) }),
    loadAddresses: (files) => call("loadAddresses", { kind: "data", summary: dataOf(files.flat().join()) }),
    cancelLoading: () => call("cancelLoading"),
    loadLast: async () => false,
    loadKept: (id) => call("loadKept", { kind: "data", summary: dataOf(id) }),
    keep: () => call("keep"),
    forgetKept: () => call("forgetKept"),
    lifeLock: async () => null,
    showLastRun: () => showLeft(null),
    showRun: async (id) => {
      await (dies.at === "showRun" ? dies.now() : call("showRun"));
      return showLeft(id);
    },
    resumeRun: () => call("resumeRun", status("running")),
    keepNow: async () => {
      await call("keepNow");
      return hasRoom.now;
    },
    loseDevice: () => call("loseDevice"),
    changeRun: () => call("changeRun"),
    forgetRun: () => call("forgetRun"),
    readRun: async () => {
      throw new Error("not in this test");
    },
    describe: async ({ seed }) => void described.push(seed),
    classPictures: async () => [],
    augmentedPreview: async () => [],
    explain: async () => null,
    estimate: async () => {
      await call("estimate");
      return ESTIMATE;
    },
    measure: async () => {
      await call("measure");
      return [{ moves: 10, rests: null }];
    },
    // As the worker, it answers later than it is asked.
    search: async (_settings, repeats) => {
      await null;
      repeated.push(repeats);
      await call("search", status("running"));
    },
    pause: () => call("pause", status("paused")),
    step: async () => {
      await null;
      await call("step", { kind: "snapshot", snapshot: snapshotOf(1) }, status("paused"));
    },
    reset: () => {
      resting = { kind: "idle" };
      return call("reset", { kind: "reset" }, status("idle"));
    },
    change: (settings) => {
      const events = Object.entries(settings).map(
        ([name, to]): EngineEvent => ({
          kind: "setting-change",
          change: { iteration: 1, name: name as "momentum", from: 0, to },
        }),
      );
      return call("change", ...events);
    },
    compareHypergradients: async () => {
      await call("compareHypergradients");
      return COMPARED;
    },
    profile: async () => {
      await call("profile");
      return PROFILED;
    },
    forgetTuning: () => call("forgetTuning", { kind: "tuned", tuned: { calls: 0, changed: 0 } }),
    writeRun: async (id, maxSkips) => {
      await call("writeRun");
      return new Blob([JSON.stringify({ id, maxSkips })]);
    },
    packBundle: async () => {
      await call("packBundle");
      return Uint8Array.of(1);
    },
    // A zip of two bytes more than its sign is a bundle.
    readBundle: async (file) => {
      await call("readBundle");
      return file.size > 4 ? "{" : null;
    },
    selfCheck: async (report) => {
      await call("selfCheck");
      report({ name: "a", ok: true, error: 0.1 });
    },
  };
  let reloads = 0;
  const store = createAppStore();
  const controller = createController(
    store,
    client,
    () => {
      reloads++;
    },
    () => calls.push("restart"),
    () => calls.push("persist"),
  );
  const setStatus = (next: RunStatus) => post({ kind: "status", status: next });
  dies.now = () => {
    dies.at = "";
    controller.lose("crash again");
    return Promise.reject(new Error("The engine's worker was ended."));
  };
  const keeping = (id: string, problem: string | null = null) => post({ kind: "keeping", id, problem });
  const read = (what: string | null) => post({ kind: "reading", reading: what === null ? null : { what } });
  const leave = (iteration: number, id = "a") => {
    const { hash, name, source } = dataOf("emoji-8");
    left = {
      kind: "shown-run",
      id,
      settings: { ...presetSettings("tiny"), seed: 7 },
      data: { name, source, hash, classes: 2, pictures: 2 },
      snapshot: snapshotOf(iteration),
    };
  };
  return {
    leave,
    read,
    keeping,
    hasRoom,
    dies,
    calls,
    repeated,
    described,
    store,
    controller,
    setStatus,
    reloads: () => reloads,
  };
}
