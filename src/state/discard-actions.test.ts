import { describe, expect, it } from "vitest";
import { setUp } from "./controller-testing";
import { readLink } from "./link";
import { selectMayQueue, selectPermissions, selectWouldLose } from "./selectors";

/** A finished run that could not be kept. */
async function unkept() {
  const page = setUp();
  await page.controller.start();
  await page.controller.step();
  page.keeping("a", "full");
  page.setStatus({ kind: "finished" });
  page.calls.length = 0;
  return page;
}

describe("a run that could not be kept", () => {
  it("is ended only after a question: by a reset, another search, other data, another run", async () => {
    const { calls, store, controller } = await unkept();
    expect(selectWouldLose(store.getState())).toBe(true);
    for (const act of [
      () => controller.reset(),
      () => controller.primary(),
      () => controller.loadBuiltIn("shapes"),
      () => controller.resumeRun("b"),
      () => controller.runSeeds(2),
    ]) {
      await act();
      expect(store.getState().discarding).toBe(true);
      controller.stay();
      expect(store.getState().discarding).toBe(false);
    }
    expect(calls).toEqual(Array.from({ length: 5 }, () => "keepNow"));
    await controller.reset();
    await controller.discard();
    expect(calls.slice(5)).toEqual(["keepNow", "reset"]);
    expect(store.getState()).toMatchObject({ discarding: false, keepingProblem: null, status: { kind: "idle" } });
    expect(selectWouldLose(store.getState())).toBe(false);
  });

  it("is ended without one once there is room", async () => {
    const { calls, hasRoom, store, controller } = await unkept();
    hasRoom.now = true;
    await controller.reset();
    expect(calls).toEqual(["keepNow", "reset"]);
    expect(store.getState().discarding).toBe(false);
  });

  it("is asked about once for two presses, and ended once", async () => {
    const { calls, hasRoom, store, controller } = await unkept();
    await Promise.all([controller.primary(), controller.primary(), controller.reset()]);
    expect(calls).toEqual(["keepNow"]);
    controller.stay();
    hasRoom.now = true;
    calls.length = 0;
    await Promise.all([controller.primary(), controller.primary(), controller.runSeeds(2)]);
    expect(calls).toEqual(["keepNow", "reset", "search"]);
    expect(store.getState().status.kind).toBe("running");
  });

  it("leaves nothing to press while it is tried to be kept, and tells who asks all the same", async () => {
    const { calls, store, controller, setStatus } = await unkept();
    const reset = controller.reset();
    expect(store.getState().keeping).toBe(true);
    const { reset: mayReset, primary, loadData } = selectPermissions(store.getState());
    expect([mayReset, primary, loadData, selectMayQueue(store.getState())]).toEqual([false, false, false, false]);
    await controller.loadBuiltIn("shapes");
    expect(store.getState().dataError).toMatch(/still trying to keep its run: load the data again/);
    await reset;
    expect(store.getState()).toMatchObject({ keeping: false, discarding: true });
    expect(selectPermissions(store.getState())).toMatchObject({ reset: true, primary: true, loadData: true });
    controller.stay();

    setStatus({ kind: "kept", hasData: true });
    const link = readLink("#preset=demo&seed=5&data=emoji-8");
    if (!link) throw new Error("It was taken for no link.");
    await Promise.all([controller.reset(), controller.openLink(link)]);
    expect(store.getState().log.at(-1)).toMatchObject({
      kind: "error",
      message: expect.stringContaining("in a moment"),
    });
    expect(calls).toEqual(["keepNow", "keepNow"]);
  });

  it("is not ended by what may not be done any more when there is room, or when the question is answered", async () => {
    const { calls, hasRoom, store, controller, setStatus } = await unkept();
    await controller.primary();
    setStatus({ kind: "running" });
    await controller.discard();
    expect(calls).toEqual(["keepNow"]);
    hasRoom.now = true;
    setStatus({ kind: "finished" });
    const reset = controller.reset();
    setStatus({ kind: "running" });
    await reset;
    expect(calls).toEqual(["keepNow", "keepNow"]);
    expect(store.getState().runSettings).not.toBeNull();
  });

  it("is not ended by the answer to a question that has gone", async () => {
    const { calls, keeping, controller } = await unkept();
    await controller.reset();
    keeping("a");
    await controller.discard();
    expect(calls).toEqual(["keepNow"]);
  });

  it("takes the question back when it is kept meanwhile", async () => {
    const { keeping, store, controller } = await unkept();
    await controller.reset();
    keeping("a");
    expect(store.getState().discarding).toBe(false);
  });
});
