import { describe, expect, it } from "vitest";
import { presetSettings } from "../domain/presets";
import type { RunFile } from "../domain/run";
import { recordOf, snapshotOf } from "../state/testing";
import { runMemory } from "./kept-runs";
import { shelfInMemory } from "./testing";

/** A run after so many iterations. */
function fileOf(iterations: number, minute = iterations): RunFile {
  const { genotype } = snapshotOf(iterations);
  return {
    format: "searchlight-run",
    version: 1,
    genotype,
    genotypeText: "",
    alphas: { normal: [], reduce: [] },
    settings: presetSettings("tiny"),
    settingChanges: [],
    seed: 1,
    iterations,
    data: { name: "Shapes", source: "built in", hash: "abc", classes: 10, pictures: 1500 },
    environment: { version: "1", backend: "cpu", adapter: "CPU", runtime: "a test" },
    records: Array.from({ length: iterations }, (_, i) => recordOf(i + 1)),
    created: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString(),
  };
}
const moment = (iteration: number, minute?: number) => ({ file: fileOf(iteration, minute), iterations: 10 });

describe("kept runs", () => {
  it("give back what was written, whatever it was written in", async () => {
    const memory = runMemory(shelfInMemory());
    for (const iteration of [1, 4, 9, 9, 10]) await memory.keep("a", moment(iteration));
    expect(await memory.read("a")).toEqual(fileOf(10));
    await expect(memory.read("b")).rejects.toThrow("kept no longer");
  });

  it("are listed by name, progress and size, the newest first", async () => {
    const shelf = shelfInMemory();
    const memory = runMemory(shelf);
    await memory.keep("a", moment(1));
    await memory.keep("b", moment(3));
    await memory.keep("a", moment(10));
    await memory.change("a", { name: "mine" });
    await memory.change("a", { pinned: true });
    await memory.keep("a", moment(10));
    const [b, a] = await memory.list();
    expect(b).toMatchObject({ id: "b", name: "darts-1, lease-r18, seed 1", pinned: false, finished: false });
    expect(b).toMatchObject({ iteration: 3, iterations: 10 });
    expect(a).toMatchObject({ id: "a", name: "mine", pinned: true, finished: true, iteration: 10 });
    expect([a?.created, a?.changed]).toEqual([fileOf(1).created, fileOf(10).created]);
    const parts = [...(await shelf.all("file/a")), ...(await shelf.all("records/a"))] as Uint8Array[];
    expect(a?.bytes).toBe(parts.reduce((sum, { length }) => sum + length, 0));
    expect((await memory.storage()).runs).toBe((a?.bytes ?? 0) + (b?.bytes ?? 0));
    await expect(memory.change("c", { name: "x" })).rejects.toThrow("kept no longer");
  });

  it("leave nothing behind when they are deleted", async () => {
    const shelf = shelfInMemory();
    const memory = runMemory(shelf);
    await memory.keep("a", moment(1));
    await memory.keep("a", moment(2));
    await memory.change("a", { pinned: true });
    await memory.forget("a");
    expect(await shelf.all("")).toEqual([]);
    expect(await memory.list()).toEqual([]);
  });

  it("refuse what is over the budget, say what to do, and stay as they were", async () => {
    const shelf = shelfInMemory();
    const room = runMemory(shelf);
    await room.keep("a", moment(1));
    const { runs } = await room.storage();
    const tight = runMemory(shelf, { budget: runs + 100 });
    await expect(tight.keep("a", moment(10))).rejects.toMatchObject({
      name: "StorageFullError",
      message: expect.stringMatching(/storage is full.*search goes on.*delete runs/),
    });
    await expect(tight.keep("b", moment(1))).rejects.toThrow("storage is full");
    expect(await room.read("a")).toEqual(fileOf(1));
    expect(await room.list()).toHaveLength(1);
  });

  it("say the same where the browser itself has no room", async () => {
    const shelf = shelfInMemory();
    const change = () => Promise.reject(new DOMException("full", "QuotaExceededError"));
    await expect(runMemory({ ...shelf, change }).keep("a", moment(1))).rejects.toThrow("storage is full");
  });

  it("tell how much the browser has, where it does", async () => {
    const estimate = async () => ({ usage: 5, quota: 7 });
    expect(await runMemory(shelfInMemory(), { estimate }).storage()).toEqual({ runs: 0, used: 5, quota: 7 });
    expect(await runMemory(shelfInMemory()).storage()).toEqual({ runs: 0, used: null, quota: null });
  });
});
