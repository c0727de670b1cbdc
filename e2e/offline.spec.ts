/** The page without a network, after one visit; and what it says of a new version. */
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { PATIENCE, SMALL } from "./searchlight";
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

  const built = readFileSync(SCRIPT, "utf8");
  try {
    appendFileSync(SCRIPT, "// another build\n");
    await page.evaluate(async () => (await navigator.serviceWorker.ready).update());
    const notice = page.getByRole("status").filter({ hasText: "A new version is ready." });
    await expect(notice).toBeVisible({ timeout: PATIENCE });
    const reloaded = page.waitForEvent("load");
    await notice.getByRole("button", { name: "Reload" }).click();
    await reloaded;
    await app.ready();
    await expect(notice).toHaveCount(0);
  } finally {
    writeFileSync(SCRIPT, built);
  }
});
