/** The session on WebGPU: what it does before the first iteration, and what it remembers of it in the browser. */
import { afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { NO_COSTS, stageBytes } from "../domain/cost";
import { DataError } from "../domain/dataset";
import { presetSettings } from "../domain/presets";
import type { RunStatus } from "../domain/run";
import type { Settings } from "../domain/settings";
import type { TuningPlace } from "../domain/tuning";
import { adapterName, engineFailure, engineMemory } from "../engine/gpu/backend";
import { planBytes, setByteBudget } from "../engine/gpu/memory";
import { planRun } from "../engine/run/cost";
import type { EngineEvent } from "./api";
import { Session } from "./session";
import { browserBackendMemory, browserTuningMemory } from "./tuning-memory";

const SMALL: Settings = {
  ...presetSettings("tiny"),
  objective: "bilevel",
  initChannels: 2,
  batchSize: 2,
  iterations: 1000,
  backend: "webgpu",
};
const UNTUNED: Settings = { ...SMALL, autotune: false };

const memory = browserTuningMemory();
const backends = browserBackendMemory();
let events: EngineEvent[] = [];
let onStatus: (status: RunStatus) => void = () => undefined;
let session: Session;
let place: TuningPlace;

const ofKind = <K extends EngineEvent["kind"]>(kind: K) =>
  events.filter((event): event is Extract<EngineEvent, { kind: K }> => event.kind === kind);
const last = () => ofKind("status").at(-1)?.status;
const doings = (kind: "starting" | "loading" = "starting") =>
  ofKind("status").flatMap(({ status }) => (status.kind === kind ? [status.what] : []));
const COMPARING = "Comparing the CPU with the software adapter";

const newSession = () =>
  new Session({
    gpu: navigator.gpu,
    fetchData: async (name) => {
      throw new DataError(`${name} is missing.`);
    },
    version: "1.2.3",
    runtime: "a test",
    tuningMemory: memory,
    backendMemory: backends,
    openAddress: async (address) => {
      throw new DataError(`${address} does not answer.`);
    },
    costMemory: { recall: async () => NO_COSTS, change: async () => undefined },
    planner: { plan: async (request) => planRun(request), cancel: () => undefined },
    setMemory: async () => null,
    claim: async () => () => undefined,
    lifeLock: async () => null,
    runMemory: async () => null,
  });

// One session: another device would compile every kernel again.
beforeAll(async () => {
  await memory.forget();
  await backends.forget();
  session = newSession();
  await session.connect((event) => {
    events.push(event);
    if (event.kind === "status") onStatus(event.status);
  });
  expect(doings("loading")).toContain(COMPARING);
  // Whichever is the faster: what is remembered holds for the adapter.
  const webgpu = ofKind("engine").at(-1)?.engine.webgpu;
  if (!webgpu) throw new Error("No engine was opened.");
  place = { adapter: adapterName(webgpu), version: "1.2.3", runtime: "a test" };
  expect(await backends.recall(place)).not.toBeNull();
  await session.loadBuiltIn("shapes");
});

beforeEach(() => {
  events = [];
});

afterEach(async () => {
  setByteBudget(null);
  onStatus = () => undefined;
  await session.reset();
});

it("chooses kernels once, remembers them, and repeats a run with its own", async () => {
  await session.step(SMALL);
  expect(doings()).toContain("Choosing kernels");
  expect(doings()).toContain("Compiling kernels");
  expect(ofKind("planned").at(-1)?.plan.dispatches).toBeGreaterThan(100);
  await session.step(SMALL);
  const first = await session.exportRun();
  const { variants = {} } = first.environment;
  const calls = Object.keys(variants).length;
  expect(calls).toBeGreaterThan(10);
  expect(ofKind("tuned").at(-1)?.tuned.calls).toBe(calls);
  expect(await memory.recall(place)).toEqual(variants);

  await session.reset();
  events = [];
  await session.step(SMALL);
  expect(doings()).not.toContain("Choosing kernels");
  expect((await session.exportRun()).environment.variants).toEqual(variants);

  // A profile is no step: the run goes on as the first one did.
  const profile = await session.profile();
  expect(profile?.kernels.length).toBeGreaterThan(10);
  await session.step(SMALL);
  expect((await session.exportRun()).alphas).toEqual(first.alphas);

  await session.forgetTuning();
  expect(ofKind("tuned").at(-1)?.tuned).toEqual({ calls: 0, changed: 0 });
  await session.reset();
  await session.step(UNTUNED, first.environment);
  expect((await session.exportRun()).environment.variants).toEqual(variants);
  await session.reset();
  await session.step(UNTUNED, { ...first.environment, adapter: "another" });
  expect((await session.exportRun()).environment.variants).toEqual({});
}, 300_000);

it("does not start where memory is short, says what to lower, and keeps nothing", async () => {
  const before = engineMemory().tensors;
  const bytes = planBytes();
  setByteBudget(bytes + 100_000);
  await expect(session.search(UNTUNED)).rejects.toThrow(/needs \d+ MB of graphics memory.*Lower the batch size/);
  expect(last()).toEqual({ kind: "idle" });
  expect(ofKind("snapshot").flatMap(({ snapshot }) => snapshot.records)).toEqual([]);
  expect(events.at(-2)).toEqual({ kind: "reset" });
  expect(engineMemory().tensors).toBe(before);
  expect(planBytes()).toBe(bytes);
  setByteBudget(null);
  await session.step(UNTUNED);
  expect(last()).toEqual({ kind: "paused" });
});

it("plans what a run takes before it starts, and holds nothing for it", async () => {
  const [tensors, bytes] = [engineMemory().tensors, planBytes()];
  const { plan, time, backend } = await session.estimate(UNTUNED);
  expect({ backend, time }).toEqual({ backend: "webgpu", time: null });
  expect(engineMemory().tensors).toBe(tensors);
  expect(planBytes()).toBe(bytes);
  await session.step(UNTUNED);
  const taken = ofKind("planned").at(-1)?.plan.bytes;
  expect(plan?.stages.map(stageBytes)).toEqual([taken]);
  expect((await session.estimate({ ...UNTUNED, strategy: "p-darts" })).plan?.stages).toHaveLength(3);
});

it("pauses before its first iteration when told so while it compiles", async () => {
  onStatus = (status) => {
    if (status.kind === "starting" && status.what === "Compiling kernels") void session.pause();
  };
  await session.search(UNTUNED);
  // A call that waits its turn behind the start.
  await expect(session.profile()).resolves.not.toBeNull();
  expect(last()).toEqual({ kind: "paused" });
  expect(ofKind("snapshot").flatMap(({ snapshot }) => snapshot.records)).toEqual([]);
});

it("lays a paused run aside when the check needs another device, and resumes it to the same end", async () => {
  for (let i = 0; i < 2; i++) await session.step(UNTUNED);
  const whole = await session.exportRun();
  await session.reset();
  await session.step(UNTUNED);
  events = [];
  const lose = async () => {
    // Known, as comparing them takes longer than all the rest.
    await backends.keep(place, "cpu");
    await session.loseDevice();
    await expect.poll(() => engineFailure()).not.toBeNull();
  };
  await lose();
  const results: boolean[] = [];
  await session.selfCheck(({ ok }) => results.push(ok));
  expect(results.length).toBeGreaterThan(10);
  expect(results).not.toContain(false);
  expect(last()).toEqual({ kind: "kept", hasData: true });
  expect(ofKind("incident")).toMatchObject([{ what: "device-lost", from: 1, reached: 1 }]);
  await session.step(UNTUNED);
  expect(last()).toEqual({ kind: "paused" });
  expect((await session.exportRun()).alphas).toEqual(whole.alphas);

  await session.reset();
  await session.search({ ...UNTUNED, iterations: 1 });
  await expect.poll(() => last()?.kind).toBe("finished");
  events = [];
  await lose();
  const enough = () => {
    throw new Error("enough");
  };
  await expect(session.selfCheck(enough)).rejects.toThrow("enough");
  expect(last()).toEqual({ kind: "finished" });
  expect(ofKind("incident")).toMatchObject([{ what: "device-lost", from: 1, reached: 1, finished: true }]);
}, 120_000);

// Last, as another session takes another device.
it("compares the backends once: the next session takes the faster at once", async () => {
  await backends.keep(place, "webgpu");
  await session.forgetTuning();
  expect(await backends.recall(place)).toBeNull();
  await backends.keep(place, "cpu");
  const next = newSession();
  await next.connect((event) => events.push(event));
  expect(doings("loading")).not.toContain(COMPARING);
  expect(ofKind("engine").at(-1)?.engine.backend).toBe("cpu");
});
