import { describe, expect, it } from "vitest";
import { type AppState, initialState } from "./app-state";
import { seedQueueActions } from "./seed-queue-actions";
import { dataOf } from "./testing";

/** The queue over a state of its own; starting a run notes its seed, or is refused. */
function setUp(refuse = "") {
  let state: AppState = { ...initialState(), status: { kind: "idle" }, data: dataOf("a") };
  state = { ...state, settings: { ...state.settings, seed: 7 } };
  const started: number[] = [];
  const failures: unknown[] = [];
  const { actions, runEnded } = seedQueueActions({
    get: () => state,
    set: (change) => {
      state = change(state);
    },
    fail: (error) => failures.push(error),
    startAnew: async () => {
      started.push(state.settings.seed);
      state = { ...state, status: { kind: "running" } };
      if (refuse) throw new Error(refuse);
    },
  });
  const end = async (how: "finished" | "failed" | "reset") => {
    state = { ...state, status: { kind: how === "reset" ? "idle" : "finished" } };
    runEnded(how);
    await null;
  };
  return { ...actions, end, started, failures, state: () => state };
}

describe("a queue of seeds at work", () => {
  it("starts each run when the one before has finished", async () => {
    const { runSeeds, end, started, state } = setUp();
    await runSeeds(2);
    expect(started).toEqual([7]);
    await end("finished");
    expect(started).toEqual([7, 8]);
    await end("finished");
    expect(started).toEqual([7, 8]);
    expect(state().queue).toMatchObject({ state: "done", done: 2 });
    // A later run is nobody's business here.
    await end("finished");
    expect(started).toEqual([7, 8]);
  });

  it("takes the settings it began with, whatever is edited meanwhile", async () => {
    const { runSeeds, end, state } = setUp();
    await runSeeds(2);
    const { settings } = state();
    Object.assign(state(), { settings: { ...settings, momentum: 0.1 } });
    await end("finished");
    expect(state().settings).toEqual({ ...settings, seed: 8 });
  });

  it("starts no further run once it is stopped, reset, or a run failed", async () => {
    for (const how of ["finished", "reset", "failed"] as const) {
      const { runSeeds, stopSeeds, end, started, state } = setUp();
      await runSeeds(3);
      if (how === "finished") stopSeeds();
      await end(how);
      expect(started).toEqual([7]);
      expect(state().queue?.state).toBe(how === "failed" ? "failed" : "stopped");
    }
  });

  it("begins none while a run is under way, and says why one was refused", async () => {
    const busy = setUp();
    await busy.runSeeds(1);
    await busy.runSeeds(5);
    expect(busy.state().queue?.seeds).toEqual([7]);
    const refused = setUp("no memory");
    await refused.runSeeds(2);
    expect(refused.failures).toHaveLength(1);
    expect(refused.state().queue).toMatchObject({ state: "failed", done: 0 });
  });
});
