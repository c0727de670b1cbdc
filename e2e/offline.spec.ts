/** The page without a network, after one visit; and what it says of a new version. */
import { readFileSync, writeFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { PATIENCE, Searchlight, SMALL } from "./searchlight";
import { expect, test } from "./test";

const SCRIPT = "dist/service-worker.js";

test("opens and searches without a network after the first visit, and tells of a new version", async ({
  app,
  page,
  context,
}) => {
  const kept = () =>
    page.evaluate(async () => {
      const names = await caches.keys();
      const caught = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
      return caught.flat().map(({ url }) => url);
    });
  await page.evaluate(() => navigator.serviceWorker.ready);
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
  const files = await kept();
  expect(files).toContain(page.url());
  expect(files.filter((url) => !url.startsWith(page.url()))).toEqual([]);

  await context.setOffline(true);
  await page.reload();
  await app.ready();
  await app.set({ ...SMALL, objective: "bilevel", iterations: 2, backend: "cpu" });
  await app.primary.click();
  await app.expectStatus("finished");
  const { run } = await app.exportRun();
  expect(run.data.name).toBe("Emoji-8");
  expect(await kept()).toEqual(files);
  await context.setOffline(false);

  // Another build, which has none of these parts any more.
  const built = readFileSync(SCRIPT, "utf8");
  const other = built.replace(/"version":"[0-9a-f]+"/, '"version":"0000"').replace(/"assets\/RunsTab-[^"]+",/g, "");
  expect(other.length).toBeLessThan(built.length - 20);
  try {
    writeFileSync(SCRIPT, other);
    const second = await context.newPage();
    await second.goto("./");
    await new Searchlight(second).ready();
    await page.evaluate(async () => (await navigator.serviceWorker.ready).update());
    const noticeOn = (tab: Page) => tab.getByRole("status").filter({ hasText: "A new version is ready." });
    const notice = noticeOn(page);
    await expect(notice).toBeVisible({ timeout: PATIENCE });
    // Closed there, it comes again when the other tab changes.
    await noticeOn(second).getByRole("button", { name: "Close the message" }).click();
    await expect(noticeOn(second)).toHaveCount(0);
    const reloaded = page.waitForEvent("load");
    await notice.getByRole("button", { name: "Reload" }).click();
    await reloaded;
    await app.ready();
    await expect(notice).toHaveCount(0);

    await expect(noticeOn(second)).toBeVisible();
    await context.setOffline(true);
    await second.getByRole("tab", { name: "Runs" }).click();
    await expect(second.getByTestId("runs")).toBeVisible();
    await context.setOffline(false);
    const builds = () => page.evaluate(async () => (await caches.keys()).length);
    expect(await builds()).toBe(2);
    await second.close();
    await page.reload();
    await app.ready();
    await expect.poll(builds).toBe(1);
  } finally {
    writeFileSync(SCRIPT, built);
  }
});
