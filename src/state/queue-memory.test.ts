import { expect, it } from "vitest";
import { rememberQueue } from "./queue-memory";
import { newQueue } from "./seed-queue";
import { createAppStore } from "./store";
import { keptRunOf } from "./testing";

function storageOf(first?: string) {
  const values = new Map(first === undefined ? [] : [["searchlight-seed-queue", first]]);
  return {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
    removeItem: (key: string) => void values.delete(key),
  };
}

it("finds a queue that was at work again after a reload, as one that was left", () => {
  const storage = storageOf();
  const store = createAppStore();
  rememberQueue(store, storage);
  expect(store.getState().queue).toBeNull();
  const queue = { ...newQueue(keptRunOf("a"), [4, 5, 6]), done: 1 };
  store.setState({ queue });
  const next = createAppStore();
  rememberQueue(next, storage);
  expect(next.getState().queue).toEqual({ ...queue, state: "left" });
  next.setState({ queue: { ...queue, done: 3, state: "done" } });
  const last = createAppStore();
  rememberQueue(last, storage);
  expect(last.getState().queue).toBeNull();
});

it("takes nothing that cannot be a queue", () => {
  const { settings, data } = keptRunOf("a");
  for (const text of [
    "",
    "{",
    "7",
    JSON.stringify({ settings, data, seeds: [1], done: 1 }),
    JSON.stringify({ settings, seeds: [1], done: 0 }),
    JSON.stringify({ settings, data, seeds: ["1"], done: 0 }),
    JSON.stringify({ data, settings: { ...settings, momentum: 9 }, seeds: [1], done: 0 }),
  ]) {
    const store = createAppStore();
    rememberQueue(store, storageOf(text));
    expect(store.getState().queue).toBeNull();
  }
});
