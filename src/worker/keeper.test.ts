import { beforeAll, describe, expect, it } from "vitest";
import { smallSearch } from "../../test/small-search";
import type { Engine } from "../domain/run";
import { openEngine } from "../engine/gpu/backend";
import { type Beginning, KEEP_MS, RunKeeper } from "./keeper";
import { type RunMemory, runMemory } from "./kept-runs";
import { shelfInMemory } from "./testing";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine("cpu", undefined, () => Promise.resolve("cpu"));
});

/** A keeper with a clock, whose memory takes so long. */
async function feed(slow = 0, from: Beginning | null = null) {
  const search = await smallSearch(engine, { objective: "bilevel" });
  await search.prepare();
  const clock = { time: 0 };
  const kept = runMemory(shelfInMemory());
  const room = { full: false };
  const memory: RunMemory = {
    ...kept,
    keep: async (id, checkpoint) => {
      clock.time += slow;
      if (room.full) throw new Error("full");
      await kept.keep(id, checkpoint);
    },
  };
  const problems: (string | null)[] = [];
  const keeper = new RunKeeper(search, {
    ...{ id: "a", memory, from, now: () => clock.time },
    tell: (problem) => problems.push(problem),
    kept: async () => undefined,
  });
  const written = async () => (await kept.list())[0]?.iteration ?? 0;
  return { search, keeper, clock, room, problems, written };
}

describe("keeping a run", () => {
  it("is due after the first iteration, then after a while, and when asked", async () => {
    const { search, keeper, clock, written } = await feed();
    expect(keeper.isDue).toBe(false);
    await search.iterate();
    expect(keeper.isDue).toBe(true);
    await keeper.keep();
    expect(await written()).toBe(1);
    expect((await keeper.latest())?.checkpoint.run.iterations).toBe(1);
    clock.time += KEEP_MS;
    // Nothing is new.
    expect(keeper.isDue).toBe(false);
    clock.time -= 1;
    await search.iterate();
    expect(keeper.isDue).toBe(false);
    keeper.ask();
    expect(keeper.isDue).toBe(true);
    await keeper.keep();
    expect(await written()).toBe(2);
    await search.iterate();
    clock.time += KEEP_MS;
    expect(keeper.isDue).toBe(true);
    // New settings make a new plan, whose kernels may not be chosen again.
    await keeper.keep();
    search.change({ momentum: 0.5 });
    await search.iterate();
    expect(keeper.isDue).toBe(true);
    search.dispose();
  });

  it("takes at most a fiftieth of the time", async () => {
    const { search, keeper, clock } = await feed(2000);
    await search.iterate();
    await keeper.keep();
    await search.iterate();
    clock.time += 99_999;
    expect(keeper.isDue).toBe(false);
    clock.time += 1;
    expect(keeper.isDue).toBe(true);
    search.dispose();
  });

  it("says once that there is no room, tries again later, and holds the last checkpoint all the same", async () => {
    const { search, keeper, clock, room, problems, written } = await feed();
    room.full = true;
    for (let i = 0; i < 2; i++) {
      await search.iterate();
      expect(keeper.isDue).toBe(true);
      await keeper.keep();
      expect(keeper.isDue).toBe(false);
      clock.time += KEEP_MS;
    }
    expect([problems, await written(), (await keeper.latest())?.checkpoint.run.iterations]).toEqual([
      [null, "full"],
      0,
      2,
    ]);
    room.full = false;
    expect(keeper.isDue).toBe(true);
    await keeper.keep();
    expect([problems, await written()]).toEqual([[null, "full", null], 2]);
    search.dispose();
  });

  it("holds what a run goes on from until that is written, and says so from its start", async () => {
    const other = await smallSearch(engine, { objective: "bilevel" });
    await other.iterate();
    const checkpoint = await other.checkpoint();
    other.dispose();
    const { search, keeper, problems } = await feed(0, { checkpoint, isKept: false, problem: "full" });
    expect(problems).toEqual(["full"]);
    // A second breakdown before anything could be written.
    expect(await keeper.latest()).toEqual({ checkpoint, isKept: false, problem: "full" });
    await keeper.tryAgain();
    expect(problems).toEqual(["full", null]);
    expect(await keeper.latest()).toMatchObject({ isKept: true, problem: null });
    search.dispose();
    // As when its settings were changed after the device was lost.
    const changed = await feed(0, { checkpoint, isKept: false, problem: null });
    await changed.keeper.tryAgain();
    expect([await changed.written(), await changed.keeper.latest()]).toMatchObject([1, { isKept: true }]);
    changed.search.dispose();
  });

  it("writes changed settings, and goes on with them from a checkpoint that is older", async () => {
    const { search, keeper, room } = await feed();
    await search.iterate();
    await keeper.keep();
    search.change({ momentum: 0.5 });
    expect((await keeper.latest())?.isKept).toBe(false);
    expect((await keeper.latest())?.checkpoint.run).toMatchObject({ settings: { momentum: 0.5 } });
    await keeper.keep();
    expect(await keeper.latest()).toMatchObject({ isKept: true, checkpoint: { run: { settings: { momentum: 0.5 } } } });
    room.full = true;
    search.change({ momentum: 0.4 });
    await keeper.keep();
    expect(keeper.problem).toBe("full");
    search.dispose();
  });
});
