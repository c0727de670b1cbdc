/** The session with the real engine on the CPU backend: no browser, no WebGPU, small networks. */
import { beforeEach, describe, expect, it } from "vitest";
import { shapesShard } from "../../test/files/cifar";
import { joinHistory, NO_HISTORY } from "../domain/alpha-history";
import { type AdapterCosts, NO_COSTS } from "../domain/cost";
import { DataError } from "../domain/dataset";
import { presetSettings } from "../domain/presets";
import { type IterationRecord, type RunFile, type RunStatus, runFileSchema, type Snapshot } from "../domain/run";
import type { Settings } from "../domain/settings";
import { engineMemory } from "../engine/gpu/backend";
import type { EngineEvent, PathFile, SelfCheckResult } from "./api";
import { type RunMemory, runMemory } from "./kept-runs";
import { Session } from "./session";
import { shelfInMemory } from "./testing";

const TINY: Settings = {
  ...presetSettings("tiny"),
  objective: "bilevel",
  order: "1",
  initChannels: 2,
  batchSize: 2,
  iterations: 3,
};
/** Never ends by itself within a test. */
const LONG: Settings = { ...TINY, iterations: 10_000 };

let events: EngineEvent[] = [];
let watchers: (() => void)[] = [];
let session: Session;
let costs: AdapterCosts = NO_COSTS;

function files(bytes: Uint8Array<ArrayBuffer>, name: string): PathFile[] {
  return [{ path: name, file: new File([bytes], name) }];
}

/** Of its runs, none by default. */
let runs: RunMemory | null = null;
/** Another tab has every run. */
let taken = false;

function newSession(): Session {
  return new Session({
    gpu: undefined,
    fetchData: async (name) => {
      throw new DataError(`${name} is missing.`);
    },
    version: "1.2.3",
    runtime: "a test",
    tuningMemory: { recall: async () => ({}), keep: async () => undefined, forget: async () => undefined },
    backendMemory: { recall: async () => null, keep: async () => undefined, forget: async () => undefined },
    openAddress: async (address) => {
      throw new DataError(`${address} does not answer.`);
    },
    costMemory: {
      recall: async () => costs,
      change: async (_, change) => {
        costs = change(costs);
      },
    },
    planner: { plan: () => Promise.reject(new Error("nothing is planned here")), cancel: () => undefined },
    setMemory: async () => null,
    claim: async () => (taken ? null : () => undefined),
    lifeLock: async () => null,
    runMemory: async () => runs,
  });
}

const listener = (event: EngineEvent) => {
  events.push(event);
  for (const watch of watchers) watch();
};

const ofKind = <K extends EngineEvent["kind"]>(kind: K) =>
  events.filter((event): event is Extract<EngineEvent, { kind: K }> => event.kind === kind);
const statuses = () => ofKind("status").map(({ status }) => status.kind);
const snapshots = () => ofKind("snapshot").map(({ snapshot }) => snapshot);
const iterations = () => snapshots().flatMap(({ records }) => records.map(({ iteration }) => iteration));
const last = (): RunStatus | undefined => ofKind("status").at(-1)?.status;
const lastSnapshot = (): Snapshot | undefined => snapshots().at(-1);

/** Waits for an event after which `seen` holds. */
function until(seen: () => boolean): Promise<void> {
  return new Promise((done) => {
    const watch = () => {
      if (!seen()) return;
      watchers = watchers.filter((other) => other !== watch);
      done();
    };
    watchers.push(watch);
    watch();
  });
}

const finished = () => until(() => last()?.kind === "finished");

async function readWhole(id: string): Promise<RunFile> {
  const records: IterationRecord[] = [];
  const run = await session.readRun(id, (piece) => void records.push(...piece));
  return { ...run, records };
}

beforeEach(async () => {
  [events, watchers, runs, taken, costs] = [[], [], null, false, NO_COSTS];
  session = newSession();
  await session.connect(listener);
  await session.loadBuiltIn("shapes");
});

describe("connecting", () => {
  it("says which backend there is, and why not WebGPU", async () => {
    expect(ofKind("engine")).toEqual([
      {
        kind: "engine",
        engine: { backend: "cpu", adapter: "CPU", webgpu: expect.objectContaining({ ok: false, reason: "no-api" }) },
      },
    ]);
    expect(statuses()).toEqual(["loading", "idle", "loading", "idle"]);
  });

  it("keeps calls that come too early in line", async () => {
    const early = newSession();
    events = [];
    await Promise.all([early.connect(listener), early.loadBuiltIn("shapes"), early.step(TINY)]);
    expect(last()).toEqual({ kind: "paused" });
    expect(iterations()).toEqual([1]);
  });
});

describe("data", () => {
  it("tells of a set once, and again when the search sees it otherwise", async () => {
    expect(ofKind("data").map(({ summary }) => [summary.name, summary.size, summary.splitSizes])).toEqual([
      ["Shapes", 16, { train: 600, validation: 600, test: 300 }],
    ]);
    await session.step(TINY);
    expect(ofKind("data")).toHaveLength(1);
    await session.reset();
    await session.step({ ...TINY, testFraction: 0.5, seed: 2 });
    expect(ofKind("data").map(({ summary }) => summary.splitSizes.test)).toEqual([300, 750]);
    const [one, two] = ofKind("data").map(({ summary }) => summary.hash);
    expect(one).not.toBe(two);
  });

  it("reads a shard, and searches it", async () => {
    await session.loadFiles(files(shapesShard(40), "part.bin"));
    expect(ofKind("data").at(-1)?.summary).toMatchObject({ name: "CIFAR-10", source: "part.bin", used: 40 });
    await session.step(TINY);
    expect((await session.exportRun()).data).toMatchObject({ source: "part.bin", pictures: 40, classes: 10 });
  });

  it("keeps the old set when the new one is bad", async () => {
    const bad = files(shapesShard(3).slice(1), "cut.bin");
    await expect(session.loadFiles(bad)).rejects.toMatchObject({
      name: "DataError",
      message: expect.stringContaining("cut.bin"),
    });
    await expect(session.loadFiles(files(new Uint8Array(), "empty.bin"))).rejects.toThrow(/empty/);
    await expect(session.loadFiles(files(shapesShard(2), "few.bin"))).rejects.toThrow(/Too few pictures/);
    const huge = Object.defineProperty(new File([], "huge.bin"), "size", { value: 5e9 });
    await expect(session.loadFiles([{ path: "huge.bin", file: huge }])).rejects.toThrow(
      /huge\.bin has 5,000 megabytes/,
    );
    await expect(session.loadBuiltIn("emoji-8")).rejects.toThrow("emoji-8.bin is missing.");
    expect(last()).toEqual({ kind: "idle" });
    expect(ofKind("data")).toHaveLength(1);
    await session.step(TINY);
    expect((await session.exportRun()).data.name).toBe("Shapes");
  });

  it("gives up a reading, and keeps the old set", async () => {
    const reading = session.loadFiles(files(shapesShard(4000), "large.bin"));
    await until(() => last()?.kind === "loading");
    await session.cancelLoading();
    await expect(reading).rejects.toThrow(/was cancelled/);
    expect(last()).toEqual({ kind: "idle" });
    expect(ofKind("data")).toHaveLength(1);
  });

  it("is looked at anew when its settings change, a class at a time and augmented", async () => {
    await session.describe({ ...TINY, perClass: 20, colour: "grey" });
    const summary = ofKind("data").at(-1)?.summary;
    expect(summary).toMatchObject({ used: 200, total: 1500, overlap: { checked: 200, twice: 0 } });
    const pictures = await session.classPictures(3, 100);
    expect(pictures).toHaveLength(20);
    for (const picture of pictures) for (let i = 0; i < picture.length; i += 3) expect(picture[i]).toBe(picture[i + 1]);
    const settings = { ...TINY, cutout: 8 };
    const augmented = await session.augmentedPreview(settings, 0);
    expect(augmented.map((row) => row.length)).toEqual(summary?.preview.map((row) => row.length));
    expect(augmented).not.toEqual(summary?.preview);
    expect(await session.augmentedPreview(settings, 0)).toEqual(augmented);
    expect(await session.augmentedPreview(settings, 1)).not.toEqual(augmented);
  });

  it("stays what it is while a search is under way", async () => {
    await session.search(LONG);
    await expect(session.loadBuiltIn("shapes")).rejects.toThrow(/press Reset first/);
    await session.pause();
    await expect(session.loadFiles(files(shapesShard(40), "part.bin"))).rejects.toThrow(/press Reset first/);
    expect(ofKind("data")).toHaveLength(1);
    await session.reset();
    await session.loadFiles(files(shapesShard(40), "part.bin"));
    expect(ofKind("data")).toHaveLength(2);
  });
});

describe("a search", () => {
  it("goes through its statuses and posts each record once", async () => {
    await session.search(TINY);
    await finished();
    expect(statuses().slice(4)).toEqual(["starting", "starting", "running", "finished"]);
    expect(iterations()).toEqual([1, 2, 3]);
    expect(snapshots()[0]).toMatchObject({ iteration: 0, iterations: 3, records: [] });
    expect(lastSnapshot()).toMatchObject({ iteration: 3, iterations: 3, iterationsPerEpoch: 300 });
    expect(lastSnapshot()?.tensors).toBeGreaterThan(0);
    expect(lastSnapshot()?.alphas.normal).toHaveLength(14 * 8);
    for (const record of snapshots().flatMap(({ records }) => records)) {
      expect(record.explainerTrainLoss).toBeGreaterThan(0);
    }
    await expect(session.search(TINY)).rejects.toThrow(/press Reset first/);
  });

  it("pauses while it runs and goes on to the same result as without a pause", async () => {
    const settings = { ...TINY, iterations: 6 };
    await session.search(settings);
    await until(() => iterations().length > 0);
    await session.pause();
    expect(last()?.kind).toBe("paused");
    const done = iterations().length;
    expect(done).toBeLessThan(6);
    expect(statuses().slice(-2)).toEqual(["pausing", "paused"]);
    await session.search(settings);
    await finished();
    expect(iterations()).toEqual([1, 2, 3, 4, 5, 6]);
    const withPause = await session.exportRun();
    await session.reset();
    await session.search(settings);
    await finished();
    expect((await session.exportRun()).alphas).toEqual(withPause.alphas);
  });

  it("pauses before its first iteration when told so while it starts", async () => {
    const started = session.search(LONG);
    await until(() => last()?.kind === "starting");
    await session.pause();
    await started;
    await until(() => last()?.kind === "paused");
    expect(iterations()).toEqual([]);
    await expect(session.exportRun()).rejects.toThrow(/nothing to export yet/);
  });

  it("makes single steps, and ends with the last", async () => {
    const settings = { ...TINY, iterations: 2 };
    await session.step(settings);
    expect([last()?.kind, ...iterations()]).toEqual(["paused", 1]);
    await session.step(settings);
    expect([last()?.kind, ...iterations()]).toEqual(["finished", 1, 2]);
  });

  it("tells of the stages of a run", async () => {
    await session.search({ ...TINY, strategy: "p-darts" });
    await finished();
    const records = snapshots().flatMap((snapshot) => snapshot.records);
    expect(records.map(({ stage }) => stage)).toEqual([0, 1, 2]);
    expect(lastSnapshot()?.stage).toBe(2);
    expect(lastSnapshot()?.stages.map(({ operations }) => operations?.normal[0]?.length)).toEqual([8, 5, 3]);
    expect(snapshots()[0]?.stages.map(({ operations }) => operations === null)).toEqual([false, true, true]);
  });

  it("explains pictures at a step", async () => {
    expect(await session.explain(1)).toBeNull();
    await session.step({ ...TINY, objective: "lease-r18", audienceWidth: 1 });
    const explanations = lastSnapshot()?.explanations;
    expect(explanations).toHaveLength(1);
    const more = await session.explain(24);
    expect(more).toHaveLength(2);
    expect(more?.[0]).toEqual(explanations?.[0]);
    expect(explanations?.[0]?.image).toHaveLength(16 * 16 * 3);
    expect(lastSnapshot()?.records[0]?.audienceTrainLoss).toBeGreaterThan(0);
  });

  it("refuses a second search, a step and a check beside it", async () => {
    await session.search(LONG);
    await expect(session.search(LONG)).rejects.toThrow(/under way/);
    await expect(session.step(LONG)).rejects.toThrow(/under way/);
    await expect(session.selfCheck(() => undefined)).rejects.toThrow(/press Pause first/);
    await session.pause();
  });

  it("does not start with a backend, settings or data that do not do", async () => {
    await expect(session.search({ ...TINY, backend: "webgpu" })).rejects.toThrow(/WebGPU cannot be used/);
    await expect(session.search({ ...TINY, batchSize: 1 })).rejects.toThrow("Batch must be a whole number");
    await expect(session.search({ ...TINY, batchSize: 1024 })).rejects.toThrow(/search-train split has 600/);
    expect(last()).toEqual({ kind: "idle" });
    expect(iterations()).toEqual([]);
    await expect(newSession().search(TINY)).rejects.toThrow(/no pictures yet/);
    await session.step({ ...TINY, backend: "cpu" });
    expect(last()?.kind).toBe("paused");
  });
});

describe("reset", () => {
  it("stops a search after its iteration and releases its tensors", async () => {
    const before = engineMemory().tensors;
    await session.search(LONG);
    await until(() => iterations().length > 0);
    expect(engineMemory().tensors).toBeGreaterThan(before);
    await session.reset();
    expect(last()).toEqual({ kind: "idle" });
    expect(ofKind("reset")).toHaveLength(1);
    expect(engineMemory().tensors).toBe(before);
    await expect(session.exportRun()).rejects.toThrow(/nothing to export yet/);
  });
});

describe("changes", () => {
  it("are taken while paused, told, and written into the file", async () => {
    await session.step(LONG);
    await session.change({ learningRate: 0.5, momentum: LONG.momentum });
    const change = { iteration: 1, name: "learningRate", from: 0.1, to: 0.5 };
    expect(ofKind("setting-change")).toEqual([{ kind: "setting-change", change }]);
    await session.step(LONG);
    expect((await session.exportRun()).settingChanges).toEqual([change]);
    const [first, second] = snapshots().flatMap(({ records }) => records);
    expect(first?.learningRate).toBe(0.1);
    expect(second?.learningRate).toBeGreaterThan(0.4);
  });

  it("are refused where they do not do", async () => {
    await expect(session.change({ learningRate: 0.5 })).rejects.toThrow(/press Pause first/);
    await session.step(LONG);
    await expect(session.change({ initChannels: 4 })).rejects.toThrow(/only a reset/);
    await expect(session.change({ momentum: 2 })).rejects.toThrow(/Momentum must be/);
    expect(ofKind("setting-change")).toEqual([]);
  });
});

describe("a profile", () => {
  it("is taken while paused, and there is none on the CPU", async () => {
    await expect(session.profile()).rejects.toThrow(/press Pause first/);
    await session.step(LONG);
    expect(await session.profile()).toBeNull();
    expect(last()?.kind).toBe("paused");
  });
});

describe("the cost of a run", () => {
  it("has no plan on the CPU, and a time once it was measured or run", async () => {
    expect(await session.estimate(TINY)).toMatchObject({ backend: "cpu", plan: null, time: null });
    const time = await session.measure(TINY);
    expect(time).toEqual([{ moves: expect.any(Number), rests: null }]);
    expect(statuses().slice(-2)).toEqual(["starting", "idle"]);
    expect(iterations()).toEqual([]);
    expect((await session.estimate({ ...TINY, learningRate: 1 })).time).toEqual(time);
    expect((await session.estimate({ ...TINY, batchSize: 3 })).time).toBeNull();
    await session.search(TINY);
    await finished();
    await session.reset();
    expect((await session.estimate(TINY)).time).not.toEqual(time);
  });

  it("is measured only before a run, and ended early by a pause", async () => {
    const measured = session.measure(LONG);
    await until(() => last()?.kind === "starting");
    await session.pause();
    expect(await measured).toBeNull();
    await session.step(LONG);
    await expect(session.measure(LONG)).rejects.toThrow(/press Reset first/);
  });
});

describe("export", () => {
  it("gives the run while it goes on", async () => {
    await session.search(LONG);
    await until(() => iterations().length > 1);
    const run = await session.exportRun();
    await session.pause();
    expect(runFileSchema.safeParse(run).error).toBeUndefined();
    expect(run).toMatchObject({
      settings: LONG,
      environment: { version: "1.2.3", runtime: "a test", backend: "cpu", adapter: "CPU" },
    });
    expect(run.records).toHaveLength(run.iterations);
  });

  it("keeps what there is when the listener breaks a search", async () => {
    await session.step(LONG);
    await session.search(LONG);
    let broken = false;
    watchers.push(() => {
      if (broken || events.at(-1)?.kind !== "snapshot") return;
      broken = true;
      throw new Error("The page is full.");
    });
    await until(() => last()?.kind === "failed");
    expect(last()).toEqual({ kind: "failed", message: "The page is full." });
    expect((await session.exportRun()).iterations).toBeGreaterThan(0);
    await expect(session.search(LONG)).rejects.toThrow(/press Reset first/);
    await session.reset();
    await session.step(TINY);
    expect(last()?.kind).toBe("paused");
  });
});

describe("keeping", () => {
  const lastRuns = () => ofKind("runs").at(-1)?.runs;
  const repeatable = ({ records, created: _, ...run }: RunFile) => ({
    ...run,
    records: records.map(({ milliseconds: _ms, ...record }) => record),
  });
  /** Another visit: nothing but what is kept goes on from the one before. */
  async function visit(memory: RunMemory) {
    events = [];
    runs = memory;
    session = newSession();
    await session.connect(listener);
  }
  async function undisturbed(settings: Settings) {
    await session.search(settings);
    await finished();
    const file = repeatable(await session.exportRun());
    await session.reset();
    return file;
  }

  it("keeps a run from its first iteration on, and its end", async () => {
    await visit(runMemory(shelfInMemory()));
    expect(lastRuns()).toEqual([]);
    await session.loadBuiltIn("shapes");
    await session.search(LONG);
    await until(() => lastRuns()?.length === 1);
    expect(lastRuns()?.[0]).toMatchObject({ iteration: 1, iterations: 10_000, finished: false });
    await session.pause();
    const paused = await session.exportRun();
    const [run] = lastRuns() ?? [];
    expect(run).toMatchObject({ iteration: paused.iterations, settings: LONG, data: { name: "Shapes" } });
    expect(repeatable(await readWhole(run?.id ?? ""))).toEqual(repeatable(paused));
    const limited = { maxSkips: 2, genotype: paused.genotype };
    const written: unknown = JSON.parse(await (await session.writeRun(run?.id ?? "", limited)).text());
    expect(repeatable(written as RunFile)).toEqual(repeatable({ ...paused, limited }));
    await expect(session.forgetRun(run?.id ?? "")).rejects.toThrow("press Reset first");
    await session.reset();
    await session.search(TINY);
    await finished();
    await session.changeRun(run?.id ?? "", { name: "the long one" });
    expect(lastRuns()?.map(({ name, finished: over }) => [name, over])).toEqual([
      ["darts-1, bilevel, seed 1", true],
      ["the long one", false],
    ]);
    await session.forgetRun(run?.id ?? "");
    expect(lastRuns()).toHaveLength(1);
    // Neither is left to be offered.
    await visit(runs as RunMemory);
    expect(await session.showLastRun()).toBe(false);
  });

  it("shows a run that was left, at once, and resumes it to the same end as without the interruption", async () => {
    const settings = { ...TINY, strategy: "gdas", iterations: 4 } as const;
    const whole = await undisturbed(settings);
    const memory = runMemory(shelfInMemory());
    await visit(memory);
    await session.loadBuiltIn("shapes");
    await session.step(settings);
    await session.change({ tauMin: settings.tauMin });
    await session.step(settings);

    await visit(memory);
    expect(await session.showLastRun()).toBe(true);
    expect(last()).toEqual({ kind: "kept", hasData: false });
    const [shown] = ofKind("shown-run");
    expect(shown).toMatchObject({ settings, snapshot: { iteration: 2, iterations: 4, iterationsPerEpoch: 300 } });
    expect(shown?.snapshot.records.map(({ iteration }) => iteration)).toEqual([1, 2]);
    expect(shown?.snapshot.history.moments).toHaveLength(3);
    expect((await session.exportRun()).iterations).toBe(2);
    await expect(session.search(settings)).rejects.toThrow("no pictures yet");
    expect(last()).toEqual({ kind: "kept", hasData: false });
    await session.loadFiles(files(shapesShard(40), "part.bin"));
    expect(last()).toEqual({ kind: "kept", hasData: false });
    await expect(session.search(settings)).rejects.toThrow(/made of Shapes .*these are CIFAR-10/);
    expect(await session.loadLast()).toBe(true);
    expect(last()).toEqual({ kind: "kept", hasData: true });
    await session.search(settings);
    await finished();
    expect(iterations()).toEqual([3, 4]);
    const followed = joinHistory(
      joinHistory(NO_HISTORY, 2, shown?.snapshot.history ?? NO_HISTORY),
      4,
      snapshots().reduce((news, { history }) => joinHistory(news, 4, history), NO_HISTORY),
    );
    expect(followed.moments).toHaveLength(5);
    expect(repeatable(await session.exportRun())).toEqual(whole);
    await visit(memory);
    expect(await session.showLastRun()).toBe(false);
  });

  it("resumes a chosen run and loads its pictures, but none that is on the page or in another tab", async () => {
    const memory = runMemory(shelfInMemory());
    await visit(memory);
    await session.loadBuiltIn("shapes");
    await session.step({ ...TINY, iterations: 2 });
    const [run] = lastRuns() ?? [];
    await expect(session.resumeRun(run?.id ?? "")).rejects.toThrow("press Reset first");
    await session.reset();
    await visit(memory);
    expect(await session.showLastRun()).toBe(false);
    await session.resumeRun(run?.id ?? "");
    await finished();
    expect(lastRuns()?.[0]).toMatchObject({ iteration: 2, finished: true });
    taken = true;
    await visit(memory);
    await expect(session.resumeRun(run?.id ?? "")).rejects.toThrow("another tab");
    await expect(session.forgetRun(run?.id ?? "")).rejects.toThrow("another tab");
    expect(last()).toEqual({ kind: "idle" });
  });

  it("writes the next iteration when asked", async () => {
    await visit(runMemory(shelfInMemory()));
    await session.loadBuiltIn("shapes");
    await session.search(LONG);
    await until(() => lastRuns()?.length === 1 && iterations().length > 2);
    expect(lastRuns()?.[0]?.iteration).toBe(1);
    await session.keepNow();
    await until(() => (lastRuns()?.[0]?.iteration ?? 0) > 2);
    await session.pause();
  });

  it("goes on where there is no room, says so once, and keeps all when there is room again", async () => {
    const shelf = shelfInMemory();
    const room = { full: true };
    await visit(
      runMemory({
        ...shelf,
        change: async (...change) => {
          if (room.full) throw new DOMException("full", "QuotaExceededError");
          await shelf.change(...change);
        },
      }),
    );
    await session.loadBuiltIn("shapes");
    const problems = () => ofKind("keeping").map(({ problem }) => problem);
    await session.step(LONG);
    await session.step(LONG);
    expect(problems()).toEqual([null, expect.stringContaining("storage is full")]);
    expect(iterations()).toEqual([1, 2]);
    expect(lastRuns()).toEqual([]);
    room.full = false;
    await session.step(LONG);
    expect(problems().at(-1)).toBeNull();
    const [run] = lastRuns() ?? [];
    expect((await readWhole(run?.id ?? "")).records).toHaveLength(3);
  });
});

describe("the self-check", () => {
  it("reports each primitive, also beside a paused search", async () => {
    await session.step(LONG);
    const results: SelfCheckResult[] = [];
    await session.selfCheck((result) => results.push(result));
    expect(results).toHaveLength(16);
    expect(results.every(({ ok }) => ok)).toBe(true);
    await session.step(LONG);
    expect(iterations()).toEqual([1, 2]);
  });
});
