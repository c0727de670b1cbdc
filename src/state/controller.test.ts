import { describe, expect, it } from "vitest";
import { genotypeCompact } from "../domain/genotype-formats";
import { readGenotype } from "../domain/genotype-reader";
import { DARTS_V2 } from "../domain/published-genotypes";
import type { ImportedRun } from "../domain/run";
import { COMPARED, MADE_ON, PROFILED, setUp } from "./controller-testing";
import { readLink } from "./link";

describe("controller", () => {
  it("connects, loads Emoji-8 and is ready", async () => {
    const { calls, store, controller } = setUp();
    await controller.start();
    expect(calls).toEqual(["connect", "loadBuiltIn"]);
    expect(store.getState()).toMatchObject({ status: { kind: "idle" }, preset: "demo" });
  });

  it("lets files that come while the engine starts wait for it", async () => {
    const { calls, store, controller } = setUp();
    const opened = controller.openFiles([{ path: "x.bin", file: new File(["x"], "x.bin") }]);
    await controller.start();
    await opened;
    expect(calls).toEqual(["connect", "loadBuiltIn", "loadFiles"]);
    expect(store.getState()).toMatchObject({ data: { name: "x.bin" }, dataError: null });
  });

  it("says that data need the engine, when there is none", async () => {
    const { calls, store, controller } = setUp({ connect: "There is no worker." });
    await controller.start();
    await controller.openFiles([{ path: "x.bin", file: new File(["x"], "x.bin") }]);
    expect(store.getState().dataError).toMatch(/press Reload first/);
    expect(calls).not.toContain("loadFiles");
  });

  it("starts with the settings and the data of a link", async () => {
    const { calls, store, controller } = setUp();
    await controller.start(readLink("#preset=small&data=shapes&seed=9&initChannels=900"));
    expect(calls).toEqual(["connect", "loadBuiltIn"]);
    const { preset, settings, data, linkCorrections } = store.getState();
    expect({ preset, seed: settings.seed, channels: settings.initChannels, data: data?.name }).toEqual({
      ...{ preset: "small", seed: 9, channels: 64, data: "shapes" },
    });
    expect(linkCorrections).toEqual(["Channels C: 900 is too large, 64 used."]);
    controller.closeLinkNote();
    expect(store.getState().linkCorrections).toBeNull();
  });

  it("opens a link between runs, and none while one runs", async () => {
    const { store, controller, setStatus } = setUp();
    await controller.start();
    const link = readLink("#preset=demo&seed=5&data=emoji-8");
    if (!link) throw new Error("It was taken for no link.");
    setStatus({ kind: "running" });
    await controller.openLink(link);
    expect(store.getState().settings.seed).toBe(1);
    expect(store.getState().log.at(-1)).toMatchObject({ kind: "error" });
    setStatus({ kind: "idle" });
    await controller.openLink(link);
    expect(store.getState().settings.seed).toBe(5);
  });

  it("puts a run that waits aside for a link", async () => {
    const { leave, calls, store, controller } = setUp();
    leave(5);
    await controller.start();
    const link = readLink("#preset=demo&seed=5&data=emoji-8");
    if (!link) throw new Error("It was taken for no link.");
    calls.length = 0;
    await controller.openLink(link);
    expect(calls).toEqual(["reset"]);
    expect(store.getState()).toMatchObject({ status: { kind: "idle" }, settings: { seed: 5 }, runId: null });
  });

  it("goes through search, pause, resume with the one button", async () => {
    const { calls, controller } = setUp();
    await controller.start();
    await controller.primary();
    await controller.primary();
    await controller.primary();
    expect(calls.slice(2)).toEqual(["search", "pause", "search"]);
  });

  it("takes a second press while the first is on its way for none", async () => {
    const { calls, store, controller, setStatus } = setUp();
    await controller.start();
    const presses = [controller.primary(), controller.primary(), controller.step()];
    expect(store.getState().status).toEqual({ kind: "starting", what: "Preparing the pictures" });
    await Promise.all(presses);
    expect(calls.slice(2)).toEqual(["search"]);
    expect(store.getState().status.kind).toBe("running");
    expect(store.getState().runSettings).not.toBeNull();
    setStatus({ kind: "finished" });
    await Promise.all([controller.primary(), controller.primary()]);
    expect(calls.slice(3)).toEqual(["reset", "search"]);
    setStatus({ kind: "paused" });
    await Promise.all([controller.step(), controller.step(), controller.primary()]);
    expect(calls.slice(5)).toEqual(["step"]);
  });

  it("shows the former status again when the engine refuses to go on", async () => {
    const { store, controller, setStatus } = setUp({ search: "No." });
    await controller.start();
    await controller.step();
    setStatus({ kind: "paused" });
    await controller.primary();
    expect(store.getState().status.kind).toBe("paused");
    expect(store.getState().runSettings).not.toBeNull();
  });

  it("shows the pictures of the seed in Setup, at once and when the run is put aside", async () => {
    const { described, controller } = setUp();
    await controller.start();
    await controller.step();
    await controller.edit({ seed: 5 });
    expect(described).toEqual([1, 5]);
    await controller.reset();
    expect(described).toEqual([1, 5, 5]);
  });

  it("forgets the old run before searching again", async () => {
    const { calls, store, controller, setStatus } = setUp();
    await controller.start();
    await controller.step();
    setStatus({ kind: "finished" });
    await controller.primary();
    expect(calls.slice(2)).toEqual(["step", "reset", "search"]);
    expect(store.getState().run.records).toHaveLength(0);
  });

  it("does nothing that may not be pressed", async () => {
    const { calls, controller } = setUp();
    await controller.primary();
    await controller.step();
    await controller.reset();
    expect(calls).toEqual([]);
  });

  it("changes a paused run at once, and only what fixes no shape", async () => {
    const { calls, store, controller } = setUp();
    await controller.start();
    await controller.step();
    await controller.edit({ initChannels: 16 });
    expect(calls).not.toContain("change");
    await controller.edit({ momentum: 0.5 });
    expect(calls.at(-1)).toBe("change");
    expect(store.getState().runSettings).toMatchObject({ momentum: 0.5, initChannels: 8 });
    expect(store.getState().settings).toMatchObject({ momentum: 0.5, initChannels: 16 });
  });

  it("takes an edit back when the engine refuses it", async () => {
    const { store, controller } = setUp({ change: "No." });
    await controller.start();
    await controller.step();
    await controller.edit({ momentum: 0.5 });
    expect(store.getState().settings.momentum).toBe(0.9);
    expect(store.getState().log.at(-1)).toMatchObject({ kind: "error", message: "No." });
  });

  it("keeps what was loaded when a file is refused", async () => {
    const { store, controller } = setUp({ loadFiles: "x.bin is empty." });
    await controller.start();
    await controller.openFiles([{ path: "x.bin", file: new File([], "x.bin") }]);
    expect(store.getState()).toMatchObject({ dataError: "x.bin is empty.", data: { name: "emoji-8" } });
  });

  it("has no run when the engine refuses to search", async () => {
    const { store, controller } = setUp({ search: "Too large." });
    await controller.start();
    await controller.primary();
    expect(store.getState().runSettings).toBeNull();
    expect(store.getState().status.kind).toBe("idle");
  });

  it("starts and loads nothing while the adapter is checked", async () => {
    const { calls, store, controller } = setUp();
    await controller.start();
    await Promise.all([
      controller.selfCheck(),
      controller.primary(),
      controller.step(),
      controller.loadBuiltIn("shapes"),
    ]);
    expect(calls.slice(2)).toEqual(["selfCheck"]);
    expect(store.getState().dataError).toMatch(/when the check is done/);
  });

  it("offers the reload when the worker is gone", async () => {
    const { store, controller, reloads } = setUp({ connect: "No worker." });
    await controller.start();
    expect(store.getState().status).toEqual({ kind: "lost", message: "No worker." });
    await controller.primary();
    expect(reloads()).toBe(1);
  });

  it("refuses other pictures, a search and Reset while some are read, and cancels those", async () => {
    const { calls, store, controller, read, setStatus } = setUp();
    await controller.start();
    for (const kind of ["idle", "finished"] as const) {
      setStatus({ kind });
      read("Reading a.bin");
      calls.length = 0;
      await controller.openFiles([{ path: "b.bin", file: new File(["b"], "b.bin") }]);
      expect(store.getState().dataError).toMatch(/Other pictures are being read: wait for them, or press Cancel first/);
      await controller.primary();
      await controller.step();
      await controller.reset();
      controller.cancelLoading();
      expect(calls).toEqual(["cancelLoading"]);
      read(null);
      await controller.openFiles([{ path: "b.bin", file: new File(["b"], "b.bin") }]);
      expect(calls.at(-1)).toBe("loadFiles");
    }
  });

  it("forgets a reading that its worker took along", async () => {
    const { store, controller, read } = setUp();
    await controller.start();
    read("Reading a.bin");
    controller.lose("crash");
    expect(store.getState().reading).toBeNull();
  });

  it("refuses a bad run file with a message and keeps the page", async () => {
    const { store, controller } = setUp();
    await controller.start();
    await controller.openFiles([{ path: "x.json", file: new File(["{"], "x.json") }]);
    expect(store.getState().importError).toMatch(/x\.json is not JSON/);
    expect(store.getState().imported).toBeNull();
  });

  it("tells files apart by what they hold: bundles, genotypes, pictures, what cannot be loaded", async () => {
    const { calls, store, controller } = setUp();
    await controller.start();
    const open = (name: string, ...parts: BlobPart[]) =>
      controller.openFiles([{ path: name, file: new File(parts, name) }]);
    const zip = Uint8Array.of(0x50, 0x4b, 3, 4);
    await open("pictures.zip", zip);
    expect(calls.slice(2)).toEqual(["readBundle", "loadFiles"]);
    await open("run.zip", zip, "{}");
    expect(calls.slice(4)).toEqual(["readBundle"]);
    expect(store.getState().importError).toBe("run.zip is not JSON. Choose a file that Searchlight exported.");
    await open("found.py", DARTS_V2);
    expect(store.getState().importError).toBeNull();
    expect(store.getState().imported).toMatchObject({ kind: "genotype", name: "found.py", read: { format: "darts" } });
    expect(controller.applyImportedSettings()).toBe(false);
    await open("losses.csv", "iteration,skips\n1,0\n");
    expect(store.getState().importError).toMatch(/losses\.csv is a table of a chart/);
    await open("cell.svg", "<svg></svg>");
    expect(store.getState().importError).toMatch(/cell\.svg is a drawing/);
    expect(store.getState().imported?.name).toBe("found.py");
    expect(calls.slice(5)).toEqual([]);
  });

  it("shows a pasted genotype, or says where it goes wrong", async () => {
    const { store, controller } = setUp();
    expect(await controller.openText("Genotype(normal=", "The text")).toBe(
      "The text, line 1, column 17: A value is missing where the text ends.",
    );
    expect(await controller.openText('{"format": "searchlight-run"}', "The text")).toMatch(
      /The text cannot be read\. At/,
    );
    expect(store.getState().imported).toBeNull();
    expect(await controller.openText(`arch = ${genotypeCompact(readGenotype(DARTS_V2).genotype)}`, "x")).toBeNull();
    expect(store.getState().imported).toMatchObject({ name: "x", read: { format: "compact", found: 1 } });
  });

  it("exports what the engine writes, with the cells derived with few skips where that is wanted", async () => {
    const { controller } = setUp();
    await controller.start();
    expect(await controller.exportRun()).toBeNull();
    await controller.step();
    const plain = await controller.exportRun();
    expect(plain?.name).toBe("searchlight-darts-lease-r18-1.json");
    expect(JSON.parse((await plain?.content.text()) ?? "")).toEqual({ id: null, maxSkips: null });
    controller.limitSkips(true);
    expect(JSON.parse((await (await controller.exportRun())?.content.text()) ?? "")).toEqual({
      id: null,
      maxSkips: 2,
    });
  });

  it("asks the browser to keep what a person keeps: pictures, and runs with a name or a pin", async () => {
    const { calls, controller } = setUp();
    await controller.start();
    expect(calls).not.toContain("persist");
    await controller.keepData();
    await controller.changeRun("a", { pinned: true });
    expect(calls.slice(-4)).toEqual(["persist", "keep", "persist", "changeRun"]);
  });

  it("exports a bundle of the run, where there is one", async () => {
    const { store, controller } = setUp();
    await controller.start();
    expect(await controller.exportBundle()).toBeNull();
    await controller.step();
    expect(await controller.exportBundle()).toEqual({
      name: "searchlight-darts-lease-r18-1.zip",
      bytes: Uint8Array.of(1),
    });
    expect(store.getState().log.at(-1)).toMatchObject({ kind: "exported" });
  });

  it("takes the settings of a run file for the next run only, and says when they are refused", async () => {
    const { calls, store, controller } = setUp();
    await controller.start();
    await controller.step();
    const imported = (settings: Record<string, unknown>) => {
      const run = { settings } as unknown as ImportedRun;
      store.setState((state) => ({ ...state, imported: { kind: "run" as const, name: "x.json", run } }));
    };
    imported({ momentum: 0.5 });
    expect(controller.applyImportedSettings()).toBe(true);
    expect(store.getState().settings.momentum).toBe(0.5);
    await controller.edit({ seed: 3 });
    expect(calls).not.toContain("change");
    expect(store.getState().runSettings?.momentum).toBe(0.9);
    imported({ momentum: 7 });
    expect(controller.applyImportedSettings()).toBe(false);
    expect(store.getState().importError).toMatch(/momentum/i);
    expect(store.getState().settings.momentum).toBe(0.5);
  });

  it("compares the hypergradients of a paused run, and forgets them with it", async () => {
    const { calls, store, controller } = setUp();
    await controller.start();
    await controller.compareHypergradients();
    expect(calls).not.toContain("compareHypergradients");
    await controller.step();
    await Promise.all([controller.compareHypergradients(), controller.primary(), controller.step()]);
    expect(calls.slice(2)).toEqual(["step", "compareHypergradients"]);
    expect(store.getState().comparison).toEqual({ state: "done", iteration: 1, result: COMPARED });
    await controller.reset();
    expect(store.getState().comparison).toEqual({ state: "never" });
  });

  it("says why the hypergradients cannot be compared", async () => {
    const { store, controller } = setUp({ compareHypergradients: "Nothing to compare." });
    await controller.start();
    await controller.step();
    await controller.compareHypergradients();
    expect(store.getState().comparison).toEqual({ state: "failed", message: "Nothing to compare." });
    expect(store.getState().status.kind).toBe("paused");
  });

  it("profiles a paused run, and forgets the profile with it", async () => {
    const { calls, store, controller } = setUp();
    await controller.start();
    await controller.profile();
    expect(calls).not.toContain("profile");
    await controller.step();
    await Promise.all([controller.profile(), controller.primary(), controller.step()]);
    expect(calls.slice(2)).toEqual(["step", "profile"]);
    expect(store.getState().profile).toEqual({ state: "done", iteration: 1, result: PROFILED });
    await controller.reset();
    expect(store.getState().profile).toEqual({ state: "never" });
  });

  it("says why a run cannot be profiled", async () => {
    const { store, controller } = setUp({ profile: "The device was lost." });
    await controller.start();
    await controller.step();
    await controller.profile();
    expect(store.getState().profile).toEqual({ state: "failed", message: "The device was lost." });
  });

  it("forgets what was tuned", async () => {
    const { store, controller } = setUp();
    await controller.start();
    store.setState((state) => ({ ...state, tuned: { calls: 12, changed: 3 } }));
    await controller.forgetTuning();
    expect(store.getState().tuned.calls).toBe(0);
  });

  it("hands the kernel variants of a run file on with its settings, until a preset is chosen", async () => {
    const { repeated, store, controller, setStatus } = setUp();
    await controller.start();
    const run = { settings: { seed: 3 }, environment: MADE_ON } as unknown as ImportedRun;
    store.setState((state) => ({ ...state, imported: { kind: "run" as const, name: "x.json", run } }));
    controller.applyImportedSettings();
    await controller.primary();
    setStatus({ kind: "finished" });
    await controller.choosePreset("tiny");
    await controller.primary();
    expect(repeated).toEqual([MADE_ON, null]);
  });

  it("collects the results of the self-check", async () => {
    const { store, controller } = setUp();
    await controller.start();
    await controller.selfCheck();
    expect(store.getState().selfCheck).toEqual({ state: "done", results: [{ name: "a", ok: true, error: 0.1 }] });
  });
});

it("measures the next run while idle, and writes what it found into the log", async () => {
  const { controller, store, calls } = setUp();
  await controller.start();
  await controller.measure();
  expect(calls.at(-1)).toBe("measure");
  expect(store.getState().measuring).toBe(false);
  expect(store.getState().log.at(-1)).toMatchObject({ kind: "measured", milliseconds: 10 });
  await controller.step();
  await controller.measure();
  expect(calls.filter((name) => name === "measure")).toHaveLength(1);
});

describe("slow motion", () => {
  it("makes an iteration where there is none, walks through its stages, then makes the next one", async () => {
    const { controller, store, calls } = setUp();
    await controller.start();
    await controller.slowMotion();
    expect(store.getState().slow).toEqual({ stage: 0, busy: false, resumes: false });
    for (const stage of [1, 2, 3]) {
      await controller.nextStage();
      expect(store.getState().slow?.stage).toBe(stage);
    }
    expect(calls.filter((name) => name === "step")).toHaveLength(1);
    await controller.nextStage();
    expect(store.getState().slow?.stage).toBe(0);
    expect(calls.filter((name) => name === "step")).toHaveLength(2);
    await controller.backToLive();
    expect(store.getState().slow).toBeNull();
    expect(calls).not.toContain("search");
  });

  it("pauses a search that goes on, and lets it go on afterwards", async () => {
    const { controller, store, calls } = setUp();
    await controller.start();
    await controller.step();
    await controller.primary();
    await controller.slowMotion();
    expect(calls.slice(-2)).toEqual(["search", "pause"]);
    expect(store.getState().slow).toMatchObject({ stage: 0, resumes: true });
    await controller.backToLive();
    expect(calls.at(-1)).toBe("search");
  });
});
