import { describe, expect, it } from "vitest";
import { mishapText } from "../features/texts/survival";
import { setUp } from "./controller-testing";

/** A search at iteration 9, of which 5 are kept. */
async function running() {
  const page = setUp();
  await page.controller.start();
  await page.controller.primary();
  page.keeping("a");
  page.store.setState((state) => ({ run: { ...state.run, iteration: 9 } }));
  page.leave(5);
  page.calls.length = 0;
  return page;
}

/** A finished run of ten iterations, of which so many are kept. */
async function finished(iterations: number) {
  const page = setUp();
  await page.controller.start();
  await page.controller.step();
  page.keeping("a");
  page.store.setState((state) => ({ run: { ...state.run, iteration: 10 } }));
  page.setStatus({ kind: "finished" });
  page.leave(iterations);
  page.calls.length = 0;
  return page;
}

describe("a run that was left", () => {
  it("is shown at once, with its settings, and goes on when Resume is pressed; other pictures do not end it", async () => {
    const { leave, calls, store, controller } = setUp();
    leave(5);
    await controller.start();
    expect(store.getState()).toMatchObject({
      run: { iteration: 5 },
      shown: { id: "a" },
      settings: { seed: 7 },
      runSettings: { seed: 7 },
    });
    store.setState({ status: { kind: "kept", hasData: true } });
    await controller.loadBuiltIn("shapes");
    expect(store.getState().run.iteration).toBe(5);
    store.setState({ status: { kind: "kept", hasData: true } });
    await controller.primary();
    expect(calls.at(-1)).toBe("search");
    expect(store.getState().shown).toBeNull();
  });

  it("goes on by itself when the worker is lost while it runs, and says what happened", async () => {
    const { calls, store, controller } = await running();
    controller.lose("out of memory");
    expect(store.getState().status).toEqual({ kind: "loading", what: "Starting the engine again" });
    await expect.poll(() => calls).toEqual(["restart", "connect", "showRun", "loadBuiltIn", "search"]);
    expect(store.getState().log.findLast(({ kind }) => kind === "incident")).toMatchObject({
      ...{ what: "worker-lost", message: "out of memory", from: 5, reached: 9 },
    });
  });

  it("waits when it was paused, and is gone when it was not kept", async () => {
    const { leave, keeping, calls, store, controller } = setUp();
    await controller.start();
    await controller.step();
    keeping("a");
    leave(1);
    calls.length = 0;
    controller.lose("crash");
    await expect.poll(() => calls).toEqual(["restart", "connect", "showRun", "loadBuiltIn"]);
    expect(store.getState().run.iteration).toBe(1);

    const other = setUp();
    await other.controller.start();
    await other.controller.step();
    other.controller.lose("crash");
    await expect.poll(() => other.store.getState().log.some(({ kind }) => kind === "incident")).toBe(true);
    expect(other.store.getState().runSettings).toBeNull();
  });

  it("is the page's own: none that was left before comes up in its place", async () => {
    const { leave, keeping, calls, store, controller } = setUp();
    await controller.start();
    leave(5, "older");
    await controller.primary();
    controller.lose("crash");
    await expect.poll(() => store.getState().log.some(({ kind }) => kind === "incident")).toBe(true);
    expect(store.getState().log.findLast(({ kind }) => kind === "incident")).toMatchObject({ from: null });
    await expect.poll(() => calls.at(-1)).toBe("loadBuiltIn");
    expect(calls).not.toContain("showRun");

    store.setState({ status: { kind: "idle" } });
    await controller.step();
    keeping("own");
    controller.lose("crash");
    await expect.poll(() => calls).toContain("showRun");
    await expect.poll(() => store.getState().status.kind).not.toBe("loading");
    expect(store.getState()).toMatchObject({ shown: null, runId: null });
  });

  it("is shown again when it was finished, and nothing is begun", async () => {
    const { calls, store, controller } = await finished(10);
    controller.lose("crash");
    await expect.poll(() => calls).toEqual(["restart", "connect", "showRun", "loadBuiltIn"]);
    expect(store.getState()).toMatchObject({ status: { kind: "finished" }, run: { iteration: 10 }, runId: "a" });
    const incident = store.getState().log.findLast(({ kind }) => kind === "incident");
    if (incident?.kind !== "incident") throw new Error("Nothing was told.");
    expect(mishapText(incident)).toMatch(/The finished run is kept/);
    // It did not end now.
    expect(store.getState().log.filter(({ kind }) => kind === "finished")).toHaveLength(1);
  });

  it("is called kept only as far as it is", async () => {
    const { store, controller } = await finished(4);
    controller.lose("crash");
    await expect.poll(() => store.getState().status.kind).toBe("kept");
    expect(store.getState().log.findLast(({ kind }) => kind === "incident")).toMatchObject({
      ...{ from: 4, reached: 10, finished: false },
    });
  });

  it("goes on by itself when another breakdown comes while it is brought back", async () => {
    const { dies, calls, store, controller } = await running();
    dies.at = "showRun";
    controller.lose("out of memory");
    await expect
      .poll(() => calls)
      .toEqual(["restart", "connect", "restart", "connect", "showRun", "loadBuiltIn", "search"]);
    expect(store.getState().status.kind).toBe("running");
    expect(store.getState().log.filter(({ kind }) => kind === "incident")).toMatchObject([{ from: 5, reached: 9 }]);
    expect(store.getState().log.some(({ kind }) => kind === "error")).toBe(false);
  });

  it("is not tried for ever", async () => {
    const { store, controller } = setUp();
    await controller.start();
    for (let i = 0; i < 4; i++) {
      controller.lose("crash");
      await expect.poll(() => store.getState().status.kind).not.toBe("loading");
    }
    expect(store.getState().status).toEqual({ kind: "lost", message: "crash" });
  });
});
