import { describe, expect, it } from "vitest";
import { presetSettings } from "../domain/presets";
import { afterRun, headOf, isQueueAtWork, missingSeeds, newQueue, stopped } from "./seed-queue";
import { keptRunOf } from "./testing";

const settings = presetSettings("tiny");
const { data } = keptRunOf("a");
const queue = newQueue({ settings, data }, [4, 5]);

describe("a queue of seeds", () => {
  it("runs one after another and is done", () => {
    expect(headOf(queue)).toEqual({ ...settings, seed: 4 });
    const second = afterRun(queue, "finished");
    expect(headOf(second)?.seed).toBe(5);
    const done = afterRun(second, "finished");
    expect(done).toMatchObject({ state: "done", done: 2 });
    expect(headOf(done)).toBeNull();
    expect(isQueueAtWork(done)).toBe(false);
    // A run that a person starts later is not the queue's.
    expect(afterRun(done, "failed")).toBe(done);
  });

  it("lets the run under way be the last when it is stopped", () => {
    const stopping = stopped(queue);
    expect(isQueueAtWork(stopping)).toBe(true);
    expect(headOf(stopping)).toBeNull();
    expect(afterRun(stopping, "finished")).toMatchObject({ state: "stopped", done: 1 });
    expect(afterRun(stopped(afterRun(queue, "finished")), "finished")).toMatchObject({ state: "done", done: 2 });
  });

  it("ends with a run that fails or is given up", () => {
    expect(afterRun(queue, "failed")).toMatchObject({ state: "failed", done: 0 });
    expect(afterRun(queue, "reset")).toMatchObject({ state: "stopped", done: 0 });
  });
});

it("passes over seeds that a finished run of the same settings has", () => {
  const run = keptRunOf("a", { settings: { ...settings, seed: 1 } });
  const others = [
    keptRunOf("b", { settings: { ...settings, seed: 2 }, finished: false }),
    keptRunOf("c", { settings: { ...settings, seed: 3, layers: 5 } }),
    keptRunOf("d", { settings: { ...settings, seed: 4 } }),
  ];
  expect(missingSeeds({ settings: { ...settings, seed: 1 }, data }, [run, ...others], 3)).toEqual([2, 3, 5]);
});
