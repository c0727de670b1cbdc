import { describe, expect, it } from "vitest";
import { countOp, type Genotype } from "../domain/genotype";
import { presetSettings } from "../domain/presets";
import { type AppState, applyEvent, initialState, withSkipLimit } from "./app-state";
import { dataOf, HARDWARE, PROCESSOR, recordOf, snapshotOf } from "./testing";

const running = (): AppState => ({ ...initialState(), data: dataOf("A"), runSettings: presetSettings("tiny") });

describe("applyEvent", () => {
  it("proposes Demo on hardware and Tiny elsewhere, until a setting was chosen", () => {
    expect(applyEvent(initialState(), { kind: "engine", engine: HARDWARE }).preset).toBe("demo");
    expect(applyEvent(initialState(), { kind: "engine", engine: PROCESSOR }).preset).toBe("tiny");
    expect(applyEvent({ ...initialState(), touched: true }, { kind: "engine", engine: HARDWARE }).preset).toBe("tiny");
  });

  it("appends the records of each snapshot", () => {
    const one = applyEvent(running(), { kind: "snapshot", snapshot: snapshotOf(1) });
    const two = applyEvent(one, { kind: "snapshot", snapshot: snapshotOf(3, 4, [recordOf(2), recordOf(3)]) });
    expect(two.run.records.slice().map((record) => record.iteration)).toEqual([1, 2, 3]);
  });

  it("tells of an incident with all that is known of it", () => {
    const lost = { kind: "incident", what: "device-lost", message: "x", from: 4, reached: 4, finished: true } as const;
    expect(applyEvent(running(), lost).log.at(-1)).toMatchObject({ ...lost, iteration: 4 });
  });

  it("counts flips of the genotype and remembers the last one", () => {
    const one = applyEvent(running(), { kind: "snapshot", snapshot: snapshotOf(1, 4) });
    expect(one.run.stability.normal).toEqual({ flips: 0, since: 0 });
    const two = applyEvent(one, { kind: "snapshot", snapshot: snapshotOf(2, 5) });
    expect(two.run.stability.normal).toEqual({ flips: 8, since: 2 });
    const same = { ...snapshotOf(3, 5), history: { moments: [], changes: [] } };
    const three = applyEvent(two, { kind: "snapshot", snapshot: same });
    expect(three.run.stability).toBe(two.run.stability);
  });

  it("finds a cell of a kept run as stable as it was, and when it is resumed", () => {
    const two = applyEvent(applyEvent(running(), { kind: "snapshot", snapshot: snapshotOf(1, 4) }), {
      kind: "snapshot",
      snapshot: snapshotOf(2, 5),
    });
    const { moments, changes } = two.run.history;
    const snapshot = { ...snapshotOf(8, 5), history: { moments, changes } };
    const data = { name: "A", source: "a", hash: "A", classes: 2, pictures: 2 };
    const shown = applyEvent(initialState(), {
      ...{ kind: "shown-run", id: "a", settings: presetSettings("tiny"), data, snapshot },
    });
    expect(shown.run.stability).toEqual(two.run.stability);
    const same = { ...snapshotOf(9, 5), history: { moments: [], changes: [] } };
    expect(applyEvent(shown, { kind: "snapshot", snapshot: same }).run.stability).toEqual(two.run.stability);
  });

  it("logs each stage that begins after the first, once", () => {
    const stages = [0, 1].map((index) => ({
      ...{ index, begins: index, iterations: 1, layers: 3, channels: 4, operationsPerEdge: 8, skipDropout: 0 },
      operations: null,
    }));
    const at = (iteration: number, stage: number) =>
      ({ kind: "snapshot", snapshot: { ...snapshotOf(iteration), stages, stage } }) as const;
    const begun = applyEvent(running(), at(1, 0));
    expect(begun.log).toEqual(running().log);
    const state = applyEvent(applyEvent(begun, at(2, 1)), at(3, 1));
    expect(state.log.filter(({ kind }) => kind === "stage")).toMatchObject([
      { iteration: 2, stage: stages[1], count: 2 },
    ]);
  });

  it("takes a changed setting over and logs it with its iteration", () => {
    const change = { iteration: 7, name: "momentum", from: 0.9, to: 0.5 } as const;
    const state = applyEvent(running(), { kind: "setting-change", change });
    expect(state.settings.momentum).toBe(0.5);
    expect(state.runSettings?.momentum).toBe(0.5);
    expect(state.log.at(-1)).toMatchObject({ kind: "change", iteration: 7 });
  });

  it("writes the size of a run into the line of its start, and keeps it with each snapshot", () => {
    const start = (id: number) =>
      ({ id, iteration: 0, kind: "started", settings: presetSettings("tiny"), plan: null }) as const;
    const plan = { bytes: 5, dispatches: 6 };
    const planned = applyEvent({ ...running(), log: [start(1), start(2)] }, { kind: "planned", plan });
    expect(planned.log).toEqual([start(1), { ...start(2), plan }]);
    expect(applyEvent(planned, { kind: "snapshot", snapshot: snapshotOf(1) }).run.plan).toEqual(plan);
    expect(applyEvent(planned, { kind: "reset" }).run.plan).toBeNull();
  });

  it("derives the cells with few skips while that is wanted, and keeps what was found", () => {
    const one = applyEvent(running(), { kind: "snapshot", snapshot: snapshotOf(1, 3) });
    const limited = withSkipLimit(one, true);
    const skips = (state: AppState) => state.run.limited && countOp(state.run.limited, "normal", "skip_connect");
    expect(skips(limited)).toBe(2);
    expect(countOp(limited.run.genotype as Genotype, "normal", "skip_connect")).toBe(8);
    expect(skips(applyEvent(limited, { kind: "snapshot", snapshot: snapshotOf(2, 4) }))).toBe(0);
    expect(withSkipLimit(limited, false).run.limited).toBeNull();
    expect(applyEvent(limited, { kind: "reset" }).run.limited).toBeNull();
  });
  it("forgets the run on reset but keeps the log", () => {
    const one = applyEvent(running(), { kind: "snapshot", snapshot: snapshotOf(1) });
    const state = applyEvent({ ...one, log: [{ id: 1, iteration: 0, kind: "finished" }] }, { kind: "reset" });
    expect(state.run.records).toHaveLength(0);
    expect(state.runSettings).toBeNull();
    expect(state.log).toHaveLength(1);
  });

  it("forgets the run when other pictures come, not when the same come in another size", () => {
    const one = applyEvent(running(), { kind: "snapshot", snapshot: snapshotOf(1) });
    expect(applyEvent(one, { kind: "data", summary: { ...dataOf("A"), size: 2 } }).run.records).toHaveLength(1);
    expect(applyEvent(one, { kind: "data", summary: dataOf("B") }).run.records).toHaveLength(0);
  });

  it("keeps the settings of a starting run whose seed draws other pictures", () => {
    const starting: AppState = { ...running(), status: { kind: "starting", what: "Preparing the pictures" } };
    const state = applyEvent(starting, { kind: "data", summary: dataOf("B") });
    expect(state.runSettings).toEqual(starting.runSettings);
    expect(state.data?.name).toBe("B");
  });

  it("logs a failure once and lets nothing follow the loss of the worker", () => {
    const failed = applyEvent(running(), { kind: "status", status: { kind: "failed", message: "no memory" } });
    expect(failed.log.at(-1)).toMatchObject({ kind: "error", message: "no memory" });
    const lost: AppState = { ...failed, status: { kind: "lost", message: "gone" } };
    expect(applyEvent(lost, { kind: "status", status: { kind: "idle" } }).status.kind).toBe("lost");
  });

  it("shows the kept runs, and why the shown one is kept no further until it is", () => {
    const storage = { runs: 1, used: 2, quota: 3 };
    const listed = applyEvent(running(), { kind: "runs", runs: [], storage });
    expect(listed).toMatchObject({ runs: [], storage });
    const full = applyEvent(listed, { kind: "keeping", id: "a", problem: "No room." });
    expect(full).toMatchObject({ keepingProblem: "No room.", runId: "a" });
    expect(full.log.at(-1)).toMatchObject({ kind: "error", message: "No room." });
    const kept = applyEvent(full, { kind: "keeping", id: "a", problem: null });
    expect([kept.keepingProblem, kept.log]).toEqual([null, full.log]);
    expect(applyEvent(full, { kind: "reset" })).toMatchObject({ keepingProblem: null, runId: null });
  });

  it("keeps the log short", () => {
    let state = initialState();
    for (let i = 0; i < 600; i++) state = applyEvent(state, { kind: "engine", engine: PROCESSOR });
    expect(state.log).toHaveLength(500);
    expect(new Set(state.log.map((entry) => entry.id)).size).toBe(500);
  });
});
