import { describe, expect, it } from "vitest";
import { type AppState, initialState } from "./app-state";
import { seedQueueActions } from "./seed-queue-actions";
import { dataOf } from "./testing";

const DATA = { name: "a", source: "built in", hash: "a", classes: 2, pictures: 2 } as const;

/** The queue over a state of its own; starting a run notes its seed, or is refused. */
function setUp(refuse = "") {
  let state: AppState = { ...initialState(), status: { kind: "idle" }, data: dataOf("a") };
  state = { ...state, settings: { ...state.settings, seed: 7 } };
  const started: number[] = [];
  const resumed: number[] = [];
  const loaded: string[] = [];
  const failures: unknown[] = [];
  const { actions, runEnded } = seedQueueActions({
    get: () => state,
    set: (change) => {
      state = change(state);
    },
    fail: (error) => failures.push(error),
    startAnew: async () => {
      started.push(state.settings.seed);
      state = { ...state, status: { kind: "running" }, runSettings: state.settings };
      if (refuse) throw new Error(refuse);
    },
    resume: async () => {
      resumed.push(state.runSettings?.seed ?? 0);
      state = { ...state, status: { kind: "running" } };
    },
    loadBuiltIn: async (name) => {
      state = { ...state, data: { ...dataOf("b"), name: "Shapes" } };
      loaded.push(name);
    },
    unlessUnkept: async (may, act) => {
      if (may(state)) await act();
    },
  });
  const end = async (how: "finished" | "failed" | "reset") => {
    state = { ...state, status: { kind: how === "reset" ? "idle" : "finished" } };
    runEnded(how);
    await null;
  };
  const change = (more: Partial<AppState>) => {
    state = { ...state, ...more };
  };
  return { ...actions, end, change, started, resumed, loaded, failures, state: () => state };
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

  it("starts no further run where the last one could not be kept", async () => {
    const { runSeeds, end, change, started, state } = setUp();
    await runSeeds(3);
    change({ keepingProblem: "full" });
    await end("finished");
    expect(started).toEqual([7]);
    expect(state().queue).toMatchObject({ state: "unkept", done: 1 });
  });

  it("goes on after a reload, with the run that waits first", async () => {
    const { continueSeeds, end, change, started, resumed, state } = setUp();
    const { settings } = state();
    const queue = { settings, data: DATA, seeds: [7, 8, 9], done: 1, state: "left" } as const;
    await continueSeeds();
    expect(state().queue).toBeNull();
    change({ queue, status: { kind: "kept", hasData: true }, runSettings: { ...settings, seed: 8 } });
    await continueSeeds();
    expect([resumed, started, state().queue?.state]).toEqual([[8], [], "running"]);
    await end("finished");
    expect(started).toEqual([9]);

    // Some other run is finished there.
    const over = setUp();
    over.change({ queue, status: { kind: "finished" }, runSettings: settings });
    await over.continueSeeds();
    expect([over.resumed, over.started]).toEqual([[], [8]]);
    // Its pictures are not loaded, but built in.
    const other = setUp();
    other.change({ queue: { ...queue, data: { ...DATA, name: "Shapes", hash: "c" } } });
    await other.continueSeeds();
    expect([other.loaded, other.started]).toEqual([["shapes"], [8]]);
    const files = setUp();
    files.change({ queue: { ...queue, data: { ...DATA, source: "x.bin", hash: "c" } } });
    await files.continueSeeds();
    expect([files.loaded, files.started]).toEqual([[], []]);
    // The run that waits is none of its own.
    const waits = setUp();
    waits.change({ queue, status: { kind: "kept", hasData: true }, runSettings: { ...settings, momentum: 0.1 } });
    await waits.continueSeeds();
    expect([waits.resumed, waits.started, waits.state().queue]).toEqual([[], [], queue]);
  });

  it("counts its run that a person took up after a reload", async () => {
    const { end, change, started, state } = setUp();
    const { settings } = state();
    change({
      queue: { settings, data: DATA, seeds: [7, 8], done: 0, state: "left" },
      runSettings: { ...settings, momentum: 0.1 },
    });
    await end("finished");
    expect(state().queue?.done).toBe(0);
    change({ runSettings: settings });
    await end("finished");
    expect([state().queue?.done, state().queue?.state, started]).toEqual([1, "left", []]);
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
