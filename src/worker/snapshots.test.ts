import { describe, expect, it } from "vitest";
import { finishDataset } from "../data/load";
import { makeShapes } from "../data/shapes";
import { joinHistory, NO_HISTORY } from "../domain/alpha-history";
import { presetSettings } from "../domain/presets";
import type { Snapshot } from "../domain/run";
import type { Settings } from "../domain/settings";
import { openEngine } from "../engine/gpu/backend";
import { Search } from "../engine/run/search";
import { EXPLANATION_MS, SNAPSHOT_MS, Snapshots } from "./snapshots";

const SETTINGS: Settings = { ...presetSettings("tiny"), initChannels: 2, batchSize: 2, audienceWidth: 1 };

/** A search whose iterations take as long as the clock is told. */
async function feed() {
  const engine = await openEngine("cpu", undefined, async () => "cpu");
  const dataset = await finishDataset(makeShapes({ seed: 1, count: 40 }), SETTINGS);
  const search = await Search.create({ settings: SETTINGS, dataset, engine, version: "0", runtime: "a test" });
  const posted: Snapshot[] = [];
  const clock = { time: 0 };
  const snapshots = new Snapshots(
    search,
    (snapshot) => posted.push(snapshot),
    () => clock.time,
  );
  const iterate = async (milliseconds: number, last = false) => {
    const iteration = snapshots.iterate(last);
    clock.time += milliseconds;
    await iteration;
  };
  return { snapshots, posted, iterate, search };
}

const records = ({ records }: Snapshot) => records.map(({ iteration }) => iteration);

describe("snapshots", () => {
  it("come at a limited rate and carry each record once", async () => {
    const { snapshots, posted, iterate, search } = await feed();
    snapshots.flush();
    await iterate(SNAPSHOT_MS / 2);
    expect(posted.map(records)).toEqual([[]]);
    await iterate(SNAPSHOT_MS / 2);
    expect(posted.map(records)).toEqual([[], [1, 2]]);
    await iterate(SNAPSHOT_MS - 1);
    expect(posted).toHaveLength(2);
    snapshots.flush();
    snapshots.flush();
    expect(posted.map(records)).toEqual([[], [1, 2], [3]]);
    const followed = posted.reduce(
      (known, { iteration, history }) => joinHistory(known, iteration, history),
      NO_HISTORY,
    );
    expect(followed).toEqual(search.history);
    expect(followed.moments.map(({ iteration }) => iteration)).toEqual([0, 1, 2, 3]);
    search.dispose();
  });

  it("explain rarely when iterations are quick, each time when they are slow, and at the last", async () => {
    const { posted, iterate, search } = await feed();
    await iterate(SNAPSHOT_MS);
    await iterate(SNAPSHOT_MS);
    await iterate(SNAPSHOT_MS, true);
    await iterate(EXPLANATION_MS);
    await iterate(EXPLANATION_MS);
    await iterate(EXPLANATION_MS);
    expect(posted.map(({ explanations }) => explanations !== null)).toEqual([true, false, true, false, true, true]);
    search.dispose();
  });
});
