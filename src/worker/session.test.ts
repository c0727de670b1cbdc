/** The session with the real engine on the CPU backend: no browser, no WebGPU, small networks. */
import { beforeEach, describe, expect, it } from "vitest";
import { shapesShard } from "../../test/files/cifar";
import { type AdapterCosts, NO_COSTS } from "../domain/cost";
import { runFileSchema } from "../domain/run";
import type { Settings } from "../domain/settings";
import { engineMemory } from "../engine/gpu/backend";
import type { SelfCheckResult } from "./api";
import type { Host } from "./host";
import type { SetMemory } from "./kept-sets";
import { Session } from "./session";
import { files, Heard, hostOf, LONG, TINY } from "./session-testing";

const heard = new Heard();
const { listener, ofKind, statuses, readings, snapshots, iterations, last, lastSnapshot, until, finished } = heard;
let session: Session;
let costs: AdapterCosts = NO_COSTS;
/** Milliseconds until costs are noted. */
let slowly = 0;

function newSession(more: Partial<Host> = {}): Session {
  return new Session(
    hostOf({
      ...more,
      costMemory: {
        recall: async () => costs,
        change: async (_, change) => {
          if (slowly) await new Promise((done) => setTimeout(done, slowly));
          costs = change(costs);
        },
      },
    }),
  );
}

beforeEach(async () => {
  heard.clear();
  [costs, slowly] = [NO_COSTS, 0];
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
    expect(statuses()).toEqual(["loading", "idle"]);
    expect(readings()).toEqual([{ what: "Reading Shapes" }, null]);
  });

  it("keeps calls that come too early in line", async () => {
    const early = newSession();
    heard.clear();
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
    await until(() => readings().at(-1)?.what === "Reading large.bin");
    await session.cancelLoading();
    await expect(reading).rejects.toThrow(/was cancelled/);
    expect(last()).toEqual({ kind: "idle" });
    expect(ofKind("data")).toHaveLength(1);
  });

  it("stays that of a finished run, whatever seed the next one is to have", async () => {
    await session.search(TINY);
    await finished();
    const hash = () => ofKind("data").at(-1)?.summary.hash;
    const before = hash();
    await session.describe({ ...TINY, seed: 2, perClass: 20 });
    expect(ofKind("data").at(-1)?.summary).toMatchObject({ used: 200, hash: before });
    await session.reset();
    await session.describe({ ...TINY, seed: 2 });
    expect(hash()).not.toBe(before);
    const second = hash();
    await session.search(TINY);
    await finished();
    expect(hash()).toBe(before);
    await session.describe({ ...TINY, seed: 2 });
    expect(hash()).toBe(before);
    // Other pictures end the run, and are those of the next seed at once.
    await session.loadFiles(files(shapesShard(40), "part.bin"));
    await session.loadBuiltIn("shapes");
    expect(hash()).toBe(second);
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

  it("is loaded all the same where it cannot be noted for the next visit, and says so", async () => {
    const memory: SetMemory = {
      ...{ list: async () => [], keep: async () => undefined, forget: async () => undefined, last: async () => null },
      open: () => Promise.reject(new Error("there is none")),
      setLast: () => Promise.reject(new Error("No room.")),
    };
    session = newSession({ setMemory: async () => memory });
    await session.connect(listener);
    await session.loadBuiltIn("shapes");
    expect(last()).toEqual({ kind: "idle" });
    expect(ofKind("fault").map(({ fault }) => fault.message)).toEqual([
      expect.stringMatching(/could not be noted.*No room/),
    ]);
    await session.step(TINY);
    expect(last()?.kind).toBe("paused");
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
    expect(statuses().slice(2)).toEqual(["starting", "starting", "running", "finished"]);
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

  it("is explained by none but itself when it goes on at once after a pause, however slowly its costs are noted", async () => {
    const settings: Settings = { ...LONG, objective: "lease-r18", audienceWidth: 1 };
    slowly = 40;
    await session.search(settings);
    await until(() => iterations().length > 0);
    void session.pause();
    await until(() => last()?.kind === "paused");
    await session.search(settings);
    await new Promise((done) => setTimeout(done, 2 * slowly));
    expect(last()?.kind).toBe("running");
    // The next snapshot brings them: an iteration is under way.
    expect(await session.explain(1)).toBeNull();
    await session.pause();
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
    heard.watchers.push(() => {
      if (broken || heard.events.at(-1)?.kind !== "snapshot") return;
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
