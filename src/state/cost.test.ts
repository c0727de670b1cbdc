import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { CostEstimate } from "../domain/cost";
import { presetSettings } from "../domain/presets";
import { followCost } from "./cost";
import { createAppStore } from "./store";
import { dataOf, HARDWARE } from "./testing";

const ESTIMATE: CostEstimate = {
  ...{ backend: "cpu", plan: null, time: null, ran: 0, refused: null, budget: null, software: false },
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** An idle page; `answer` is what the engine says of the cost. */
function idle(answer: () => Promise<CostEstimate> = async () => ESTIMATE) {
  const store = createAppStore();
  store.setState({ status: { kind: "idle" }, engine: HARDWARE, data: dataOf("A") });
  const asked: number[] = [];
  const follower = followCost(store, {
    estimate: (settings) => {
      asked.push(settings.batchSize);
      return answer();
    },
  });
  const batch = (batchSize: number) => store.setState({ settings: { ...presetSettings("tiny"), batchSize } });
  return { store, follower, asked, batch };
}
const later = () => vi.advanceTimersByTimeAsync(2000);

it("asks once changes are over, and only while somebody looks", async () => {
  const { store, follower, asked, batch } = idle();
  await later();
  expect(asked).toEqual([]);
  follower.watch(true);
  batch(4);
  batch(6);
  expect(store.getState().cost.state).toBe("planning");
  await later();
  expect(asked).toEqual([6]);
  expect(store.getState().cost).toEqual({ state: "known", estimate: ESTIMATE });
  store.setState({ settings: { ...store.getState().settings, seed: 9 } });
  await later();
  expect(asked).toEqual([6]);
  follower.watch(false);
  batch(8);
  await later();
  expect(asked).toEqual([6]);
});

it("asks again when a search is over, whose time is known now", async () => {
  const { store, follower, asked } = idle();
  follower.watch(true);
  await later();
  store.setState({ status: { kind: "running" } });
  await later();
  store.setState({ status: { kind: "finished" } });
  await later();
  expect(asked).toHaveLength(2);
});

it("forgets a planning that a search gave up, and asks when it is over", async () => {
  let fail: (error: Error) => void = () => undefined;
  const { store, follower, asked } = idle(() => new Promise((_, reject) => (fail = reject)));
  follower.watch(true);
  await later();
  store.setState({ status: { kind: "starting", what: "x" } });
  fail(new Error("given up"));
  await later();
  expect(store.getState().cost.state).toBe("none");
  store.setState({ status: { kind: "idle" } });
  await later();
  expect(asked).toHaveLength(2);
  fail(new Error("no adapter"));
  await later();
  expect(store.getState().cost).toEqual({ state: "failed", message: "no adapter" });
});
