import { expect, it } from "vitest";
import { type AppState, applyEvent, initialState } from "./app-state";
import { replayOf } from "./replay";
import {
  selectGenotype,
  selectMomentAlphas,
  selectMomentShown,
  selectRunData,
  selectShownGenotype,
  usesDataOf,
} from "./selectors";
import { dataOf, snapshotOf } from "./testing";

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
