import { expect, it } from "vitest";
import { keptRunOf } from "../../state/testing";
import { pinnedFirst, ticked, toggled } from "./run-choice";

const runs = [keptRunOf("a"), keptRunOf("b", { pinned: true }), keptRunOf("c"), keptRunOf("d", { pinned: true })];
const ids = (chosen: readonly { readonly id: string }[]) => chosen.map(({ id }) => id).join("");

it("puts pinned runs first and leaves the rest in order", () => {
  expect(ids(pinnedFirst(runs))).toBe("bdac");
});

it("keeps the order of ticking, without runs that are gone", () => {
  const chosen = ticked(runs, ["c", "gone", "a"]);
  expect(ids(chosen)).toBe("ca");
  expect(toggled(chosen, "d")).toEqual(["c", "a", "d"]);
  expect(toggled(chosen, "c")).toEqual(["a"]);
});
