/** What a run survives: each fault hits a search that runs, which must end as if nothing had happened. */
import type { Page } from "@playwright/test";
import type { RunFile } from "../src/domain/run";
import type { Settings } from "../src/domain/settings";
import { expectBothThemes } from "./access";
import { PATIENCE, Searchlight, SMALL } from "./searchlight";
import { expect, test } from "./test";

/** All but the times. */
function repeatable({ created: _created, records, ...run }: RunFile) {
  return { ...run, records: records.map(({ milliseconds: _, ...record }) => record) };
}

/** Hands the page's workers to the test, from the next load on. */
async function keepWorkers(app: Searchlight): Promise<void> {
  await app.page.addInitScript(() => {
    const made: Worker[] = [];
    const Original = window.Worker;
    window.Worker = class extends Original {
      constructor(...given: ConstructorParameters<typeof Worker>) {
        super(...given);
        made.push(this);
      }
    };
    Object.assign(window, { made });
  });
  await app.reload();
}

/** Limits what kept runs may take, in the store itself; null for no limit. */
async function setBudget(page: Page, bytes: number | null): Promise<void> {
  await page.evaluate(async (limit) => {
    const opened = indexedDB.open("searchlight-runs");
    await new Promise((done) => opened.addEventListener("success", done));
    const change = opened.result.transaction("values", "readwrite");
    if (limit === null) change.objectStore("values").delete("budget");
    else change.objectStore("values").put(limit, "budget");
    await new Promise((done) => change.addEventListener("complete", done));
    opened.result.close();
  }, bytes);
}

/**
 * Tells the page that it is hidden, as a browser does. Pages under test are never hidden by themselves: another tab in front
 * changes nothing for them.
 */
async function setHidden(page: Page, hidden: boolean): Promise<void> {
  await page.evaluate((now) => {
    const values = { hidden: now, visibilityState: now ? "hidden" : "visible" };
    for (const [name, value] of Object.entries(values)) {
      Object.defineProperty(document, name, { configurable: true, get: () => value });
    }
    document.dispatchEvent(new Event("visibilitychange"));
  }, hidden);
}

async function search(app: Searchlight, settings: Partial<Settings>): Promise<void> {
  await app.chooseData("shapes");
  await app.set({ ...SMALL, objective: "bilevel", ...settings });
  await app.primary.click();
}

/** The same search without a fault, then put aside. */
async function undisturbed(app: Searchlight, settings: Partial<Settings>) {
  await search(app, settings);
  await app.expectStatus("finished");
  const { run } = await app.exportRun();
  await app.button(/^Reset/).click();
  await app.expectStatus("idle");
  return repeatable(run);
}

test("a search ends the same after a reload, a lost worker, a hidden tab and a full storage", async ({ app, page }) => {
  const settings = { iterations: 40, backend: "cpu" } as const;
  await keepWorkers(app);
  await app.ready();
  const whole = await undisturbed(app, settings);
  await app.primary.click();
  await app.expectStatus("running");

  await test.step("the tab is hidden: the search goes on, and is written before its time", async () => {
    await expect.poll(() => app.iterations(), { timeout: PATIENCE }).toBeGreaterThan(3);
    await app.tab("Runs");
    await setHidden(page, true);
    expect(await page.evaluate(() => [document.hidden, document.visibilityState])).toEqual([true, "hidden"]);
    const before = await app.iterations();
    const row = page.getByTestId("run").filter({ hasText: " of 40" }).filter({ hasNotText: "40 of 40" });
    // By itself it is written 15 s after its first iteration.
    const written = async () => Number(/(\d+) of 40/.exec((await row.textContent()) ?? "")?.[1]);
    await expect.poll(written, { timeout: 10_000 }).toBeGreaterThanOrEqual(before);
    await expect.poll(() => app.iterations(), { timeout: PATIENCE }).toBeGreaterThan(before + 1);
    await setHidden(page, false);
  });

  await test.step("the page is loaded anew: the run is shown at once and resumed", async () => {
    await app.reload();
    const note = page.getByTestId("kept-note");
    await expect(note).toContainText(/^A run was left at iteration [1-9]\d* of 40\./, { timeout: PATIENCE });
    await expect(page.getByTestId("graph-normal").locator(".edge.kept")).toHaveCount(8);
    await app.ready();
    await app.expectStatus("kept");
    await expect(app.primary).toHaveText("Resume");
    await app.primary.click();
    await app.expectStatus("running");
    await expect(note).toHaveCount(0);
  });

  await test.step("the worker is ended: another one goes on by itself, and the page says so", async () => {
    const before = await app.iterations();
    await expect.poll(() => app.iterations(), { timeout: PATIENCE }).toBeGreaterThan(before + 1);
    await page.evaluate(() => (window as unknown as { made: Worker[] }).made.at(-1)?.terminate());
    await expect(page.getByText(/^The engine broke down and was started again\. The run goes on from/)).toBeVisible();
    await app.expectStatus("running");
  });

  await test.step("the storage is full: the page says so, and a reload goes back to what was kept", async () => {
    await setBudget(page, 1);
    await app.primary.click();
    await app.expectStatus("paused");
    const alert = page.getByRole("alert").filter({ hasText: "This run is not kept." });
    await expect(alert).toContainText("delete runs or kept data sets");
    await expectBothThemes(page, "a run that is not kept", "[role=alert]");
    const reached = await app.iterations();

    // The browser asks before the tab closes, and it stays.
    const asked = page.waitForEvent("dialog");
    await page.close({ runBeforeUnload: true });
    const dialog = await asked;
    expect(dialog.type()).toBe("beforeunload");
    await dialog.dismiss();
    await app.expectStatus("paused");
    expect(await app.iterations()).toBe(reached);
    await expect(alert).toBeVisible();

    await app.reload();
    await app.ready();
    await app.expectStatus("kept");
    await expectBothThemes(page, "a run that was left", "[data-testid=kept-note]");
    const note = (await page.getByTestId("kept-note").textContent()) ?? "";
    expect(Number(/left at iteration (\d+) of 40/.exec(note)?.[1])).toBeLessThan(reached);
    await app.primary.click();
    await app.expectStatus("finished");
  });

  await test.step("nothing ends it without a question, and it is kept as soon as there is room", async () => {
    const reset = app.button(/^Reset/);
    await reset.press("Enter");
    const question = page.getByRole("alertdialog", { name: "Discard this run?" });
    await expect(question.getByRole("button", { name: "Stay here" })).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(question).toHaveCount(0);
    await expect(reset).toBeFocused();
    await app.expectStatus("finished");
    await setBudget(page, null);
    await app.tab("Runs");
    // What is kept of it is not its end, but the page has that: there is nothing to resume.
    await expect(page.getByTestId("run")).toHaveCount(2);
    await expect(page.getByRole("button", { name: /^Resume / })).toHaveCount(0);
    // The run of the undisturbed search makes way.
    await page
      .getByRole("button", { name: /^Delete/ })
      .last()
      .click();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await expect(page.getByText("This run is not kept.")).toHaveCount(0);
    await expect(page.getByTestId("run")).toHaveCount(1);
    await expect(page.getByTestId("run").first()).toContainText("40 of 40");
  });

  await test.step("the page is loaded anew: the finished run is shown as it was left", async () => {
    await app.reload();
    await app.expectStatus("finished");
    await app.expectIteration(40);
    await expect(page.getByTestId("kept-note")).toHaveCount(0);
    await expect(page.getByTestId("graph-normal").locator(".edge.kept")).toHaveCount(8);
  });

  expect(repeatable((await app.exportRun()).run)).toEqual(whole);
  // Of a run that is kept the browser asks nothing.
  const closed = page.waitForEvent("close");
  await page.close({ runBeforeUnload: true });
  await closed;
});

test("a search on WebGPU ends the same after its device is lost and after its tab crashes", async ({
  app,
  page,
  context,
}) => {
  const whole = await undisturbed(app, { iterations: 24, backend: "webgpu" });
  await app.tab("Self-check");
  await app.primary.click();
  await expect.poll(() => app.iterations(), { timeout: PATIENCE }).toBeGreaterThan(1);
  await app.button("Lose the graphics device").click();
  const preparing = /^(Opening the graphics device again|Restoring the run|Compiling kernels).*…$/;
  await expect(page.getByText(preparing)).toBeVisible({ timeout: PATIENCE });
  await expect(page.getByText(/^The graphics device was lost and opened again\. The run goes on from/)).toBeVisible({
    timeout: PATIENCE,
  });
  await app.expectStatus("running");

  await test.step("the tab crashes", async () => {
    const crashed = page.waitForEvent("crash");
    const browser = await context.newCDPSession(page);
    // It does not live to answer.
    void browser.send("Page.crash").catch(() => undefined);
    await crashed;
  });

  const other = new Searchlight(await context.newPage());
  await other.open();
  await expect(other.page.getByTestId("kept-note")).toContainText(/^A run was left at iteration [1-9]\d* of 24\./);
  await other.primary.click();
  await expect(other.page.getByText(preparing)).toBeVisible({ timeout: PATIENCE });
  await other.expectStatus("finished");
  const { run } = await other.exportRun();
  expect(run.environment.backend).toBe("webgpu");
  expect(repeatable(run)).toEqual(whole);
});
