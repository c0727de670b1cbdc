/** What a session keeps of its runs, and how later visits find them; on the CPU, with a shelf in memory. */
import { beforeEach, describe, expect, it } from "vitest";
import { shapesShard } from "../../test/files/cifar";
import { joinHistory, NO_HISTORY } from "../domain/alpha-history";
import type { IterationRecord, RunFile } from "../domain/run";
import type { Settings } from "../domain/settings";
import { type RunMemory, runMemory } from "./kept-runs";
import { withLimited } from "./limited-file";
import { Session } from "./session";
import { files, Heard, hostOf, LONG, TINY } from "./session-testing";
import type { Shelf } from "./shelf";
import { shelfInMemory } from "./testing";

const heard = new Heard();
const { listener, ofKind, snapshots, iterations, last, until, finished } = heard;
let session: Session;
let runs: RunMemory | null = null;
/** Another tab has every run. */
let taken = false;

const lastRuns = () => ofKind("runs").at(-1)?.runs;
const lastId = () => lastRuns()?.[0]?.id ?? "";
const problems = () => ofKind("keeping").map(({ problem }) => problem);
const repeatable = ({ records, created: _, ...run }: RunFile) => ({
  ...run,
  records: records.map(({ milliseconds: _ms, ...record }) => record),
});

/** Another visit: nothing but what is kept goes on from the one before. */
async function visit(memory: RunMemory | null) {
  heard.clear();
  runs = memory;
  session = new Session(hostOf({ claim: async () => (taken ? null : () => undefined), runMemory: async () => runs }));
  await session.connect(listener);
}

async function undisturbed(settings: Settings) {
  await session.search(settings);
  await finished();
  const file = repeatable(await session.exportRun());
  await session.reset();
  return file;
}

async function readWhole(id: string): Promise<RunFile> {
  const records: IterationRecord[] = [];
  const run = await session.readRun(id, (piece) => void records.push(...piece));
  return { ...run, records };
}

/** A visit whose run is finished. */
async function finishTiny(memory: RunMemory) {
  await visit(memory);
  await session.loadBuiltIn("shapes");
  await session.search(TINY);
  await finished();
}

/** A shelf that may be full, for what is written. */
function shelfWithRoom() {
  const shelf = shelfInMemory();
  const room = { full: true };
  const change: Shelf["change"] = async (put, deleted) => {
    if (room.full && Object.keys(put).length > 0) throw new DOMException("full", "QuotaExceededError");
    await shelf.change(put, deleted);
  };
  return { room, memory: runMemory({ ...shelf, change }) };
}

beforeEach(async () => {
  taken = false;
  await visit(null);
  await session.loadBuiltIn("shapes");
});

describe("keeping", () => {
  it("keeps a run from its first iteration on, and its end", async () => {
    await visit(runMemory(shelfInMemory()));
    expect(lastRuns()).toEqual([]);
    await session.loadBuiltIn("shapes");
    await session.search(LONG);
    await until(() => lastRuns()?.length === 1);
    expect(lastRuns()?.[0]).toMatchObject({ iteration: 1, iterations: 10_000, finished: false });
    await session.pause();
    const paused = await session.exportRun();
    const [run] = lastRuns() ?? [];
    expect(run).toMatchObject({ iteration: paused.iterations, settings: LONG, data: { name: "Shapes" } });
    expect(repeatable(await readWhole(run?.id ?? ""))).toEqual(repeatable(paused));
    const written: unknown = JSON.parse(await (await session.writeRun(run?.id ?? "", 2)).text());
    expect(repeatable(written as RunFile)).toEqual(repeatable(withLimited(paused, 2)));
    await expect(session.forgetRun(run?.id ?? "")).rejects.toThrow("press Reset first");
    await session.reset();
    await session.search(TINY);
    await finished();
    await session.changeRun(run?.id ?? "", { name: "the long one" });
    expect(lastRuns()?.map(({ name, finished: over }) => [name, over])).toEqual([
      ["darts-1, bilevel, seed 1", true],
      ["the long one", false],
    ]);
    await session.forgetRun(run?.id ?? "");
    expect(lastRuns()).toHaveLength(1);
  });

  it("shows a run that was left, at once, and resumes it to the same end as without the interruption", async () => {
    const settings = { ...TINY, strategy: "gdas", iterations: 4 } as const;
    const whole = await undisturbed(settings);
    const memory = runMemory(shelfInMemory());
    await visit(memory);
    await session.loadBuiltIn("shapes");
    await session.step(settings);
    await session.change({ tauMin: settings.tauMin });
    await session.step(settings);

    await visit(memory);
    expect(await session.showLastRun()).toBe(true);
    expect(last()).toEqual({ kind: "kept", hasData: false });
    const [shown] = ofKind("shown-run");
    expect(shown).toMatchObject({ settings, snapshot: { iteration: 2, iterations: 4, iterationsPerEpoch: 300 } });
    expect(shown?.snapshot.records.map(({ iteration }) => iteration)).toEqual([1, 2]);
    expect(shown?.snapshot.history.moments).toHaveLength(3);
    expect((await session.exportRun()).iterations).toBe(2);
    await expect(session.search(settings)).rejects.toThrow("no pictures yet");
    expect(last()).toEqual({ kind: "kept", hasData: false });
    await session.loadFiles(files(shapesShard(40), "part.bin"));
    expect(last()).toEqual({ kind: "kept", hasData: false });
    await expect(session.search(settings)).rejects.toThrow(/made of Shapes .*these are CIFAR-10/);
    expect(await session.loadLast()).toBe(true);
    expect(last()).toEqual({ kind: "kept", hasData: true });
    await session.search(settings);
    await finished();
    expect(iterations()).toEqual([3, 4]);
    const followed = joinHistory(
      joinHistory(NO_HISTORY, 2, shown?.snapshot.history ?? NO_HISTORY),
      4,
      snapshots().reduce((news, { history }) => joinHistory(news, 4, history), NO_HISTORY),
    );
    expect(followed.moments).toHaveLength(5);
    expect(repeatable(await session.exportRun())).toEqual(whole);
  });

  it("shows a finished run as it was left, until another one begins or it is put aside", async () => {
    const memory = runMemory(shelfInMemory());
    await finishTiny(memory);
    const file = await session.exportRun();
    await visit(memory);
    expect(await session.showLastRun()).toBe(true);
    expect(last()).toEqual({ kind: "finished" });
    expect(ofKind("shown-run")[0]).toMatchObject({ settings: TINY, snapshot: { iteration: 3, iterations: 3 } });
    expect(repeatable(await session.exportRun())).toEqual(repeatable(file));
    expect(await session.loadLast()).toBe(true);
    expect(last()).toEqual({ kind: "finished" });
    await expect(session.search(TINY)).rejects.toThrow("press Reset first");
    await session.reset();
    await session.step(LONG);
    await session.reset();
    await visit(memory);
    expect(await session.showLastRun()).toBe(false);
  });

  it("shows no finished run where another one was left later, nor one that other pictures have ended", async () => {
    const memory = runMemory(shelfInMemory());
    await finishTiny(memory);
    await session.loadFiles(files(shapesShard(40), "part.bin"));
    await visit(memory);
    expect(await session.showLastRun()).toBe(false);
    await session.loadBuiltIn("shapes");
    await session.search({ ...TINY, seed: 2 });
    await finished();
    // Another tab.
    await visit(memory);
    await session.loadBuiltIn("shapes");
    await session.step(LONG);
    await visit(memory);
    expect(await session.showLastRun()).toBe(true);
    expect(last()?.kind).toBe("kept");
    await session.reset();
    await visit(memory);
    expect(await session.showLastRun()).toBe(true);
    expect(last()?.kind).toBe("finished");
  });

  it("shows that very run, whichever was left last", async () => {
    const memory = runMemory(shelfInMemory());
    await visit(memory);
    await session.loadBuiltIn("shapes");
    await session.step(LONG);
    const first = lastId();
    await visit(memory);
    await session.loadBuiltIn("shapes");
    await session.step({ ...LONG, seed: 2 });
    await visit(memory);
    expect(await session.showRun("nobody")).toBe(false);
    expect(ofKind("shown-run")).toEqual([]);
    expect(await session.showRun(first)).toBe(true);
    expect(ofKind("shown-run")).toMatchObject([{ id: first, settings: { seed: 1 } }]);
    expect(ofKind("keeping").at(-1)).toEqual({ kind: "keeping", id: first, problem: null });
  });

  it("keeps settings that are changed while the run is paused", async () => {
    const memory = runMemory(shelfInMemory());
    await visit(memory);
    await session.loadBuiltIn("shapes");
    await session.step(LONG);
    await session.change({ momentum: 0.5 });
    await visit(memory);
    expect(await session.showLastRun()).toBe(true);
    expect(ofKind("shown-run")[0]?.settings.momentum).toBe(0.5);
    const { settingChanges } = await session.exportRun();
    expect(settingChanges).toEqual([{ iteration: 1, name: "momentum", from: 0.9, to: 0.5 }]);
  });

  it("resumes a chosen run and loads its pictures, but none that is on the page or in another tab", async () => {
    const memory = runMemory(shelfInMemory());
    await visit(memory);
    await session.loadBuiltIn("shapes");
    await session.step({ ...TINY, iterations: 2 });
    const [run] = lastRuns() ?? [];
    await expect(session.resumeRun(run?.id ?? "")).rejects.toThrow("press Reset first");
    await session.reset();
    await visit(memory);
    expect(await session.showLastRun()).toBe(false);
    await session.resumeRun(run?.id ?? "");
    await finished();
    expect(lastRuns()?.[0]).toMatchObject({ iteration: 2, finished: true });
    taken = true;
    await visit(memory);
    await expect(session.resumeRun(run?.id ?? "")).rejects.toThrow("another tab");
    await expect(session.forgetRun(run?.id ?? "")).rejects.toThrow("another tab");
    expect(last()).toEqual({ kind: "idle" });
  });

  it("writes the next iteration when asked", async () => {
    await visit(runMemory(shelfInMemory()));
    await session.loadBuiltIn("shapes");
    await session.search(LONG);
    await until(() => lastRuns()?.length === 1 && iterations().length > 2);
    expect(lastRuns()?.[0]?.iteration).toBe(1);
    await session.keepNow();
    await until(() => (lastRuns()?.[0]?.iteration ?? 0) > 2);
    await session.pause();
  });

  it("goes on where there is no room, says so once, and keeps all when there is room again", async () => {
    const { room, memory } = shelfWithRoom();
    await visit(memory);
    await session.loadBuiltIn("shapes");
    await session.step(LONG);
    await session.step(LONG);
    expect(problems()).toEqual([null, expect.stringContaining("storage is full")]);
    expect(iterations()).toEqual([1, 2]);
    expect(lastRuns()).toEqual([]);
    room.full = false;
    await session.step(LONG);
    expect(problems().at(-1)).toBeNull();
    expect((await readWhole(lastId())).records).toHaveLength(3);
  });

  it("keeps a run that is over as soon as there is room: after a deletion, when the page is hidden", async () => {
    const { room, memory } = shelfWithRoom();
    room.full = false;
    await visit(memory);
    await session.loadBuiltIn("shapes");
    await session.step(LONG);
    const old = lastId();
    await session.reset();
    for (const make of [() => session.forgetRun(old), () => session.keepNow()]) {
      room.full = true;
      await session.search(TINY);
      await finished();
      expect(problems().at(-1)).toContain("storage is full");
      expect(await session.keepNow()).toBe(false);
      room.full = false;
      await make();
      expect(problems().at(-1)).toBeNull();
      expect(await session.keepNow()).toBe(true);
      expect((await readWhole(lastId())).records).toHaveLength(3);
      await session.reset();
    }
  });

  it("keeps hold of what a run has beyond what is kept when that very run is to be resumed", async () => {
    const { room, memory } = shelfWithRoom();
    room.full = false;
    await visit(memory);
    await session.loadBuiltIn("shapes");
    await session.step(TINY);
    room.full = true;
    await session.search(TINY);
    await finished();
    const whole = await session.exportRun();
    expect(lastRuns()?.[0]).toMatchObject({ iteration: 1, finished: false });
    await expect(session.resumeRun(lastId())).rejects.toThrow("This search is over");
    expect(last()).toEqual({ kind: "finished" });
    expect(repeatable(await session.exportRun())).toEqual(repeatable(whole));
    await session.reset();

    room.full = false;
    await session.step(LONG);
    room.full = true;
    await session.step(LONG);
    let broken = false;
    heard.watchers.push(() => {
      if (broken || heard.events.at(-1)?.kind !== "snapshot") return;
      broken = true;
      throw new Error("The page is full.");
    });
    await session.search(LONG);
    await until(() => last()?.kind === "failed");
    const id = lastId();
    heard.clear();
    await session.resumeRun(id);
    await session.pause();
    expect(ofKind("shown-run")[0]?.snapshot.iteration).toBe(2);
  });
});
