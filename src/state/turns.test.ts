import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createTurns } from "./turns";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Turns that note their names and take some ms each. */
function drawings() {
  let now = 0;
  const taken: string[] = [];
  const drawing = (name: string, milliseconds: number) => () => {
    taken.push(name);
    now += milliseconds;
  };
  return { ask: createTurns(() => now), taken, drawing };
}

it("gives turns in the order asked for, and never at once", () => {
  const { ask, taken, drawing } = drawings();
  for (const name of ["first", "second", "third"]) ask(drawing(name, 10));
  expect(taken).toEqual([]);
  vi.runAllTimers();
  expect(taken).toEqual(["first", "second", "third"]);
});

it("takes many short turns in one task, and one long turn", () => {
  const { ask, taken, drawing } = drawings();
  const asked = ["a", "b", "c"].map((name) => drawing(name, 0));
  for (const turn of [...asked, drawing("long", 10), drawing("next", 10)]) ask(turn);
  vi.advanceTimersToNextTimer();
  expect(taken).toEqual(["a", "b", "c", "long"]);
  vi.advanceTimersToNextTimer();
  expect(taken).toEqual(["a", "b", "c", "long", "next"]);
});

it("rests the longer the longer it drew, for those that ask meanwhile as well", () => {
  const { ask, taken, drawing } = drawings();
  ask(drawing("long", 25));
  vi.advanceTimersToNextTimer();
  ask(drawing("next", 1));
  vi.advanceTimersByTime(99);
  expect(taken).toEqual(["long"]);
  vi.advanceTimersByTime(1);
  expect(taken).toEqual(["long", "next"]);
});

it("gives one turn to who asks twice, and another to who asks again afterwards", () => {
  const { ask } = drawings();
  const turn = vi.fn();
  ask(turn);
  ask(turn);
  vi.runAllTimers();
  expect(turn).toHaveBeenCalledTimes(1);
  ask(turn);
  vi.runAllTimers();
  expect(turn).toHaveBeenCalledTimes(2);
});

it("takes urgent turns before others, a frame after the one before", () => {
  const { ask, taken, drawing } = drawings();
  ask(drawing("long", 25));
  vi.advanceTimersToNextTimer();
  ask(drawing("later", 1));
  const urgent = drawing("urgent", 25);
  ask(urgent);
  ask(urgent, true);
  ask(urgent);
  ask(drawing("urgent too", 25), true);
  vi.advanceTimersByTime(16);
  expect(taken).toEqual(["long", "urgent"]);
  vi.advanceTimersByTime(16);
  expect(taken).toEqual(["long", "urgent", "urgent too"]);
  vi.advanceTimersByTime(99);
  expect(taken).toHaveLength(3);
  vi.advanceTimersByTime(1);
  expect(taken).toEqual(["long", "urgent", "urgent too", "later"]);
});

it("reports a turn that fails and goes on with the others", () => {
  const report = vi.fn();
  vi.stubGlobal("reportError", report);
  const { ask } = drawings();
  const turn = vi.fn();
  const broken = new Error("broken");
  ask(() => {
    throw broken;
  });
  ask(turn);
  vi.runAllTimers();
  expect(report).toHaveBeenCalledWith(broken);
  expect(turn).toHaveBeenCalledTimes(1);
});
