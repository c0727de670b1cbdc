import { expect, it } from "vitest";
import { smallSearch } from "../../test/small-search";
import { openEngine } from "../engine/gpu/backend";
import type { EngineEvent } from "./api";
import { runMemory } from "./kept-runs";
import { Shelves } from "./shelves";
import { shelfInMemory } from "./testing";

it("writes a waiting run that is not kept as it is, whether or not that was tried before", async () => {
  const engine = await openEngine("cpu", undefined, () => Promise.resolve("cpu"));
  const search = await smallSearch(engine, { objective: "bilevel" });
  await search.iterate();
  const checkpoint = await search.checkpoint();
  search.dispose();
  const room = { full: false };
  const shelf = shelfInMemory();
  const memory = runMemory({
    ...shelf,
    change: (put, deleted) => (room.full ? Promise.reject(new Error("full")) : shelf.change(put, deleted)),
  });
  const events: EngineEvent[] = [];
  const problems = () => events.flatMap((event) => (event.kind === "keeping" ? [event.problem] : []));
  const shelves = new Shelves(
    async () => () => undefined,
    (event) => events.push(event),
  );
  await shelves.open(memory);
  const changed = shelves.hold("a", { checkpoint, isKept: false, problem: null });
  expect(await shelves.tryAgain(changed)).toMatchObject({ isKept: true, problem: null });
  expect(await memory.has("a")).toBe(true);
  expect(problems()).toEqual([]);

  room.full = true;
  const unkept = await shelves.tryAgain({ ...changed, id: "b" });
  expect(unkept).toMatchObject({ isKept: false, problem: "full" });
  expect(await shelves.tryAgain(unkept)).toMatchObject({ isKept: false });
  expect(problems()).toEqual(["full"]);
  room.full = false;
  expect(await shelves.tryAgain(unkept)).toMatchObject({ isKept: true, problem: null });
  expect(problems()).toEqual(["full", null]);
});
