import { describe, expect, it } from "vitest";
import { microSettings } from "../../test/small-search";
import type { Checkpoint } from "../domain/checkpoint";
import { ALL_OPERATIONS } from "../domain/primitives";
import { recordOf, snapshotOf } from "../state/testing";
import { runMemory } from "./kept-runs";
import { shelfInMemory } from "./testing";

const SETTINGS = microSettings({ iterations: 10 });
const rows = Array.from({ length: 14 }, () => new Array<number>(8).fill(0));

/** A run of ten iterations after some of them. @param minute when it is written */
function checkpointOf(iterations: number, minute = iterations): Checkpoint {
  const { genotype } = snapshotOf(iterations);
  return {
    run: {
      format: "searchlight-run",
      version: 1,
      genotype,
      genotypeText: "",
      alphas: { normal: rows, reduce: rows },
      settings: SETTINGS,
      settingChanges: [],
      seed: 1,
      iterations,
      data: { name: "Shapes", source: "built in", hash: "abc", classes: 10, pictures: 1500 },
      environment: { version: "1", backend: "cpu", adapter: "CPU", runtime: "a test" },
      records: Array.from({ length: iterations }, (_, i) => recordOf(i + 1)),
      created: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString(),
    },
    iterationsPerEpoch: 300,
    variants: {},
    begun: [
      {
        ...{ index: 0, begins: 0, iterations: 10, layers: 3, channels: 2, operationsPerEdge: 8, skipDropout: 0 },
        operations: { normal: ALL_OPERATIONS, reduce: ALL_OPERATIONS },
      },
    ],
    stage: {
      settings: SETTINGS,
      architectureSteps: iterations,
      tensors: { explainerWeights: Float32Array.of(iterations, -0) },
    },
  };
}

describe("kept runs", () => {
  it("give back what was written, whatever it was written in", async () => {
    const memory = runMemory(shelfInMemory());
    for (const iteration of [1, 4, 9, 9, 10]) await memory.keep("a", checkpointOf(iteration));
    expect(await memory.read("a")).toEqual(checkpointOf(10).run);
    expect(await memory.checkpoint("a")).toEqual(checkpointOf(10));
    await expect(memory.read("b")).rejects.toThrow("kept no longer");
    await expect(memory.checkpoint("b")).rejects.toThrow("kept no longer");
  });

  it("are read as they were at one moment, though they are written meanwhile", async () => {
    const shelf = shelfInMemory();
    const writer = runMemory(shelf);
    await writer.keep("a", checkpointOf(4));
    let next = 5;
    /** Before and after each reading the writer is one iteration further. */
    const busy = <A extends unknown[], R>(read: (...given: A) => Promise<R>) => {
      return async (...given: A): Promise<R> => {
        await writer.keep("a", checkpointOf(next++));
        const value = await read(...given);
        await writer.keep("a", checkpointOf(next++));
        return value;
      };
    };
    const { get, all, together } = shelf;
    const reader = runMemory({ ...shelf, get: busy(get), all: busy(all), together: busy(together) });
    expect(await reader.read("a")).toEqual(checkpointOf(5).run);
    expect(await reader.checkpoint("a")).toEqual(checkpointOf(7));
  });

  it("are listed by name, progress and size, the newest first", async () => {
    const shelf = shelfInMemory();
    const memory = runMemory(shelf);
    await memory.keep("a", checkpointOf(1));
    await memory.keep("b", checkpointOf(3));
    await memory.keep("a", checkpointOf(10));
    await memory.change("a", { name: "mine" });
    await memory.change("a", { pinned: true });
    await memory.keep("a", checkpointOf(10));
    const [b, a] = await memory.list();
    expect(b).toMatchObject({ id: "b", name: "darts-1, lease-r18, seed 1", pinned: false, finished: false });
    expect(b).toMatchObject({ iteration: 3, iterations: 10 });
    expect(a).toMatchObject({ id: "a", name: "mine", pinned: true, finished: true, iteration: 10 });
    expect([a?.created, a?.changed]).toEqual([checkpointOf(1).run.created, checkpointOf(10).run.created]);
    const parts = await Promise.all(["file/a", "state/a", "records/a"].map((prefix) => shelf.all(prefix)));
    expect(a?.bytes).toBe((parts.flat() as Uint8Array[]).reduce((sum, { length }) => sum + length, 0));
    expect((await memory.storage()).runs).toBe((a?.bytes ?? 0) + (b?.bytes ?? 0));
    await expect(memory.change("c", { name: "x" })).rejects.toThrow("kept no longer");
  });

  it("are left until they are put aside or deleted, the last written first", async () => {
    const memory = runMemory(shelfInMemory());
    for (const [id, minute] of [
      ["a", 5],
      ["b", 7],
      ["c", 6],
      ["d", 4],
    ] as const)
      await memory.keep(id, checkpointOf(1, minute));
    const left = async () => (await memory.left()).map(({ id, finished }) => (finished ? `${id}, finished` : id));
    expect(await left()).toEqual(["b", "c", "a", "d"]);
    await memory.putAside("c");
    await memory.keep("b", checkpointOf(10));
    await memory.forget("d");
    expect(await left()).toEqual(["b, finished", "a"]);
    expect([await memory.has("a"), await memory.has("d")]).toEqual([true, false]);
    // It was taken up again.
    await memory.keep("c", checkpointOf(2));
    await memory.putAside("b");
    expect(await left()).toEqual(["a", "c"]);
  });

  it("leave nothing behind when they are deleted", async () => {
    const shelf = shelfInMemory();
    const memory = runMemory(shelf);
    await memory.keep("a", checkpointOf(1));
    await memory.keep("a", checkpointOf(2));
    await memory.change("a", { pinned: true });
    await memory.forget("a");
    expect(await shelf.all("")).toEqual([]);
    expect(await memory.list()).toEqual([]);
  });

  it("refuse what is over the budget, say what to do, and stay as they were", async () => {
    const shelf = shelfInMemory();
    const memory = runMemory(shelf);
    await memory.keep("a", checkpointOf(1));
    await shelf.change({ budget: (await memory.storage()).runs + 100 });
    await expect(memory.keep("a", checkpointOf(10))).rejects.toMatchObject({
      name: "StorageFullError",
      message: expect.stringMatching(/storage is full.*search itself goes on.*delete runs/),
    });
    await expect(memory.keep("b", checkpointOf(1))).rejects.toThrow("storage is full");
    expect(await memory.checkpoint("a")).toEqual(checkpointOf(1));
    expect(await memory.list()).toHaveLength(1);
  });

  it("say the same where the browser itself has no room", async () => {
    const shelf = shelfInMemory();
    const change = () => Promise.reject(new DOMException("full", "QuotaExceededError"));
    await expect(runMemory({ ...shelf, change }).keep("a", checkpointOf(1))).rejects.toThrow("storage is full");
  });

  it("tell how much the browser has, where it does", async () => {
    const estimate = async () => ({ usage: 5, quota: 7 });
    expect(await runMemory(shelfInMemory(), { estimate }).storage()).toEqual({ runs: 0, used: 5, quota: 7 });
    expect(await runMemory(shelfInMemory()).storage()).toEqual({ runs: 0, used: null, quota: null });
  });
});
