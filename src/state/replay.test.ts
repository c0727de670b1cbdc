import { describe, expect, it } from "vitest";
import { historyAfter, historySince, NO_HISTORY } from "../domain/alpha-history";
import { deriveGenotype } from "../domain/genotype";
import { presetSettings } from "../domain/presets";
import { type AppState, applyEvent, initialState, type RunView } from "./app-state";
import { replayOf } from "./replay";
import { dataOf, recordOf, snapshotOf } from "./testing";

/** A run of `count` iterations that keeps operation 1 first and another one every three iterations. */
function run(count: number): AppState {
  let state: AppState = { ...initialState(), data: dataOf("A"), runSettings: presetSettings("tiny") };
  let history = NO_HISTORY;
  for (let i = 0; i <= count; i++) {
    const { alphas, genotype } = snapshotOf(i, 1 + (Math.floor(i / 3) % 7));
    const before = history.iteration;
    history = historyAfter(history, i, { alphas, betas: null, genotype });
    const records = i === 0 ? [] : [recordOf(i, { picks: Array.from({ length: 28 }, () => i % 8) })];
    const snapshot = { ...snapshotOf(i), records, alphas, genotype, history: historySince(history, before) };
    state = applyEvent(state, { kind: "snapshot", snapshot });
  }
  return state;
}

const at = (view: RunView, iteration: number) => replayOf(view, iteration) as RunView;

describe("a replay", () => {
  const { run: now } = run(10);

  it("shows alphas, cells, records and draws of its moment", () => {
    for (const iteration of [1, 5, 9]) {
      const { run: then } = run(iteration);
      const replay = at(now, iteration);
      for (const part of ["iteration", "alphas", "stage", "stability", "picked"] as const) {
        expect(replay[part], part).toEqual(then[part]);
      }
      expect(replay.records.slice()).toEqual(then.records.slice());
      expect(new Set(replay.genotype?.normal.map(String))).toEqual(new Set(then.genotype?.normal.map(String)));
    }
    expect(at(now, 5).genotype?.normal[0]?.[0]).toBe("avg_pool_3x3");
  });

  it("goes back to the start, before the first record", () => {
    const start = at(now, 0);
    expect(start.records).toHaveLength(0);
    expect(start.alphas).toEqual(run(0).run.alphas);
    expect(start.stability.normal).toEqual({ flips: 0, since: 0 });
  });

  it("is none at the present and beyond", () => {
    expect(replayOf(now, 10)).toBeNull();
    expect(replayOf(now, 11)).toBeNull();
  });

  it("stays while the run goes on and ends with it", () => {
    const looking: AppState = { ...run(10), replay: at(now, 4) };
    const later = applyEvent(looking, { kind: "snapshot", snapshot: snapshotOf(11) });
    expect(later.replay).toBe(looking.replay);
    expect(later.run.iteration).toBe(11);
    expect(applyEvent(later, { kind: "reset" }).replay).toBeNull();
  });

  it("gives genotypes that their alphas say, too", () => {
    const { alphas, genotype } = at(now, 7);
    const kept = (genes: typeof genotype) => new Set(genes?.reduce.map(String));
    expect(kept(genotype)).toEqual(kept(alphas && deriveGenotype(alphas)));
  });
});
