import { beforeAll, describe, expect, it } from "vitest";
import { smallSearch } from "../../test/small-search";
import type { Engine } from "../domain/run";
import { openEngine } from "../engine/gpu/backend";
import { KEEP_MS, RunKeeper } from "./keeper";
import { type RunMemory, runMemory } from "./kept-runs";
import { shelfInMemory } from "./testing";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine("cpu", undefined, () => Promise.resolve("cpu"));
});

/** A keeper with a clock, whose memory takes so long. */
async function feed(slow = 0) {
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
    ...{ id: "a", memory, from: null, now: () => clock.time },
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
    expect((await keeper.latest())?.run.iterations).toBe(1);
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
    expect([problems, await written(), (await keeper.latest())?.run.iterations]).toEqual([["full"], 0, 2]);
    room.full = false;
    expect(keeper.isDue).toBe(true);
    await keeper.keep();
    expect([problems, await written()]).toEqual([["full", null], 2]);
    search.dispose();
  });
});
