/** Errors that nothing handles: told with a report to copy, while the search goes on. */
import type { Page } from "@playwright/test";
import { PATIENCE, SMALL } from "./searchlight";
import { expect, test } from "./test";

test.use({ allowed: /of the test/, permissions: ["clipboard-read", "clipboard-write"] });

function notice(page: Page, text: string) {
  return page.getByRole("alert").filter({ hasText: text });
}

test("tells of errors in page and worker, draws a broken part again, and loses no run", async ({ app, page }) => {
  await app.set({ ...SMALL, objective: "bilevel", iterations: 1000, backend: "cpu" });
  await app.primary.click();
  await app.expectStatus("running");
  await app.expectIteration(1);

  await page.evaluate(() => {
    setTimeout(() => {
      throw new Error("A fault of the test");
    });
    void Promise.reject(new Error("A promise of the test"));
  });
  await expect(notice(page, "A promise of the test")).toBeVisible();
  await notice(page, "A fault of the test").getByRole("button", { name: "Copy a report" }).click();
  await expect(page.getByRole("button", { name: "Report copied" })).toBeVisible();
  const report = await page.evaluate(() => navigator.clipboard.readText());
  expect(report).toMatch(/^Searchlight \d+\.\d+\.\d+\S*: A fault of the test\n/);
  expect(report).toMatch(/state {5}running, iteration \d+ of 1000/);
  expect(report).toContain("initChannels=2");
  expect(report).toMatch(/Error: A fault of the test\n +at /);
  expect(report).toMatch(/Run begun: .*\n/);

  await page
    .workers()
    .find((worker) => worker.url().includes("/main/"))
    ?.evaluate(() => void Promise.reject(new Error("A promise in the worker of the test")));
  await expect(notice(page, "A promise in the worker of the test")).toBeVisible({ timeout: PATIENCE });

  await page.evaluate(() => {
    const { prototype } = CanvasRenderingContext2D;
    const { putImageData } = prototype;
    prototype.putImageData = () => {
      prototype.putImageData = putImageData;
      throw new Error("A broken drawing of the test");
    };
  });
  const data = page.getByRole("region", { name: "Data" });
  await data.getByRole("button", { name: "Objects" }).click();
  const broken = notice(page, "This part of the page met an error");
  await expect(broken).toContainText("A broken drawing of the test");
  await broken.getByText("What it says").click();
  await expect(broken.locator("pre").last()).toContainText("drawn by");
  await expect(data).toHaveCount(0);
  await broken.getByRole("button", { name: "Draw it again" }).click();
  await expect(data).toBeVisible();

  const now = await app.iterations();
  await expect.poll(() => app.iterations(), { timeout: PATIENCE }).toBeGreaterThan(now);
  await app.expectStatus("running");
});
