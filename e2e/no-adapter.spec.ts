/** A browser whose WebGPU has no adapter: the page says so, and searches on the processor. */
import { PATIENCE, SMALL } from "./searchlight";
import { expect, test, withoutWebGPU } from "./test";

test.use({ launchOptions: withoutWebGPU() });

test("says so and searches on the CPU", async ({ app, page }) => {
  const report = page.getByTestId("no-webgpu");
  await expect(report.locator("li.failed")).toHaveCount(1);
  await expect(report.locator("li.failed")).toContainText("Adapter");
  await expect(report.getByRole("listitem").filter({ hasText: "WebGPU API" })).toContainText("passed");
  await expect(report).toContainText("Turn on “Use graphics acceleration");
  await expect(page.getByTestId("adapter")).toHaveText("CPU, no WebGPU");
  await expect(page.getByRole("radiogroup", { name: "Preset" }).getByLabel("Tiny")).toBeChecked();
  await expect(page.getByTestId("graph-normal")).toBeVisible();

  await app.set({ ...SMALL, iterations: 2 });
  await app.primary.click();
  await app.expectStatus("finished");
  await expect(report).toHaveCount(0);
  await expect(page.getByTestId("graph-reduce").locator(".edge.kept")).toHaveCount(8);
  const { run } = await app.exportRun();
  expect(run.environment).toMatchObject({ backend: "cpu", adapter: "CPU" });
  expect(run.data.name).toBe("Emoji-8");
  expect(run.records).toHaveLength(2);

  await app.tab("Self-check");
  await app.button("Check this adapter").click();
  await expect(page.getByTestId("check-summary")).toHaveText("All 16 checks passed.", { timeout: PATIENCE });
  await expect(page.locator(".check-list li.good")).toHaveCount(16);
});

test("refuses WebGPU with the reason when it is asked for", async ({ app, page }) => {
  await app.set({ ...SMALL, backend: "webgpu" });
  await app.primary.click();
  await expect(page.getByRole("alert").filter({ hasText: "WebGPU cannot be used" })).toContainText(
    "Set Backend to auto or cpu.",
  );
  await app.expectStatus("idle");
});
