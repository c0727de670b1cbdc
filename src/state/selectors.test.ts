import { expect, it } from "vitest";
import { HASH_VERSION } from "../domain/dataset";
import { type AppState, applyEvent, initialState } from "./app-state";
import { replayOf } from "./replay";
import {
  offersResume,
  selectGenotype,
  selectMomentAlphas,
  selectMomentShown,
  selectRunData,
  selectShownGenotype,
  usesDataOf,
} from "./selectors";
import { dataOf, keptRunOf, snapshotOf } from "./testing";

const run = { name: "A", source: "a.zip", hash: "1", classes: 2, pictures: 2 };

it("names the pictures of a kept run, not those that are loaded while it waits", () => {
  const loaded = { ...initialState(), data: dataOf("B") };
  expect(selectRunData(loaded)?.name).toBe("B");
  expect(selectRunData({ ...loaded, shown: { id: "x", data: run } })).toBe(run);
});

it("tells other pictures of the same name by their hash, but for built-in ones, which a seed draws", () => {
  const mine = { ...dataOf("A"), source: "a.zip" };
  const state = { ...initialState(), data: mine };
  expect(usesDataOf(initialState(), run)).toBe(false);
  expect(usesDataOf({ ...state, data: { ...mine, hash: "1" } }, run)).toBe(true);
  expect(usesDataOf({ ...state, data: { ...mine, hash: "2" } }, run)).toBe(false);
  const drawn = { ...state, data: { ...dataOf("A"), hash: "2" } };
  expect(usesDataOf(drawn, { ...run, source: "built in" })).toBe(true);
});

it("finds nothing in the random alphas before the first iteration, unless somebody looks back at them", () => {
  const begun = applyEvent(initialState(), { kind: "snapshot", snapshot: snapshotOf(0, 4, []) });
  for (const select of [selectGenotype, selectShownGenotype, selectMomentShown, selectMomentAlphas]) {
    expect(select(begun)).toBeNull();
  }
  const one: AppState = applyEvent(begun, { kind: "snapshot", snapshot: snapshotOf(1) });
  for (const select of [selectGenotype, selectShownGenotype, selectMomentShown, selectMomentAlphas]) {
    expect(select(one)).not.toBeNull();
  }
  expect(selectMomentShown({ ...one, replay: replayOf(one.run, 0) })).toEqual(begun.run.genotype);
});

it("offers to go on only with a kept run that is not over, here or on the page, and whose pictures can be told", () => {
  const data = { ...run, hashVersion: HASH_VERSION };
  const left = keptRunOf("a", { finished: false, iteration: 4, data });
  const none = initialState();
  expect(offersResume(none, left)).toBe(true);
  expect(offersResume(none, { ...left, finished: true })).toBe(false);
  expect(offersResume(none, { ...left, data: { ...data, hashVersion: HASH_VERSION - 1 } })).toBe(false);
  // It found no room for its end.
  const over: AppState = { ...none, status: { kind: "finished" }, runId: "a" };
  expect(offersResume(over, left)).toBe(false);
  expect(offersResume({ ...over, runId: "b" }, left)).toBe(true);
  expect(offersResume({ ...over, status: { kind: "failed", message: "x" } }, left)).toBe(true);
});
